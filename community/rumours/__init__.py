"""Room: the ledger of rumours (谣言台账). It judges statements, never people."""
