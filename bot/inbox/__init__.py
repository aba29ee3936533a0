"""Room: every message in, once; what was made of it, and what was answered."""
