"""Whole stories over real HTTP: signed and encrypted callbacks against the program as it is installed."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psutil
import pytest
import requests
import sqlalchemy as sa

from bot.clock import utc_now
from bot.inbox.ledger import messages
from bot.outbox.ledger import outbox
from bot.storage.engine import open_engine
from community.needs.ledger import needs
from community.residents.ledger import residents
from tests.scenarios.running import Running
from tests.wechat import Callback, WeChat


def said(server: Running, callback: Callback) -> str:
    """The text of the reply; fails unless it came with status 200."""
    response = server.send(callback)
    assert response.status_code == 200, response.text
    return server.wechat.read(response.content).get("Content", "")


def count(server: Running, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """Rows in the server's database."""
    engine = open_engine(server.database_url)
    with engine.connect() as conn:
        found: int = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
    engine.dispose()
    return found


def test_a_resident_is_answered_helped_and_erased(server: Running) -> None:
    wechat, now = server.wechat, utc_now()

    def write(text: str) -> str:
        return said(server, wechat.text(now, text))

    assert "邻水社区" in said(server, wechat.event(now, "subscribe", ""))
    assert "3号楼" in said(server, wechat.event(now, "SCAN", "jh.ls.g1.b3"))

    answer = write("油锅着火了怎么办才对，平时想学一下")
    assert "来源" in answer and "锅盖" in answer

    emergency = write("我家着火了！！3栋2单元，快来人")
    assert "119" in emergency.splitlines()[0]
    assert ("已登记 S-" in emergency and "还没有人接手" in emergency) or "不是值班时间" in emergency
    assert count(server, outbox, outbox.c.kind == "duty_alert") == 1

    opened = write("3号楼2单元停电了，麻烦来看看")
    assert "编号 S-" in opened
    neighbour = WeChat(mode=wechat.mode, token=wechat.token, sender="oNeighbour")
    joined = said(server, neighbour.text(now, "3号楼又停电啦，能不能派个师傅来修"))
    assert "2 户" in joined

    claim = write("听说上游水库今晚要炸坝泄洪，一楼全要淹，大家赶紧转发")
    assert "请先别转" in claim and "Y-" in claim

    assert "S-" in write("查进度") and "Y-" in write("查进度")
    assert "3号楼" in write("我的数据")
    assert "确认删除" in write("删除我的数据")
    assert "已删除" in write("确认删除")
    assert count(server, residents, residents.c.openid == wechat.sender) == 0
    assert count(server, messages, messages.c.text.contains("3号楼2单元停电")) == 0
    assert count(server, needs) == 2


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_every_mode_answers_and_every_kind_gets_a_word(server_in_mode: Running, mode: str) -> None:
    wechat, now = server_in_mode.wechat, utc_now()
    assert wechat.mode == mode
    assert "回数字" in said(server_in_mode, wechat.text(now, "7"))
    assert said(server_in_mode, wechat.voice(now, "流感怎么预防。"))
    for callback in (
        wechat.voice(now),
        wechat.image(now),
        wechat.video(now),
        wechat.location(now, "锦河路"),
        wechat.callback(now, MsgType="sticker"),
    ):
        assert "W-" in said(server_in_mode, callback)
    assert said(server_in_mode, wechat.link(now, "重磅！自来水有毒", "赶紧转给家人"))
    assert said(server_in_mode, wechat.event(now, "CLICK", "menu"))
    assert said(server_in_mode, wechat.event(now, "VIEW", "https://example.org")) == ""
    query = wechat.signed(now, echostr="20260717")
    assert requests.get(f"{server_in_mode.base}/wechat/official", params=query, timeout=5).text == "20260717"


@pytest.fixture
def server_in_mode(request: pytest.FixtureRequest, tmp_path, mode: str):  # type: ignore[no-untyped-def]
    """A server in one of the modes, on SQLite."""
    from tests.databases import sqlite_url

    with sqlite_url(tmp_path) as url:
        running = Running(tmp_path, url, WeChat(mode=mode, token="tokenoftests"))
        running.start()
        yield running
        running.stop()


def test_a_message_counts_once_through_repeats_overlap_and_restart(server: Running) -> None:
    wechat = server.wechat
    callback = wechat.text(utc_now(), "5号楼路灯坏了三天，请派人修")
    with ThreadPoolExecutor(6) as pool:
        replies = set(pool.map(lambda _n: said(server, callback), range(6)))
    assert len(replies) == 1
    event = wechat.event(utc_now(), "subscribe", "")
    welcome = said(server, event)

    assert server.stop(signal.SIGTERM) == 0
    server.start()
    assert said(server, callback) in replies
    assert said(server, event) == welcome
    assert count(server, needs) == 1
    assert count(server, messages, messages.c.kind == "text") == 1


def test_a_killed_program_leaves_nothing_behind_that_answers_wrongly(server: Running) -> None:
    callback = server.wechat.text(utc_now(), "6号楼水管爆了没人修，请派师傅来")
    before = said(server, callback)
    assert server.process is not None
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert len(children) >= 3  # gunicorn, its process, the worker
    server.stop(signal.SIGKILL)
    _gone, alive = psutil.wait_procs(children, timeout=25)
    assert alive == []  # the group ends with its head
    server.start()
    assert said(server, callback) == before
    assert count(server, needs) == 1


def test_forged_stale_oversized_and_mangled_bodies_are_refused_and_nothing_is_kept(server: Running) -> None:
    wechat, now = server.wechat, utc_now()
    good = wechat.text(now, "停电了")
    forged = Callback({**good.query, "signature": "0" * 40}, good.body)
    forged_inside = Callback({**good.query, "msg_signature": "0" * 40}, good.body)
    stale = wechat.text(now - timedelta(hours=1), "停电了")
    ahead = wechat.text(now + timedelta(hours=1), "停电了")
    large = Callback(good.query, b"<xml>" + b"a" * 70_000 + b"</xml>")
    other_key = WeChat(mode="safe", token=wechat.token, aes_key="Z" * 42 + "A").text(now, "停电了")
    expected = [
        (forged, 403),
        (forged_inside, 403),
        (stale, 403),
        (ahead, 403),
        (large, 413),
        (Callback(good.query, good.body[: len(good.body) // 2]), 400),
        (Callback(good.query, b""), 400),
        (Callback(good.query, b"\xff\xfe\x00mangled"), 400),
        (Callback(good.query, b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>"), 400),
        (Callback({**good.query, "timestamp": "soon"}, good.body), 403),
    ]
    for callback, status in expected:
        assert server.send(callback).status_code == status, callback.body[:60]
    assert server.send(other_key).status_code in {400, 403}
    assert requests.post(f"{server.base}/wechat/official", data=b"x", timeout=5).status_code == 403
    assert count(server, messages) == 0
    assert said(server, good)


def test_a_database_that_stalls_answers_emergencies_and_asks_for_the_rest_again(server: Running) -> None:
    wechat = server.wechat
    engine = open_engine(server.database_url)
    ordinary = wechat.text(utc_now(), "垃圾桶满了没人收，请安排人来")
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("LOCK TABLE inbox_messages IN ACCESS EXCLUSIVE MODE"))
        else:
            conn.execute(sa.text("UPDATE counters SET value = value"))
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(server.send, ordinary)
            danger = pool.submit(server.send, wechat.text(utc_now(), "我家着火了，在3栋，快救命"))
            assert asked.result().status_code == 503
            response = danger.result()
        assert response.elapsed < timedelta(seconds=5)
        reply = wechat.read(response.content)["Content"]
        assert "119" in reply.splitlines()[0]
        assert "记不下" in reply
    engine.dispose()
    assert "编号 S-" in said(server, ordinary)  # WeChat sends it again, and now it is kept
    assert count(server, needs) == 1


def test_health_readiness_and_metrics_tell_what_is(server: Running) -> None:
    assert requests.get(f"{server.base}/healthz", timeout=5).json() == {"status": "alive"}
    ready = requests.get(f"{server.base}/readyz", timeout=5).json()
    assert ready == {"status": "ready", "database": True, "model": True, "snapshot": True}
    said(server, server.wechat.text(utc_now(), "菜单"))
    text = requests.get(f"{server.base}/metrics", timeout=5).text
    assert 'linshao_callbacks_total{channel="official",outcome="answered"} 1.0' in text
    assert 'linshao_messages_total{kind="text",said="command"} 1.0' in text


def test_the_log_holds_no_text_and_no_openid(server: Running) -> None:
    said(server, server.wechat.text(utc_now(), "我叫赵钱孙住5号楼，电梯坏了请派人修"))
    server.send(Callback({**server.wechat.text(utc_now(), "x").query, "signature": "0"}, b"y"))
    threading.Event().wait(0)
    log = server.log()
    assert "赵钱孙" not in log
    assert server.wechat.sender not in log
