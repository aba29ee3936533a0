"""What goes wrong between WeChat, the program and its database: repeats, kills, forgeries, a database that stalls."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psutil
import requests
import sqlalchemy as sa

from bot.clock import utc_now
from bot.inbox.ledger import messages
from bot.storage.engine import open_engine
from community.needs.ledger import needs
from tests.scenarios.running import Running, count, said
from tests.wechat import Callback, WeChat


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
