"""How fast the webhook is, against the same server with less behind it."""
