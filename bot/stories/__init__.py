"""One module for each story that crosses rooms, each in its caller's transaction."""
