"""The inbox as staff read it, and labels that people put right, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.inbox import desk as inbox
from bot.inbox.correction import NoChange, SamePerson, takes_two
from bot.inbox.desk import Answered, Read
from bot.inbox.message import Incoming, Kind
from bot.tables import Stale
from tests.instants import T0, T

NOTHING = {"emergency": None, "intent": ["chat", 0.9], "need": [None, 0.0], "urgency": "routine", "claim": [False, 0.1]}


def told(conn: sa.Connection, text: str, *, area: str = "c.g1", second: float = 0, **labels: object) -> str:
    """A message as the pipeline leaves it; returns its id."""
    at = T(second)
    message_id = inbox.admit(conn, Incoming("simulator", "a", "o", f"{text}{second}", Kind.TEXT, at, text), now=at)
    assert message_id is not None
    inbox.remember(conn, message_id, Answered("reply", "好", "r1", area, {**NOTHING, **labels}))
    return message_id


def read(conn: sa.Connection, message_id: str) -> Read:
    """The message as staff of its branch see it."""
    found = inbox.message(conn, message_id, branch="c")
    assert found is not None
    return found


def test_staff_see_their_branch_and_what_has_no_place_newest_first(conn: sa.Connection) -> None:
    told(conn, "这里", second=1)
    told(conn, "不知道在哪", area="root", second=2)
    told(conn, "别处", area="d", second=3)
    assert [one.text for one in inbox.recent(conn, "c")] == ["不知道在哪", "这里"]
    assert [one.text for one in inbox.recent(conn, "c", before=T(2))] == ["这里"]


@pytest.mark.parametrize(
    ("field", "was", "became", "two"),
    [
        ("need", "utilities", "", True),
        ("need", "", "utilities", False),
        ("need", "utilities", "fire", False),
        ("claim", "false", "true", True),
        ("claim", "true", "false", False),
        ("urgency", "emergency", "routine", True),
        ("urgency", "routine", "emergency", False),
        ("intent", "help", "chat", False),
    ],
)
def test_what_would_hide_a_need_or_accuse_a_statement_takes_two(field: str, was: str, became: str, two: bool) -> None:
    assert takes_two(field, was, became) is two


def test_a_correction_that_takes_two_counts_only_when_another_agrees_once(conn: sa.Connection) -> None:
    one = told(conn, "听说要停电")
    made = inbox.correct(conn, read(conn, one), field="claim", became="true", actor="liu", now=T0)
    assert not made.counts and read(conn, one).label("claim") == "false"
    seq = read(conn, one).pending[0].seq
    assert [c.seq for c in inbox.to_agree(conn, "c", actor="chen")] == [seq]
    assert inbox.to_agree(conn, "c", actor="liu") == [] and inbox.to_agree(conn, "d", actor="chen") == []
    with pytest.raises(SamePerson):
        inbox.agree(conn, seq, actor="liu", branch="c")
    assert inbox.agree(conn, seq, actor="chen", branch="d") is None
    inbox.agree(conn, seq, actor="chen", branch="c")
    assert read(conn, one).label("claim") == "true"
    with pytest.raises(Stale):
        inbox.agree(conn, seq, actor="wang", branch="c")


def test_a_label_that_stands_already_is_no_correction(conn: sa.Connection) -> None:
    one = told(conn, "水停了", need=["utilities", 0.9])
    with pytest.raises(NoChange):
        inbox.correct(conn, read(conn, one), field="need", became="utilities", actor="liu", now=T0)


def test_the_sample_is_the_same_for_everybody_and_holds_nothing_that_was_flagged(conn: sa.Connection) -> None:
    for number in range(6):
        told(conn, f"闲聊{number}", second=number)
    told(conn, "水停了", need=["utilities", 0.9], second=10)
    told(conn, "听说", claim=[True, 0.9], second=11)
    span = {"since": T0, "until": T0 + timedelta(hours=1), "day": T0.date()}
    drawn = [[one.text for one in inbox.sample(conn, "c", size=3, **span)] for _ in range(2)]  # type: ignore[arg-type]
    assert drawn[0] == drawn[1] and len(drawn[0]) == 3
    assert all(text.startswith("闲聊") for text in drawn[0])


def test_an_erased_message_is_read_by_nobody(conn: sa.Connection) -> None:
    told(conn, "我家在三楼")
    inbox.erase(conn, "r1")
    assert inbox.recent(conn, "c") == []
