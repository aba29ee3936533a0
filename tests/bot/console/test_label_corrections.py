"""The inbox as staff read it, and labels that people put right, on both databases."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from bot.inbox import desk as inbox
from bot.inbox.correction import NoChange, SamePerson, takes_two
from bot.inbox.desk import Answered, Read
from bot.inbox.message import Incoming, Kind
from bot.tables import Stale
from tests.instants import T0, T

NOTHING = {"emergency": None, "intent": ["chat", 0.9], "need": [None, 0.0], "urgency": "routine", "claim": [False, 0.1]}


def told(
    conn: sa.Connection, text: str, *, area: str = "c.g1", second: float = 0, resident: str = "r1", **labels: object
) -> str:
    """A message as the pipeline leaves it; returns its id."""
    at = T(second)
    message_id = inbox.admit(conn, Incoming("simulator", "a", "o", f"{text}{second}", Kind.TEXT, at, text), now=at)
    assert message_id is not None
    inbox.remember(conn, message_id, Answered("reply", "好", resident, area, {**NOTHING, **labels}))
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


def sample(conn: sa.Connection, seed: str = "2026-07-17", size: int = 3) -> list[Read]:
    """A sample of the hour after T0, drawn in branch c."""
    return inbox.sample(conn, "c", since=T0, until=T0 + timedelta(hours=1), chance=Random(seed), size=size)


def test_the_sample_is_the_same_for_everybody_and_holds_nothing_that_was_flagged(conn: sa.Connection) -> None:
    for number in range(6):
        told(conn, f"闲聊{number}", second=number)
    told(conn, "水停了", need=["utilities", 0.9], second=10)
    told(conn, "听说", claim=[True, 0.9], second=11)
    told(conn, "着火了", emergency="fire", urgency="emergency", second=12)
    told(conn, "别的社区", area="d", second=13)
    told(conn, "第二天", second=3600)
    drawn = sample(conn)
    assert drawn == sample(conn) and len(drawn) == 3
    assert all(one.text.startswith("闲聊") for one in sample(conn, size=20)) and len(sample(conn, size=20)) == 6


def test_another_seed_begins_elsewhere_and_wraps_around(conn: sa.Connection) -> None:
    ids = sorted(told(conn, f"闲聊{number}", second=number) for number in range(8))
    firsts = {sample(conn, seed=str(day))[0].id for day in range(40)}
    assert len(firsts) > 1
    for day in range(10):
        places = [ids.index(one.id) for one in sample(conn, seed=str(day))]
        assert [(place - places[0]) % 8 for place in places] == [0, 1, 2]


def test_what_is_erased_leaves_its_place_and_the_others_stay(conn: sa.Connection) -> None:
    for number in range(6):
        told(conn, f"闲聊{number}", second=number, resident=f"r{number}")
    before = sample(conn)
    inbox.erase(conn, f"r{before[0].text[-1]}")
    assert sample(conn)[:2] == before[1:]


def test_looks_are_counted_once_and_what_was_missed_when_it_counts(conn: sa.Connection) -> None:
    right, need, claim = (told(conn, text, second=n) for n, text in enumerate(("早", "腿肿了", "要停水了")))
    for one in (right, need, claim):
        assert inbox.look(conn, read(conn, one), actor="liu", now=T0)
    assert not inbox.look(conn, read(conn, right), actor="chen", now=T0)
    inbox.correct(conn, read(conn, need), field="need", became="medical", actor="liu", now=T0)
    inbox.correct(conn, read(conn, claim), field="claim", became="true", actor="liu", now=T0)
    assert inbox.looks(conn, "c", since=T0) == (3, 1)
    inbox.agree(conn, read(conn, claim).pending[0].seq, actor="chen", branch="c")
    assert inbox.looks(conn, "c", since=T0) == (3, 2)
    inbox.erase(conn, "r1")
    assert inbox.looks(conn, "c", since=T0) == (3, 2)
    assert inbox.looks(conn, "d", since=T0) == (0, 0) and inbox.looks(conn, "c", since=T(1)) == (0, 0)


def test_only_corrections_that_count_teach_and_only_while_the_words_are_there(conn: sa.Connection) -> None:
    one, other = told(conn, "腿肿了", resident="r1"), told(conn, "要停水了", resident="r2")
    inbox.correct(conn, read(conn, one), field="need", became="medical", actor="liu", now=T0)
    inbox.correct(conn, read(conn, other), field="claim", became="true", actor="liu", now=T0)
    assert [(taught.text, whose) for taught, whose in inbox.taught(conn)] == [("腿肿了", "r1")]
    inbox.agree(conn, read(conn, other).pending[0].seq, actor="chen", branch="c")
    assert {whose for _, whose in inbox.taught(conn)} == {"r1", "r2"}
    inbox.erase(conn, "r1")
    assert [whose for _, whose in inbox.taught(conn)] == ["r2"]


def test_an_erased_message_is_read_by_nobody(conn: sa.Connection) -> None:
    told(conn, "我家在三楼")
    inbox.erase(conn, "r1")
    assert inbox.recent(conn, "c") == []
