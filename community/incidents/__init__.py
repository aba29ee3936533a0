"""Room: incidents, the times in which a community works in emergency mode."""
