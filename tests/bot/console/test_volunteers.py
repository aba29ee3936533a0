"""志愿者和任务: a resident offers, somebody approves, a task is opened, told and cancelled."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import local
from community.linkage import desk as linkage
from community.linkage.task import Standing, Status
from community.residents import desk as residents
from tests.bot.console.house import House


def applied(house: House) -> str:
    """A resident of the demo offers to help; the volunteer's id."""
    with house.engine.begin() as conn:
        one = residents.of_channel(conn, "simulator", "jh.ls")[0]
        return linkage.apply(
            conn, resident_id=one.id, name=one.name, area_code=one.area_code, skills=[], now=house.now
        ).id


def test_who_offered_is_approved_and_hears_it(house: House) -> None:
    volunteer_id = applied(house)
    person = house.client("liumin")
    assert "等您点头" in person.read("/console/volunteers")
    assert person.send(f"/console/volunteers/{volunteer_id}/approve").status_code == 303
    with house.engine.connect() as conn:
        assert [one.standing for one in linkage.approved(conn, "jh.ls")] == [Standing.APPROVED]
    assert any("社区确认了" in text for text in house.news())


def test_a_task_is_opened_told_taken_and_cancelled(house: House) -> None:
    volunteer_id = applied(house)
    person = house.client("liumin")
    person.send(f"/console/volunteers/{volunteer_id}/approve")
    until = f"{local(house.now + timedelta(hours=3)):%Y-%m-%dT%H:%M}"
    answer = person.send("/console/volunteers/tasks", title="搬沙袋", details="3号楼门口", places="2", until=until)
    assert answer.status_code == 303
    assert "还差 2 人" in person.read("/console/volunteers")
    with house.engine.begin() as conn:
        (task,) = linkage.in_branch(conn, "jh.ls")
        (one,) = linkage.approved(conn, "jh.ls")
        linkage.take(conn, task.id, one, now=house.now)
    assert "还差 1 人" in person.read("/console/volunteers")
    person.send(f"/console/volunteers/tasks/{task.id}/cancel")
    with house.engine.connect() as conn:
        assert linkage.get(conn, task.id).status is Status.CANCELLED
    assert len(house.news()) == 3  # approved, the task, its end


def test_a_form_with_something_missing_keeps_what_was_typed(house: House) -> None:
    person = house.client("liumin")
    answer = person.send("/console/volunteers/tasks", title="送药", places="0", until="")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "送药" in text and "几个人" in text


def test_staff_of_another_branch_see_and_touch_nothing_of_it(house: House) -> None:
    volunteer_id = applied(house)
    stranger = house.client("zhaolei")
    assert "王桂芳" not in stranger.read("/console/volunteers")
    assert stranger.send(f"/console/volunteers/{volunteer_id}/approve").status_code == 404
