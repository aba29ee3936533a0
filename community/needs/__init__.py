"""Room: the ledger of needs (诉求台账)."""
