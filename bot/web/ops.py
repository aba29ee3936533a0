"""For those who run it: alive, ready, and the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify

from bot import metrics


def blueprint(checks: Mapping[str, Callable[[], bool]]) -> Blueprint:
    """`/healthz` says that the process answers; `/readyz` runs the named checks; `/metrics` is Prometheus'.

    A check returns True when its part is ready; False or an exception makes `/readyz` a 503 that names it.
    """
    pages = Blueprint("ops", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="alive")

    @pages.get("/readyz")
    def readyz() -> tuple[Response, int]:
        state = {name: _passes(check) for name, check in checks.items()}
        return jsonify(status="ready" if all(state.values()) else "not ready", **state), 200 if all(
            state.values()
        ) else 503

    @pages.get("/metrics")
    def exposition() -> Response:
        return Response(metrics.exposition(), mimetype="text/plain; version=0.0.4")

    return pages


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        return False  # whatever it is, this part is not ready; the log of its owner says why
