"""A whole WeChat in the browser: the page, and the JSON that its phones talk.

Nothing is decided here. A message goes through `SimulatorChannel` into `Town.say`, which is the same
path as the webhook's from the channel down. Only this machine itself is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.channels.channel import Refused
from bot.channels.simulator import SimulatorChannel
from bot.conversation.commands import Command
from bot.conversation.pipeline import TryAgain
from bot.inbox.message import Incoming, Kind
from bot.web.security import is_from_this_machine, is_same_origin

OUR_PAGE = "X-Linshao-Simulator"
LONGEST_BODY = 64 * 1024  # bytes, as for a real callback (PLATFORM: no limits of its own)
LONGEST_TEXT = 2048  # bytes of UTF-8 in one WeChat text
SHOWN_TURNS = 200
UNREADABLE = "请求的内容读不懂：不是模拟器页面发出的格式。请刷新页面再试。"


@dataclass(frozen=True)
class Person:
    """A resident of the demo community."""

    sender: str  # what stands for the openid
    name: str
    home: str  # 3号楼2单元501
    note: str  # 独居老人, 租户, 家长 …; may be empty


@dataclass(frozen=True)
class Building:
    """A building whose QR code can be scanned."""

    scene: str  # what the code holds
    name: str  # 3号楼


@dataclass(frozen=True)
class Turn:
    """One message of a chat, either way."""

    id: str
    at: datetime  # aware
    mine: bool  # True: the resident wrote it; False: the account answered or pushed it
    kind: str  # a `Kind`
    text: str


@dataclass(frozen=True)
class MenuEntry:
    """A button of the account's menu: a CLICK key, or an address of ours that WeChat opens (VIEW)."""

    label: str
    key: str = ""
    path: str = ""


@dataclass(frozen=True)
class MenuGroup:
    """One of the (at most three) buttons at the bottom; WeChat allows five entries under each."""

    label: str
    entries: tuple[MenuEntry, ...]


MENU = (
    MenuGroup(
        "问一问",
        (
            MenuEntry("问一个问题", key=Command.ASK),
            MenuEntry("紧急电话", key=Command.NUMBERS),
            MenuEntry("看全部指引", path="/public/"),
        ),
    ),
    MenuGroup(
        "要帮忙",
        (
            MenuEntry("说说难处", key=Command.NEED_HELP),
            MenuEntry("查进度", key=Command.PROGRESS),
            MenuEntry("当志愿者", key=Command.VOLUNTEER),
        ),
    ),
    MenuGroup(
        "我的",
        (
            MenuEntry("我的数据", key=Command.MY_DATA),
            MenuEntry("订阅通知", key=Command.WANT_NOTICES),
            MenuEntry("退订通知", key=Command.REFUSE_NOTICES),
            MenuEntry("删除我的数据", key=Command.ERASE),
            MenuEntry("帮助", key=Command.MENU),
        ),
    ),
)


class Town(Protocol):
    """The demo community, as the wiring puts it together."""

    def community(self) -> str:
        """The community's name, for the account's title."""
        ...

    def residents(self) -> list[Person]:
        """Everybody a phone can belong to."""
        ...

    def buildings(self) -> list[Building]:
        """Every building whose QR code can be scanned."""
        ...

    def history(self, sender: str) -> list[Turn]:
        """What this resident and the account have said, oldest first; pushed messages too.

        Nothing for somebody unknown: newcomers, and those who had their data erased, have a phone too.
        """
        ...

    def say(self, incoming: Incoming) -> str:
        """Deliver one message and return the passive reply ("" for none). Raises `TryAgain`."""
        ...

    def restart(self) -> None:
        """Forget everything that was said and played, and begin the story again."""
        ...


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page posts when a phone sends something. `key` stays the same when it is sent again."""

    sender: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]  # anybody: some are new here
    kind: Kind
    key: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    text: str = ""
    event_key: Annotated[str, msgspec.Meta(max_length=128)] = ""
    media_id: Annotated[str, msgspec.Meta(max_length=128)] = ""
    url: Annotated[str, msgspec.Meta(max_length=2048)] = ""
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


def blueprint(town: Town, *, clock: Callable[[], datetime], menu: tuple[MenuGroup, ...] = MENU) -> Blueprint:
    """The pages under /simulator. `clock` gives the time in the story (aware)."""
    pages = Blueprint(
        "simulator", __name__, url_prefix="/simulator", template_folder="templates", static_folder="static"
    )
    pages.before_request(_refuse_strangers)
    pages.register_error_handler(RequestEntityTooLarge, _say_too_large)
    _add_reading(pages, town, clock=clock, menu=menu)
    _add_writing(pages, town, clock=clock)
    return pages


def _add_reading(pages: Blueprint, town: Town, *, clock: Callable[[], datetime], menu: tuple[MenuGroup, ...]) -> None:
    @pages.get("", strict_slashes=False)
    def page() -> str:
        return render_template("simulator.html", community=town.community())

    @pages.get("/api/town")
    def whole_town() -> Response:
        return _json(
            {
                "community": town.community(),
                "now": clock(),
                "residents": town.residents(),
                "buildings": town.buildings(),
                "menu": menu,
            }
        )

    @pages.get("/api/history")
    def history() -> Response:
        sender = request.args.get("sender", "")
        return _json({"now": clock(), "turns": town.history(sender)[-SHOWN_TURNS:]})


def _add_writing(pages: Blueprint, town: Town, *, clock: Callable[[], datetime]) -> None:
    channel = SimulatorChannel()

    @pages.post("/api/messages")
    def send() -> tuple[Response, int] | Response:
        body = request.get_data()
        wrong = _what_is_wrong(body)
        if wrong:
            return _error(wrong, status=400)
        try:
            incoming = channel.receive({}, body, now=clock())
        except Refused:
            return _error(UNREADABLE, status=400)
        try:
            reply = town.say(incoming)
        except TryAgain:
            return _error("数据库没有及时响应，这条消息还没有办理。", status=503)
        shown = channel.render(incoming, reply, {}, now=clock()).decode()
        return _json({"now": clock(), "reply": shown})

    @pages.post("/api/restart")
    def restart() -> Response:
        town.restart()
        return _json({"now": clock()})


def _refuse_strangers() -> tuple[Response, int] | None:
    """Only this machine's own browser, and for changes only our own page in it."""
    request.max_content_length = LONGEST_BODY
    if not is_from_this_machine(request):
        return _error("模拟器只在本机打开：请在运行邻哨的电脑上访问 http://127.0.0.1 的地址。", status=403)
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not is_same_origin(request, header=OUR_PAGE):
        return _error("这个请求不是从模拟器页面发出的，已拒绝。请刷新页面再试。", status=403)
    return None


def _what_is_wrong(body: bytes) -> str:
    """A sentence for the person at the page; "" if the channel can read the body."""
    try:
        sent = msgspec.json.decode(body, type=Sent)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UNREADABLE
    if len(sent.text.encode()) > LONGEST_TEXT:
        return "一条消息最多 2048 字节（约 680 个汉字），请分成几条发。"
    if sent.kind is Kind.TEXT and not sent.text.strip():
        return "消息是空的，请先写一句话。"
    return ""


def _json(value: Any) -> Response:
    response = jsonify(msgspec.to_builtins(value))
    response.headers["Cache-Control"] = "no-store"
    return response


def _error(sentence: str, *, status: int) -> tuple[Response, int]:
    return _json({"error": sentence}), status


def _say_too_large(error: RequestEntityTooLarge) -> tuple[Response, int]:
    return _error("内容太长，已拒绝。", status=413)
