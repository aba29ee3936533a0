"""Room: all that leaves. Posted with the decision, claimed by a worker, settled with every attempt kept."""
