"""Faces for residents and operations: callbacks, simulator, public pages, health."""
