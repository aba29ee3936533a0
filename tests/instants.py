"""Named moments: T0 is a Friday morning on duty, T(5) five seconds later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

T0 = datetime(2026, 7, 17, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
NIGHT = datetime(2026, 7, 17, 18, 0, tzinfo=UTC)  # 02:00 in Shanghai, nobody on duty


def T(seconds: float) -> datetime:
    """T0 and that many seconds."""
    return T0 + timedelta(seconds=seconds)
