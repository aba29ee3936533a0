"""Learning from what people corrected: when it is due, who does it now, what came of it."""
