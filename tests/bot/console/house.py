"""A console on a database of its own, with three people at work and some things to do."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import demo
from bot.console import ConsoleDesk, install
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.storage.engine import open_engine
from bot.storage.schema import metadata
from bot.stories.ask_a_person import ask_a_person
from bot.stories.correct_rumour import Pushed
from bot.stories.open_need import open_need
from bot.stories.raise_alarm import raise_alarm
from bot.stories.send_broadcast import Directory
from bot.web import public
from bot.web.security import protect
from broadcasts.audience import PASSIVE_ONLY
from community.needs.desk import Report
from community.needs.need import Need
from community.residents import desk as residents
from community.residents.resident import Resident
from community.rumours import desk as rumours
from community.rumours.desk import Claim
from community.rumours.rumour import Likeness, Rumour
from community.staff import desk as staff
from community.staff.account import Account, Role
from knowledge_base.article import Article
from tests.browser.played_town import PlayedLibrary
from tests.instants import T0
from tests.knowledge_base.shelf import article

NEW = Likeness()
PASSWORD = "梧桐树下-7788-晚风"
PHONE = "13812345678"
PEOPLE = {
    "liumin": ("刘敏", {Role.STAFF, Role.DUTY}, demo.BRANCH),
    "chenfang": ("陈芳", {Role.APPROVER, Role.DUTY, Role.ADMIN}, demo.BRANCH),
    "zhaolei": ("赵磊", {Role.STAFF, Role.APPROVER, Role.DUTY, Role.ADMIN}, "jh.other"),
    "linna": ("林娜", set(), demo.BRANCH),
}


@dataclass
class House:
    """Everything that a test of the console touches. `now` is the clock; move it."""

    engine: sa.Engine
    app: Flask
    accounts: dict[str, Account]
    now: datetime = T0
    filed: list[Pushed] = field(default_factory=list)
    unreadable: bool = False
    shelf: list[Article] = field(default_factory=lambda: [article("gas-leak")])  # the articles in use
    refused_model: str | None = None

    def client(self, login: str = "", *, address: str = "127.0.0.1") -> Person:
        """A browser, signed in as `login` if one is given."""
        person = Person(self, self.app.test_client(), address)
        if login:
            answer = person.sign_in(login)
            assert answer.status_code == 303, answer.get_data(as_text=True)
        return person

    def news(self) -> list[str]:
        """What is on its way to residents."""
        query = sa.text("SELECT payload FROM outbox WHERE kind = 'news' ORDER BY rowid")
        with self.engine.connect() as conn:
            return [json.loads(row.payload)["text"] for row in conn.execute(query)]


@dataclass
class Person:
    """Somebody at a browser."""

    house: House
    browser: FlaskClient
    address: str = "127.0.0.1"

    def get(self, path: str, **options: object) -> TestResponse:
        """Open a page."""
        return self.browser.get(path, environ_base={"REMOTE_ADDR": self.address}, **options)  # type: ignore[arg-type]

    def read(self, path: str) -> str:
        """The page's HTML; it has to be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
        return answer.get_data(as_text=True)

    def send(self, path: str, **fields: object) -> TestResponse:
        """Submit a form with the token of the page of today."""
        page = self.browser.get("/console/more").get_data(as_text=True)
        fields.setdefault("csrf_token", token(page))
        return self.browser.post(path, data=fields, environ_base={"REMOTE_ADDR": self.address})

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        """Give login and password."""
        page = self.browser.get("/console/sign-in").get_data(as_text=True)
        fields = {"login": login, "password": password, "csrf_token": token(page)}
        return self.browser.post("/console/sign-in", data=fields, environ_base={"REMOTE_ADDR": self.address})


def token(page: str) -> str:
    """The CSRF token of a page's first form; "" if there is none."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return found[1] if found else ""


def plant(file: Path) -> None:
    """A database with the demo's people and houses, and with PEOPLE at work."""
    engine = open_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    with engine.begin() as conn:
        demo.plant(conn, now=T0)
        for login, (name, roles, area) in PEOPLE.items():
            staff.add(conn, login=login, name=name, password=PASSWORD, roles=roles, area_code=area,
                      actor="operator", now=T0)  # fmt: skip
    engine.dispose()


def open_house(file: Path, *, public_url: str = "http://127.0.0.1:8000") -> House:
    """A console on a planted database."""
    engine = open_engine(f"sqlite:///{file}")
    with engine.connect() as conn:
        accounts = {login: _account(conn, login) for login in PEOPLE}
    app = Flask("house", static_folder=None)
    house = House(engine, app, accounts)
    protect(app)
    app.register_blueprint(
        public.blueprint(PlayedLibrary(), community="邻水社区", public_url=public_url, clock=lambda: house.now)
    )
    install(app, desk_of(house, public_url=public_url))
    return house


def _account(conn: sa.Connection, login: str) -> Account:
    account, _ = staff.credentials(conn, login)
    assert account is not None
    return account


def desk_of(house: House, *, public_url: str) -> ConsoleDesk:
    """What the console is handed."""

    def file(_conn: sa.Connection, pushed: Pushed) -> str:
        house.filed.append(pushed)
        return "t1"

    return ConsoleDesk(
        engine=house.engine,
        clock=lambda: house.now,
        secret_key="k" * 40,
        public_url=public_url,
        area=demo.BRANCH,
        community=lambda: "邻水社区",
        articles=lambda: house.shelf,
        unreadable=lambda: house.unreadable,
        file_notice=file,
        directory=Directory((demo.CHANNEL,), wrote_at=lambda _conn, _ids: {}, of_role=_nobody),
        means=lambda: {demo.CHANNEL: PASSIVE_ONLY},
        refused_model=lambda: house.refused_model,
    )


def _nobody(_conn: sa.Connection, _role: str) -> Collection[str]:
    return []


def resident(conn: sa.Connection, number: int) -> Resident:
    """One of the demo's residents, from 1."""
    found = residents.find(conn, channel=demo.CHANNEL, app=demo.APP, openid=f"resident-{number:02d}")
    assert found is not None
    return found


def message(conn: sa.Connection, text: str, *, who: Resident, now: datetime, **labels: object) -> str:
    """A message as the pipeline leaves it; returns its id."""
    key = f"{text} {now.isoformat()}"
    incoming = Incoming(demo.CHANNEL, demo.APP, who.openid, key, Kind.TEXT, now, text)
    message_id = inbox.admit(conn, incoming, now=now)
    assert message_id is not None
    analysis = {
        "emergency": None,
        "intent": ["help", 0.9],
        "need": [None, 0.0],
        "urgency": "routine",
        "claim": [False, 0.1],
        "parts": 0,
        "reasons": ["停水"],
        **labels,
    }
    inbox.remember(conn, message_id, Answered("reply", "记下了。", who.id, who.area_code, analysis))
    return message_id


def danger(house: House, text: str = "厨房着火了，快来人") -> Need:
    """Somebody is in danger."""
    with house.engine.begin() as conn:
        who = resident(conn, 7)
        told = message(conn, text, who=who, now=house.now, urgency="emergency", emergency="fire")
        return raise_alarm(conn, Report("fire", "emergency", text, who.area_code, None, who.id, told), now=house.now)


def need(house: House, text: str = f"三楼停水了，打我电话{PHONE}", *, urgency: str = "routine") -> Need:
    """Somebody needs something."""
    with house.engine.begin() as conn:
        who = resident(conn, 8)
        told = message(conn, text, who=who, now=house.now, need=["utilities", 0.9])
        report = Report("utilities", urgency, text, who.area_code, None, who.id, told)
        return open_need(conn, report, alike=lambda _a, _b: 0.0, now=house.now).need


def rumour(house: House, text: str = "听说上游水库今晚要炸坝", *, harm: str = "life", match: Likeness = NEW) -> Rumour:
    """Somebody asks whether something is true."""
    with house.engine.begin() as conn:
        who = resident(conn, 9)
        told = message(conn, text, who=who, now=house.now, claim=[True, 0.9])
        claim = Claim(text, harm, who.area_code, who.id, told)
        return rumours.report(conn, claim, match=lambda _text, _known: match, now=house.now).rumour


def question(house: House, text: str = "停水后第一盆水能用吗") -> str:
    """Somebody asks what nobody knows; returns the question's id."""
    with house.engine.begin() as conn:
        who = resident(conn, 10)
        told = message(conn, text, who=who, now=house.now)
        number = ask_a_person(conn, text, resident=who, message_id=told, now=house.now)
        return str(conn.execute(sa.text("SELECT id FROM open_questions WHERE number = :n"), {"n": number}).scalar())
