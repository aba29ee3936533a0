"""An article's way over real HTTP: edited, reviewed by another, built by the worker, said by the bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot import demo
from bot.clock import utc_now
from bot.storage.engine import open_engine
from bot.wiring.shelf import MODEL_FOLDER, SNAPSHOT_FILE
from community.staff import desk as staff
from knowledge_base import index
from tests.databases import sqlite_url
from tests.knowledge_base.shelf import beside, shelf
from tests.scenarios.running import Running
from tests.scenarios.town import ALL_ROLES, PASSWORD, Clerk, eventually
from tests.wechat import WeChat

ARTICLE = "/console/knowledge/articles/heatwave-heatstroke"
BUILD_SECONDS = 120.0  # ten on a machine that has nothing else to do
NEW = "先到阴凉处，解开衣服，小口喝淡盐水"
VARIANTS = (
    *("中暑了喝什么", "热得不出汗了", "天热老人昏沉沉", "大热天晒晕了", "高温天工地晕倒"),
    *("热射病啥样", "太阳下干活头晕恶心", "暑天头昏怎么办", "晒久了恶心", "天太热心慌"),
)


@pytest.fixture
def server(tmp_path: Path, wechat: WeChat) -> Iterator[Running]:
    """The program with the small shelf of articles, and two people at work."""
    shipped = tmp_path / "shipped"
    index.build(shelf(), folder=shipped, out_of_scope=beside()).rename(shipped / SNAPSHOT_FILE)
    (shipped / MODEL_FOLDER).symlink_to(Path("var/shipped").resolve() / MODEL_FOLDER)
    with sqlite_url(tmp_path) as url:
        engine = open_engine(url)
        with engine.begin() as conn:
            demo.plant(conn, now=utc_now())
            for login, name in (("liumin", "刘敏"), ("chenfang", "陈芳")):
                staff.add(conn, login=login, name=name, password=PASSWORD, roles=ALL_ROLES,
                          area_code=demo.BRANCH, actor="operator", now=utc_now())  # fmt: skip
        engine.dispose()
        running = Running(tmp_path, url, wechat, shipped=shipped)
        running.start()
        yield running
        if running.process is not None and running.process.poll() is None:
            running.stop()


def test_an_edit_that_another_approved_is_what_the_bot_says(server: Running, wechat: WeChat) -> None:
    assert NEW not in _asked(server, wechat)
    liu, chen = Clerk(server, "liumin"), Clerk(server, "chenfang")
    revision = _handed_in(liu)
    seen = chen.seen(revision)
    assert "没有批准" in liu.press("/console/more", f"{revision}/approve/approve", seen=seen)
    assert NEW in chen.read(revision)
    assert "审核通过" in chen.press(revision, f"{revision}/approve/approve", seen=seen)
    eventually(lambda: "这一版已经发布" in liu.read(revision), seconds=BUILD_SECONDS, what="published")
    eventually(lambda: NEW in _asked(server, wechat), what="said by the bot")
    assert NEW in requests.get(f"{server.base}/public/articles/heatwave-heatstroke", timeout=10).text
    assert "中暑怎么办" in chen.read("/console/knowledge/versions")
    for clerk in (liu, chen):
        clerk.close()


def _asked(server: Running, wechat: WeChat) -> str:
    response = server.send(wechat.text(utc_now(), "中暑了喝什么"))
    assert response.status_code == 200
    return wechat.read(response.content)["Content"]


def _handed_in(liu: Clerk) -> str:
    """The article with other words, handed in; its revision's page."""
    page = f"{ARTICLE}/edit"
    near = [("狗中暑了咬人", "dog-bite-rabies"), ("电梯里太热", "elevator-trapped"), ("灶台太热", "gas-leak"),
            ("天热狗咬人", "dog-bite-rabies"), ("热天煤气罐", "gas-leak")]  # fmt: skip
    said = liu.press(
        page,
        page,
        title="中暑怎么办",
        category="weather",
        short=NEW,
        body=f"{NEW}。\n\n## 现在就做\n1. 到阴凉处\n\n## 千万不要\n- 硬撑\n\n## 什么时候打什么电话\n- 120",
        call="120",
        variants="\n".join(VARIANTS),
        near_text=[text for text, _ in near],
        near_article=[slug for _, slug in near],
        source_publisher=["国家卫生健康委", "中国疾控中心"],
        source_title=["高温中暑防护", "夏季健康提示"],
        source_date=["2024", "2025"],
        reviewed_on=f"{utc_now():%Y-%m-%d}",
        valid_until=f"{utc_now().year + 1}-01-01",
        check="与来源核对。",
        then="submit",
    )
    assert "已提交" in said, said
    return liu.at
