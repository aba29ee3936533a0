"""学习: versions with their figures, what became of trainings, the button, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.inbox import desk as inbox
from bot.learning import desk as learning
from bot.learning.desk import Ending
from bot.learning.training import LEASE, MOST_ATTEMPTS, Status
from knowledge_base import desk as knowledge
from knowledge_base.desk import MODEL
from tests.bot.console.house import PHONE, House, Person, message, resident
from tests.instants import T0
from tests.small_models import of_another_format, packed

PAGE = "/console/learning"


def figure(name: str, before: float, after: float, *, falls: bool = False) -> dict[str, object]:
    """One figure of a report."""
    return {"name": name, "before": before, "after": after, "low": -0.1, "high": 0.1, "falls": falls}


REPORT: Mapping[str, Any] = {
    "figures": [
        figure("intent right", 0.765, 0.781),
        figure("emergency false alarms among routine messages", 0.018, 0.02),
        figure("claims found", 0.644, 0.644),
    ],
    "looked_at": 300,
    "changed": [["need", "", "medical", 7], ["intent", "chat", "help", 3]],
    "examples": [],
}
WORSE: Mapping[str, Any] = {**REPORT, "figures": [figure("claims found", 0.9, 0.8, falls=True)]}


@pytest.fixture(scope="module")
def models() -> tuple[bytes, bytes]:
    return packed(160), packed(120)


@pytest.fixture
def shipped(house: House, models: tuple[bytes, bytes]) -> str:
    """The model that came with the program, in use; its hash."""
    with house.engine.begin() as conn:
        knowledge.use_shipped(conn, MODEL, models[0], now=T0)
        return str(knowledge.current_artefact(conn, MODEL))


def trained(house: House, ending: Ending) -> str:
    """A training that somebody asked for has ended; its id."""
    with house.engine.begin() as conn:
        learning.ask(conn, by=house.accounts["chenfang"].id, now=house.now)
        taken = learning.claim(conn, now=house.now)
        assert taken is not None
        return learning.end(conn, taken, ending, now=house.now + timedelta(minutes=2)).id


def learned(house: House, content: bytes, report: Mapping[str, Any] = REPORT) -> tuple[str, str]:
    """A training whose model is in use; its id and the model's hash."""
    with house.engine.begin() as conn:
        name = knowledge.store_artefact(conn, MODEL, content, now=house.now)
        knowledge.use_artefact(conn, MODEL, name, by=knowledge.LEARNED, now=house.now)
    return trained(house, Ending(Status.USED, 12, "basis", name, report)), name


def using(house: House) -> tuple[str, str]:
    """The model in use and by whom."""
    with house.engine.connect() as conn:
        found = knowledge.in_use_by(conn, MODEL)
    assert found is not None
    return found[0], found[2]


def test_at_first_there_is_what_came_with_the_program(house: House, chen: Person, shipped: str) -> None:
    page = chen.read(PAGE)
    assert "随程序来的" in page and shipped[:8] in page and "现在用的" in page
    assert "后台任务还没有来过" in page and "现在学一次" in page


def test_the_button_asks_for_a_training_and_it_is_noted(house: House, chen: Person, shipped: str) -> None:
    chen.send(f"{PAGE}/now")
    page = chen.read(PAGE)
    assert "排上了，马上开始" in page and "陈芳让它学的" in page
    assert "让程序现在学一次" in chen.read("/console/audit")
    house.now += timedelta(minutes=5)
    assert "后台任务一直没来接" in chen.read(PAGE)


def test_a_training_that_runs_or_broke_is_told_as_it_is(house: House, chen: Person, shipped: str) -> None:
    chen.send(f"{PAGE}/now")
    with house.engine.begin() as conn:
        assert learning.claim(conn, now=house.now)
    house.now += timedelta(minutes=1)
    page = chen.read(PAGE)
    assert "正在学，已经 1 分钟" in page and "现在学一次" not in page
    answer = chen.send(f"{PAGE}/now")
    assert "已经在学了" in chen.read(answer.headers["Location"])
    house.now += LEASE
    assert "后台任务断了" in chen.read(PAGE)
    with house.engine.begin() as conn:
        learning.claim(conn, now=house.now)
    assert "这是第 2 次" in chen.read(PAGE)
    for _ in range(MOST_ATTEMPTS - 1):
        house.now += LEASE
        with house.engine.begin() as conn:
            learning.claim(conn, now=house.now)
    page = chen.read(PAGE)
    assert "没学成" in page and "下次自动学" in page


def test_versions_stand_with_their_figures_and_whose_they_are(
    house: House, chen: Person, shipped: str, models: tuple[bytes, bytes]
) -> None:
    _, name = learned(house, models[1])
    page = chen.read(PAGE)
    assert "学了 12 条改动" in page and "陈芳让学的" in page and name[:8] in page and shipped[:8] in page
    assert "78.1%" in page and "76.5%" in page  # after, and before: what came with the program


def test_a_training_shows_figures_side_by_side_with_words_and_what_changed(
    house: House, liu: Person, shipped: str, models: tuple[bytes, bytes]
) -> None:
    training, _ = learned(house, models[1])
    page = liu.read(f"{PAGE}/{training}")
    assert "76.5%" in page and "78.1%" in page and "多了 1.6 个百分点，好一点" in page
    assert "多了 0.2 个百分点，差一点，可能是碰巧" in page and "一样" in page
    assert "没有诉求 → 就医用药" in page and "7 条" in page and "闲聊 → 求助" in page


def test_examples_are_masked_and_only_of_the_own_branch(
    house: House, liu: Person, shipped: str, models: tuple[bytes, bytes]
) -> None:
    with house.engine.begin() as conn:
        told = message(conn, f"打我电话{PHONE}，" + "水管坏了" * 20, who=resident(conn, 8), now=house.now)
    training, _ = learned(house, models[1], {**REPORT, "examples": [told]})
    page = liu.read(f"{PAGE}/{training}")
    assert "138****5678" in page and PHONE not in page and "水管坏了" * 20 not in page
    assert "138****5678" not in house.client("zhaolei").read(f"{PAGE}/{training}")
    with house.engine.begin() as conn:
        inbox.erase(conn, resident(conn, 8).id)
    assert "水管坏了" not in liu.read(f"{PAGE}/{training}")


@pytest.mark.parametrize(
    ("ending", "on_the_list", "on_its_page"),
    [
        (Ending(Status.WORSE, 12, "b", None, WORSE), "没有换，有数字变差", "找到传言 变差了，而且不像是碰巧"),
        (Ending(Status.HELD, 12, "b", None, REPORT), "学好了，等人来换", "现在用的那一版是人选的"),
        (Ending(Status.NOTHING), "没有新的改动可学", "没有新的、算数的改动"),
        (Ending(Status.FAILED, 12, fault="exit -9"), "没学成", "exit -9"),
    ],
)
def test_why_a_new_model_was_not_used_is_said(
    house: House, liu: Person, shipped: str, ending: Ending, on_the_list: str, on_its_page: str
) -> None:
    training = trained(house, ending)
    assert on_the_list in liu.read(PAGE)
    assert on_its_page in liu.read(f"{PAGE}/{training}")


def test_an_administrator_goes_back_with_one_click_and_it_is_noted(
    house: House, chen: Person, shipped: str, models: tuple[bytes, bytes]
) -> None:
    _, name = learned(house, models[1])
    assert using(house) == (name, knowledge.LEARNED)
    chen.send(f"{PAGE}/use/{shipped}")
    assert using(house) == (shipped, house.accounts["chenfang"].id)
    assert "陈芳换上" in chen.read(PAGE) and "换了判断用的模型" in chen.read("/console/audit")
    chen.send(f"{PAGE}/use/{name}")
    assert using(house)[0] == name


def test_what_is_no_model_or_cannot_be_read_is_not_put_in_use(
    house: House, chen: Person, shipped: str, models: tuple[bytes, bytes]
) -> None:
    with house.engine.begin() as conn:
        snapshot = knowledge.store_artefact(conn, knowledge.SNAPSHOT, models[1], now=T0)
        old = knowledge.store_artefact(conn, MODEL, of_another_format(models[1]), now=T0)
    assert chen.send(f"{PAGE}/use/{'0' * 64}").status_code == 404
    assert chen.send(f"{PAGE}/use/{snapshot}").status_code == 404
    answer = chen.send(f"{PAGE}/use/{old}")
    assert "旧格式" in chen.read(answer.headers["Location"])
    assert using(house)[0] == shipped


def test_only_administrators_of_the_whole_community_may(house: House, liu: Person, zhao: Person, shipped: str) -> None:
    assert "现在学一次</button>" not in liu.read(PAGE)
    for person in (liu, zhao):
        assert person.send(f"{PAGE}/now").status_code == 403
        assert person.send(f"{PAGE}/use/{shipped}").status_code == 403
    with house.engine.connect() as conn:
        assert learning.current(conn) is None


def test_labels_that_contradict_each_other_are_shown_to_be_finished(house: House, liu: Person, zhao: Person) -> None:
    with house.engine.begin() as conn:
        told = message(conn, "老伴的腿又肿了", who=resident(conn, 8), now=house.now, intent=["chat", 0.9])
    liu.send(f"/console/messages/{told}/label", field="need", became="medical")
    assert "1 条改得前后对不上" in liu.read(PAGE) and "有 <b>0</b> 条" in liu.read(PAGE)
    assert "腿又肿" not in zhao.read(PAGE)
    liu.send(f"/console/messages/{told}/label", field="intent", became="help")
    assert "对不上" not in liu.read(PAGE) and "有 <b>1</b> 条" in liu.read(PAGE)


def test_a_model_of_an_older_format_is_said_on_the_page(house: House, liu: Person, shipped: str) -> None:
    house.refused_model = shipped
    assert "是旧格式，现在的程序读不了" in liu.read(PAGE)


def test_a_training_that_never_was_is_no_page(house: House, liu: Person) -> None:
    assert liu.get(f"{PAGE}/nothing").status_code == 404
