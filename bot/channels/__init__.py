"""How messages come in and replies go out: one module for each kind of channel."""
