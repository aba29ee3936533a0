"""Whole stories over real HTTP: signed and encrypted callbacks against the program as it is installed."""

from __future__ import annotations

import threading

import pytest
import requests

from bot.clock import utc_now
from bot.inbox.ledger import messages
from bot.outbox.ledger import outbox
from community.needs.ledger import needs
from community.residents.ledger import residents
from tests.scenarios.running import Running, count, said
from tests.wechat import Callback, WeChat


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


def test_health_readiness_metrics_and_log_tell_what_is_and_nobodys_words(server: Running) -> None:
    assert requests.get(f"{server.base}/healthz", timeout=5).json() == {"status": "alive"}
    ready = requests.get(f"{server.base}/readyz", timeout=5).json()
    assert ready == {"status": "ready", "database": True, "model": True, "snapshot": True}
    said(server, server.wechat.text(utc_now(), "菜单"))
    text = requests.get(f"{server.base}/metrics", timeout=5).text
    assert 'linshao_callbacks_total{channel="official",outcome="answered"} 1.0' in text
    assert 'linshao_messages_total{kind="text",said="command"} 1.0' in text
    said(server, server.wechat.text(utc_now(), "我叫赵钱孙住5号楼，电梯坏了请派人修"))
    server.send(Callback({**server.wechat.text(utc_now(), "x").query, "signature": "0"}, b"y"))
    threading.Event().wait(0)
    log = server.log()
    assert "赵钱孙" not in log
    assert server.wechat.sender not in log
