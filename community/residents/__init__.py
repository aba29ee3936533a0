"""Room: who lives where, what they agreed to, and how it is erased."""
