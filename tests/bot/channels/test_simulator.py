"""The simulator's channel: what the browser sends is read or refused."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.channel import Malformed, Refused, TooLarge
from bot.channels.simulator import SimulatorChannel
from bot.inbox.message import Kind

T0 = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

# Machines that test are busy: slowness is no finding here.
anyhow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CHANNEL = SimulatorChannel()

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def receive(**fields: Any) -> Any:
    return CHANNEL.receive({}, json.dumps(fields).encode(), now=T0)


def test_a_click_in_the_browser_is_a_click() -> None:
    incoming = receive(sender="wang", kind="click", key="7", event_key="menu.report")
    assert (incoming.kind, incoming.event_key, incoming.key) == (
        Kind.CLICK,
        "menu.report",
        "simulator:simulator:wang:7",
    )
    assert incoming.sent_at == T0


def test_a_place_keeps_its_coordinates() -> None:
    incoming = receive(sender="wang", kind="location", key="8", latitude=30, longitude=104.5)
    assert (incoming.latitude, incoming.longitude) == (30.0, 104.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": ""},
        {"sender": 1},
        {"key": None},
        {"kind": "unknown"},
        {"text": "长" * 2_049},
        {"latitude": "30"},
        {"latitude": 10**400},
        {"latitude": float("nan")},
        {"longitude": True},
    ],
)
def test_a_wrong_field_is_malformed(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        receive(**{"sender": "wang", "kind": "text", "key": "1", **wrong})


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 60_000])
def test_a_body_that_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        CHANNEL.receive({}, body, now=T0)


def test_a_body_longer_than_64_kb_is_too_large() -> None:
    with pytest.raises(TooLarge):
        CHANNEL.receive({}, b" " * 65_537, now=T0)


names = st.sampled_from(["sender", "kind", "key", "text", "event_key", "media_id", "url", "latitude", "longitude"])


@anyhow
@given(st.dictionaries(names, values | st.sampled_from(list(Kind))))
def test_any_json_is_read_or_refused(fields: dict[str, Any]) -> None:
    with contextlib.suppress(Refused):
        receive(**fields).text.encode()
