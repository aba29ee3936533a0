"""A training from beginning to end, with a teacher that trains nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.learning import desk as learning
from bot.learning.training import LEASE, Status, Training
from bot.stories.learn import Interrupted, Taught, TeachingFailed, learn_due
from knowledge_base import desk as knowledge
from knowledge_base.desk import MODEL
from nlp.corpus import Row
from nlp.taxonomy import Harm, Intent, Need
from tests.instants import T0
from tests.small_models import of_another_format, packed

FINE = [{"name": "intent right", "before": 0.5, "after": 0.6, "low": 0.0, "high": 0.2, "falls": False}]
FALLEN = [{"name": "claims found", "before": 0.9, "after": 0.5, "low": -0.5, "high": -0.3, "falls": True}]
PLAIN = {"emergency": None, "intent": ["chat", 0.9], "need": [None, 0.0], "urgency": "routine", "claim": [False, 0.1]}


@pytest.fixture(scope="module")
def shipped() -> bytes:
    return packed(160)


@pytest.fixture(scope="module")
def learned() -> bytes:
    return packed(120)


@dataclass
class Played:
    """A teacher that hands back what it was given, and remembers what it was asked."""

    model: bytes
    figures: Sequence[dict[str, object]] = field(default_factory=lambda: FINE)
    meanwhile: Callable[[], object] = lambda: None
    corpus: str = "the shipped corpus"
    lessons: list[list[Row]] = field(default_factory=list)

    def material(self) -> str:
        return self.corpus

    def __call__(self, rows: Sequence[Row], *, go_on: Callable[[], bool]) -> Taught:
        self.lessons.append(list(rows))
        self.meanwhile()
        if not go_on():
            raise Interrupted
        return Taught(self.model, self.figures)


@dataclass
class Town:
    """A database with a shipped model, a clock, and a worker."""

    engine: sa.Engine
    now: datetime = T0
    stop: threading.Event = field(default_factory=threading.Event)

    def ask(self, by: str = "chen") -> None:
        with self.engine.begin() as conn:
            learning.ask(conn, by=by, now=self.now)

    def learn(self, teacher: Played) -> Status | None:
        return learn_due(self.engine, teacher=teacher, stop=self.stop, now=lambda: self.now)

    def using(self) -> tuple[str, str]:
        """The model in use, as the first bytes of its hash, and by whom it came."""
        with self.engine.connect() as conn:
            found = knowledge.in_use_by(conn, MODEL)
        assert found is not None
        return found[0], found[2]

    def last(self) -> Training:
        with self.engine.connect() as conn:
            return learning.ended(conn)[0]

    def open(self) -> Training:
        with self.engine.connect() as conn:
            found = learning.current(conn)
        assert found is not None
        return found

    def erase(self, resident: str) -> None:
        with self.engine.begin() as conn:
            inbox.erase(conn, resident)


@pytest.fixture
def town(engine: sa.Engine, shipped: bytes) -> Town:
    with engine.begin() as conn:
        knowledge.use_shipped(conn, MODEL, shipped, now=T0)
    return Town(engine)


def correct(town: Town, text: str, *, resident: str = "r1", **became: str) -> str:
    """A message, and what one person corrected about it; returns its id."""
    with town.engine.begin() as conn:
        key = f"{text} {resident}"
        message_id = inbox.admit(conn, Incoming("simulator", "a", "o", key, Kind.TEXT, T0, text), now=T0)
        assert message_id is not None
        inbox.remember(conn, message_id, Answered("reply", "好", resident, "c.g1", PLAIN))
        for name, label in became.items():
            read = inbox.message(conn, message_id, branch="c")
            assert read is not None
            inbox.correct(conn, read, field=name, became=label, actor="liu", now=T0)
    return message_id


def test_what_was_corrected_is_learned_and_the_new_model_answers(town: Town, learned: bytes) -> None:
    correct(town, "老伴的腿肿了", intent="help", need="medical")
    teacher = Played(learned)
    town.ask()
    assert town.learn(teacher) is Status.USED
    ((row,),) = teacher.lessons
    assert (row.text, row.intent, row.need, row.claim) == ("老伴的腿肿了", Intent.HELP, Need.MEDICAL, False)
    ended = town.last()
    assert town.using() == (ended.model, knowledge.LEARNED)
    assert ended.corrections == 1 and ended.report is not None and ended.report["figures"] == FINE
    assert town.open().status is Status.WAITING


def test_nothing_due_is_nothing_done(town: Town, learned: bytes) -> None:
    teacher = Played(learned)
    assert town.learn(teacher) is None and teacher.lessons == []


def test_a_model_of_which_one_figure_falls_is_not_put_in_use_and_not_kept(town: Town, learned: bytes) -> None:
    correct(town, "老伴的腿肿了", intent="help", need="medical")
    before = town.using()
    town.ask()
    assert town.learn(Played(learned, [*FINE, *FALLEN])) is Status.WORSE
    assert town.using() == before and town.last().model is None
    with town.engine.connect() as conn:
        assert len(knowledge.artefacts(conn, MODEL)) == 1


def test_what_was_learned_already_is_not_learned_again_until_something_is_new(town: Town, learned: bytes) -> None:
    correct(town, "老伴的腿肿了", intent="help", need="medical")
    for new, expected in (
        (lambda: None, Status.USED),
        (lambda: None, Status.NOTHING),
        (lambda: correct(town, "灯坏了", intent="report", need="facilities"), Status.USED),
        (lambda: town.erase("r1"), Status.NOTHING),  # nothing is left to learn from
    ):
        new()
        town.ask()
        town.now += timedelta(minutes=1)
        assert town.learn(Played(learned)) is expected
    correct(town, "灯坏了", resident="r2", intent="report", need="facilities")
    town.ask()
    assert town.learn(Played(learned)) is Status.USED
    town.ask()
    assert town.learn(Played(learned, corpus="the corpus of a newer version")) is Status.USED


def test_what_one_person_accused_teaches_nobody_until_a_second_agrees(town: Town, learned: bytes) -> None:
    one = correct(town, "明天要停水", claim="true", intent="sharing")
    other = correct(town, "老鼠药要涨价", claim="true")
    with town.engine.begin() as conn:
        read = inbox.message(conn, one, branch="c")
        assert read is not None
        inbox.agree(conn, read.pending[0].seq, actor="chen", branch="c")
    teacher = Played(learned)
    town.ask()
    town.learn(teacher)
    assert other != one
    ((row,),) = teacher.lessons
    assert (row.text, row.claim, row.harm) == ("明天要停水", True, Harm.ORDER)


def test_labels_that_contradict_each_other_teach_nothing(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", need="medical")  # the intent is small talk still
    correct(town, "救命啊", urgency="emergency")  # an emergency without a need
    correct(town, "谁来帮帮我", intent="help")  # a call for help without a need
    town.ask()
    assert town.learn(Played(learned)) is Status.NOTHING


def test_what_an_erased_resident_wrote_is_left_out(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", resident="r1", intent="help", need="medical")
    correct(town, "灯坏了", resident="r2", intent="report", need="facilities")
    town.erase("r1")
    teacher = Played(learned)
    town.ask()
    town.learn(teacher)
    assert [[row.text for row in rows] for rows in teacher.lessons] == [["灯坏了"]]


def test_whoever_erases_their_words_during_a_training_is_not_learned_from(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", resident="r1", intent="help", need="medical")
    correct(town, "灯坏了", resident="r2", intent="report", need="facilities")
    before = town.using()
    town.ask()
    assert town.learn(Played(learned, meanwhile=lambda: town.erase("r1"))) is Status.WAITING
    assert town.using() == before
    teacher = Played(learned)
    assert town.learn(teacher) is Status.USED
    assert [row.text for row in teacher.lessons[0]] == ["灯坏了"]


def test_no_text_of_anybody_is_kept_with_a_training(town: Town, learned: bytes) -> None:
    correct(town, "我叫赵钱孙腿肿了", intent="help", need="medical")
    town.ask()
    town.learn(Played(learned))
    ended = town.last()
    assert "赵钱孙" not in repr(ended)
    assert ended.report is not None and set(ended.report) == {"figures", "looked_at", "changed", "examples"}


def test_what_a_person_chose_is_not_replaced_by_the_week(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    chosen, _ = town.using()
    with town.engine.begin() as conn:
        knowledge.use_artefact(conn, MODEL, chosen, by="chen", now=T0)
    town.learn(Played(learned))  # plans the week
    town.now = town.open().due_at
    assert town.learn(Played(learned)) is Status.HELD
    held = town.last().model
    assert held is not None and town.using() == (chosen, "chen")
    with town.engine.begin() as conn:
        knowledge.use_artefact(conn, MODEL, held, by="chen", now=town.now)
    assert town.using() == (held, "chen")


def test_a_person_who_asks_gets_the_new_model_whatever_was_chosen(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    with town.engine.begin() as conn:
        knowledge.use_artefact(conn, MODEL, knowledge.current_artefact(conn, MODEL) or "", by="chen", now=T0)
    town.ask()
    assert town.learn(Played(learned)) is Status.USED


def test_a_worker_that_ends_hands_the_training_on(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    town.ask()
    assert town.learn(Played(learned, meanwhile=town.stop.set)) is Status.WAITING
    town.stop.clear()
    assert town.learn(Played(learned)) is Status.USED


def test_a_worker_killed_in_the_middle_loses_nothing(town: Town, learned: bytes) -> None:
    class Killed(BaseException):
        """As if the machine had lost its power: nothing is caught, nothing is settled."""

    def die() -> None:
        raise Killed

    correct(town, "腿肿了", intent="help", need="medical")
    town.ask()
    with pytest.raises(Killed):
        town.learn(Played(learned, meanwhile=die))
    assert town.open().status is Status.RUNNING and town.learn(Played(learned)) is None
    town.now += LEASE
    assert town.learn(Played(learned)) is Status.USED


def test_a_worker_that_was_thought_dead_puts_nothing_in_use(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    before = town.using()
    town.ask()

    def sleep_too_long() -> None:
        with town.engine.begin() as conn:
            assert learning.claim(conn, now=T0 + LEASE) is not None

    assert town.learn(Played(learned, meanwhile=sleep_too_long)) is None
    assert town.using() == before and town.open().attempts == 2


def test_a_long_training_keeps_its_lease(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    town.ask()

    def four_minutes() -> None:
        town.now += timedelta(minutes=4)

    class Slow(Played):
        def __call__(self, rows: Sequence[Row], *, go_on: Callable[[], bool]) -> Taught:
            for _ in range(3):
                four_minutes()
                assert go_on()
                with town.engine.begin() as conn:
                    assert learning.claim(conn, now=town.now) is None
            return super().__call__(rows, go_on=go_on)

    assert town.learn(Slow(learned)) is Status.USED


def _fail() -> None:
    raise TeachingFailed("exit 1 MemoryError train.py:113")


@pytest.mark.parametrize("broken", [_fail, None])
def test_what_breaks_is_told_and_tried_again_the_next_night(
    town: Town, broken: Callable[[], None] | None, learned: bytes
) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    before = town.using()
    town.ask()
    teacher = Played(learned, meanwhile=broken) if broken else Played(b"no model")
    assert town.learn(teacher) is Status.FAILED
    assert town.last().fault and town.using() == before
    assert town.open().due_at - town.now < timedelta(days=1)


def test_what_comes_out_differently_is_counted_by_label(town: Town, shipped: bytes, learned: bytes) -> None:
    texts = ("水管漏水了", "停电了吗", "听说要涨价", "晚安")
    ids = [correct(town, text, intent="help", need="other") for text in texts]
    town.ask()
    town.learn(Played(learned))
    report = town.last().report
    assert report is not None and report["looked_at"] == 4
    assert shipped != learned and report["changed"]
    assert all(was != became and count > 0 for _, was, became, count in report["changed"])
    assert set(report["examples"]) <= set(ids)


def test_a_model_in_use_of_an_older_format_is_replaced_all_the_same(town: Town, learned: bytes) -> None:
    correct(town, "腿肿了", intent="help", need="medical")
    with town.engine.begin() as conn:
        name = knowledge.store_artefact(conn, MODEL, of_another_format(learned), now=T0)
        knowledge.use_artefact(conn, MODEL, name, by=knowledge.LEARNED, now=T0)
    town.ask()
    assert town.learn(Played(learned)) is Status.USED
    assert town.using()[0] == town.last().model
