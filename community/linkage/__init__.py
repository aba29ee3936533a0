"""Room: 五社联动 — volunteers, the tasks they take, the hours they gave."""
