"""The town of the whole story: the program with WeChat's API beside it, residents who write, staff at the console."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
import sqlalchemy as sa

from bot import demo
from bot.clock import utc_now
from bot.console.notice_words import field_time
from bot.storage.engine import open_engine
from broadcasts.delivery import Status as Delivery
from broadcasts.delivery_ledger import deliveries
from community.staff import desk as staff
from community.staff.account import Role
from tests.scenarios.running import Pushing, Running
from tests.scenarios.weixin import TEMPLATE_ID, Weixin
from tests.wechat import Callback, WeChat

PASSWORD = "梧桐树下-7788-晚风"
ALL_ROLES = {Role.STAFF, Role.APPROVER, Role.DUTY}


@dataclass
class Town:
    """The program, WeChat beside it, and the people."""

    server: Running
    weixin: Weixin

    def write(self, openid: str, text: str) -> str:
        """A resident says something; the reply."""
        return self._said(openid, lambda wechat: wechat.text(utc_now(), text))

    def scan(self, openid: str, code: str) -> str:
        """A resident scans their building's code."""
        return self._said(openid, lambda wechat: wechat.event(utc_now(), "SCAN", code))

    def rows(self, query: sa.Select[tuple[str, str]]) -> list[sa.Row[tuple[str, str]]]:
        """What stands in the server's database."""
        engine = open_engine(self.server.database_url)
        with engine.connect().execution_options(read_only=True) as conn:
            found = list(conn.execute(query))
        engine.dispose()
        return found

    def do(self, work: Callable[[sa.Connection], object]) -> None:
        """Something that has no page yet, in one transaction."""
        engine = open_engine(self.server.database_url)
        with engine.begin() as conn:
            work(conn)
        engine.dispose()

    def came(self, notice_id: str) -> dict[str, Delivery]:
        """What became of a notice, by openid."""
        c = deliveries.c
        rows = self.rows(sa.select(c.openid, c.status).where(c.broadcast_id == notice_id))
        return {openid: Delivery(status) for openid, status in rows}

    def _said(self, openid: str, make: Callable[[WeChat], Callback]) -> str:
        known = self.server.wechat
        wechat = WeChat(mode=known.mode, token=known.token, sender=openid)
        response = self.server.send(make(wechat))
        assert response.status_code == 200, response.text
        return wechat.read(response.content).get("Content", "")


class Clerk:
    """Somebody of the staff at a browser."""

    def __init__(self, server: Running, login: str) -> None:
        self._origin = server.base
        self._http = requests.Session()
        page = self.press("/console/sign-in", "/console/sign-in", login=login, password=PASSWORD)
        assert "退出" in self.read("/console/more"), page

    def read(self, path: str) -> str:
        """A page."""
        response = self._http.get(self._origin + path, timeout=10)
        assert response.status_code == 200, (path, response.status_code)
        return response.text

    def link(self, path: str, kind: str, words: str = "") -> str:
        """The address of the first thing of a kind that a page links to, on a line with `words`."""
        for line in self.read(path).splitlines():
            found = re.search(rf'href="(/console/{kind}/[0-9a-f]{{24}})"', line)
            if found and words in line:
                return found[1]
        raise AssertionError(f"no {kind} on {path}: {words}")

    def press(self, page: str, action: str, **fields: str | list[str]) -> str:
        """Submit a form of a page; what is shown afterwards."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.read(page))
        assert token, page
        data = {**fields, "csrf_token": token[1]}
        response = self._http.post(self._origin + action, data=data, timeout=20)
        assert response.status_code == 200, (action, response.status_code, response.text[-2000:])
        self.at = response.url.removeprefix(self._origin)
        return response.text

    def seen(self, page: str) -> str:
        """The revision that a page's form of approval bears."""
        found = re.search(r'name="seen" value="(\d+)"', self.read(page))
        assert found, page
        return found[1]

    def close(self) -> None:
        """Go home."""
        self._http.close()


@dataclass
class Office:
    """Two people at work: one who writes, one who approves. Both bear every role."""

    writer: Clerk
    second: Clerk

    def notice(self, *, title: str, text: str, buildings: str, severity: str = "Moderate") -> str:
        """A notice written, refused to its own author, approved by the other; its id."""
        valid_until = field_time(utc_now() + timedelta(hours=6))
        self.writer.press(
            "/console/notices/new",
            "/console/notices/new",
            title=title,
            text=text,
            buildings=buildings,
            severity=severity,
            urgency="Expected",
            certainty="Observed",
            valid_until=valid_until,
        )
        page = self.writer.at
        assert "已提交" in self.writer.press(page, f"{page}/write/submit")
        seen = self.second.seen(page)
        assert "没有批准" in self.writer.press("/console/more", f"{page}/approve/approve", seen=seen)
        assert "已批准" in self.second.press(page, f"{page}/approve/approve", seen=seen)
        return page.rpartition("/")[2]

    def is_sent(self, notice_id: str) -> bool:
        """Whether the notice's page says that everybody was tried."""
        return "发完了" in self.writer.read(f"/console/notices/{notice_id}")


def open_town(folder: Path, database_url: str, wechat: WeChat, weixin: Weixin) -> Iterator[Town]:
    """The program on a planted database, pushing to the stand-in."""
    engine = open_engine(database_url)
    with engine.begin() as conn:
        demo.plant(conn, now=utc_now())
        for login, name in (("liumin", "刘敏"), ("chenfang", "陈芳")):
            staff.add(conn, login=login, name=name, password=PASSWORD, roles=ALL_ROLES,
                      area_code=demo.BRANCH, actor="operator", now=utc_now())  # fmt: skip
    engine.dispose()
    running = Running(folder, database_url, wechat)
    running.pushing = Pushing(weixin.origin, TEMPLATE_ID, {"thing1": "{title}", "thing2": "{text}", "time3": "{time}"})
    running.start()
    yield Town(running, weixin)
    if running.process is not None and running.process.poll() is None:
        running.stop()


def eventually(condition: Callable[[], object], *, seconds: float = 30.0, what: str = "") -> None:
    """Wait until it holds. Raises AssertionError when it does not come to hold in time."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        pause.wait(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")
