"""Room: the staff's accounts, their roles, who is on duty, and what was done by whom."""
