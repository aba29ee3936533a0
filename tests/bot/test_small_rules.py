"""Duty hours, masks, commands: small rules with many edges."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import commands
from bot.conversation.commands import Command, TaskWord
from bot.duty import on_duty
from bot.privacy import mask
from bot.stories.take_task import Verb
from tests.instants import NIGHT, T0


@pytest.mark.parametrize(
    ("hours", "by_day", "by_night"),
    [
        ("08:30-20:00", True, False),
        ("每天8:00—20:00", True, False),
        ("20:00至次日8:00", False, True),
        ("8:00-12:00，14:00-18:00", True, False),
        ("24小时", True, True),
        ("问居委会", None, None),
        ("", None, None),
    ],
)
def test_duty_hours_are_read_as_the_committee_writes_them(
    hours: str, by_day: bool | None, by_night: bool | None
) -> None:
    assert on_duty(hours, T0) is by_day
    assert on_duty(hours, NIGHT) is by_night


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打13812345678", "打138****5678"),
        ("138 1234 5678找我", "138****5678找我"),
        ("身份证510107199003071234", "身份证510107********1234"),
        ("卡号6222020200112233445", "卡号6222********3445"),
        ("028-85551234", "028****1234"),
        ("3栋2单元1204，停电12小时", "3栋2单元1204，停电12小时"),
        ("打119、120、12345", "打119、120、12345"),
    ],
)
def test_what_identifies_a_person_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text(alphabet="你好，。 abc", max_size=10))
def test_no_mobile_number_survives_the_mask(number: str, around: str) -> None:
    assert number not in mask(f"{around}{number}{around}")


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", once)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("菜单", Command.MENU),
        ("“菜单”", Command.MENU),
        ("？", Command.MENU),
        ("查进度。", Command.PROGRESS),
        (" 我的 数据 ", Command.MY_DATA),
        ("删除我的数据", Command.ERASE),
        ("TD", Command.REFUSE_NOTICES),
        ("退订", Command.REFUSE_NOTICES),
        ("怎么退订牛奶", None),
        ("菜单上的菜太贵了", None),
    ],
)
def test_orders_are_read_only_where_they_stand_alone(text: str, command: Command | None) -> None:
    assert commands.read(text) is command


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("２", 2),
        (" 3。", 3),
        ("第2个", 2),
        ("选1", 1),
        ("一", 1),
        ("12", None),
        ("3栋", None),
        ("", None),
    ],
)
def test_a_digit_is_a_choice_however_it_is_written(text: str, number: int | None) -> None:
    assert commands.digit(text) == number


def test_an_old_menu_button_shows_the_menu() -> None:
    assert commands.clicked("progress") is Command.PROGRESS
    assert commands.clicked("something-of-2019") is Command.MENU


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("接", TaskWord(Verb.TAKE, "", 0)),
        ("接。", TaskWord(Verb.TAKE, "", 0)),
        ("接3", TaskWord(Verb.TAKE, "3", 0)),
        ("我接 r-0717-3", TaskWord(Verb.TAKE, "R-0717-3", 0)),
        ("放", TaskWord(Verb.RELEASE, "", 0)),
        ("完成", TaskWord(Verb.DONE, "", 0)),
        ("完成 40分钟", TaskWord(Verb.DONE, "", 40)),
        ("完成3，40分", TaskWord(Verb.DONE, "3", 40)),
        ("接孩子放学", None),
        ("放假了", None),
        ("完成不了作业", None),
        ("接12345热线", None),
    ],
)
def test_a_volunteers_word_is_read_only_where_it_stands_alone(text: str, said: TaskWord | None) -> None:
    assert commands.task_word(text) == said
