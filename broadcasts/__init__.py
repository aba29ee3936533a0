"""Room: notices to many. Written, approved by another, frozen, sent to exactly those they are meant for."""
