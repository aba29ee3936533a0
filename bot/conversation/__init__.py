"""What to say: from an analysis and a context to a decision, and from a decision to words."""
