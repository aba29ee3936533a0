"""Every metric, named once. Several processes share them through PROMETHEUS_MULTIPROC_DIR."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

callbacks = Counter("linshao_callbacks", "Callbacks by channel and what became of them", ["channel", "outcome"])
messages = Counter("linshao_messages", "Messages by kind and by what was said", ["kind", "said"])
emergencies = Counter("linshao_emergencies", "Emergencies by the rule's kind", ["kind"])
needs_opened = Counter("linshao_needs_opened", "Needs opened, by category", ["need"])
needs_joined = Counter("linshao_needs_joined", "Needs joined to a neighbour's, by category", ["need"])
claims_reported = Counter("linshao_claims_reported", "Claims reported, new or known", ["novelty"])
fallbacks = Counter("linshao_fallbacks", "Messages kept for a person because the walk failed", ["error"])
answer_seconds = Histogram(
    "linshao_answer_seconds",
    "From the callback's arrival to its reply",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4),
)
outbox_settled = Counter("linshao_outbox_settled", "Outbox rows by kind and outcome", ["kind", "outcome"])
outbox_waiting = Gauge(
    "linshao_outbox_waiting", "Outbox rows not yet settled", ["kind"], multiprocess_mode="mostrecent"
)


def exposition() -> bytes:
    """All metrics of all processes in Prometheus' text format."""
    if not os.environ.get(MULTIPROCESS_FOLDER):
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
