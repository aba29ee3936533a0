"""The 公众号's routes to one person: customer-service message, template message, else they wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.channels.push import Letter, Pushed
from bot.channels.reply_text import fit
from bot.clock import local
from bot.outbox.item import Outcome

WINDOW = timedelta(hours=48)  # PLATFORM: customer-service message, after the user's own message
CUSTOM_SEND = "message/custom/send"
TEMPLATE_SEND = "message/template/send"
FIELD_CHARACTERS = 20  # the longest value of a "thing" field; a longer one refuses the whole message


class Api(Protocol):
    """What is used of `OfficialApi`."""

    def call(self, api: str, payload: Mapping[str, Any]) -> Pushed:
        """POST and say what came of it."""
        ...


@dataclass(frozen=True)
class Template:
    """A template of the account's library. `fields` maps its keywords to words with {title}, {text}, {time}."""

    id: str
    fields: Mapping[str, str]


class OfficialOutlet:
    """Carries letters of one 公众号. Safe to share between threads."""

    def __init__(
        self, api: Api, *, verified: bool, template: Template | None = None, now: Callable[[], datetime]
    ) -> None:
        """`verified`: the account may push at all. Without, everything waits for the resident's next message."""
        self._api = api
        self._verified = verified
        self._template = template
        self._now = now

    def push(self, letter: Letter) -> Pushed:
        """A customer-service message within the window, a template message outside, else WAIT."""
        if not self._verified:
            return Pushed(Outcome.WAIT, "the account is not verified: it may only answer")
        first = self._custom(letter)
        if not first.other_route or self._template is None or not letter.title:
            return _settled(first)
        second = self._api.call(TEMPLATE_SEND, template_payload(self._template, letter, now=self._now()))
        closed = second.other_route and second.until is None  # then the first may know when to try again
        return _settled(first if closed else second)

    def _custom(self, letter: Letter) -> Pushed:
        if letter.wrote_at is not None and self._now() - letter.wrote_at >= WINDOW:
            return Pushed(Outcome.WAIT, "outside the window", other_route=True)
        return self._api.call(CUSTOM_SEND, custom_payload(letter))


def custom_payload(letter: Letter) -> dict[str, Any]:
    """The body of message/custom/send."""
    return {"touser": letter.openid, "msgtype": "text", "text": {"content": fit(letter.text)}}


def template_payload(template: Template, letter: Letter, *, now: datetime) -> dict[str, Any]:
    """The body of message/template/send, a tap on which opens the letter's page; `client_msg_id` keeps WeChat
    from sending a repeat twice.
    """
    # Twenty characters are too few to say the title twice.
    text = letter.text.removeprefix(f"【{letter.title}】").removeprefix(letter.title).lstrip("。\n ")
    words = {"title": letter.title, "text": text, "time": f"{local(now):%Y-%m-%d %H:%M}"}
    data = {name: {"value": _field(name, form.format_map(words))} for name, form in template.fields.items()}
    payload = {"touser": letter.openid, "template_id": template.id, "data": data, "client_msg_id": letter.id}
    return {**payload, "url": letter.link} if letter.link else payload


def _field(name: str, value: str) -> str:
    plain = " ".join(value.split())
    if not name.startswith("thing") or len(plain) <= FIELD_CHARACTERS:
        return plain
    return plain[: FIELD_CHARACTERS - 1] + "…"


def _settled(pushed: Pushed) -> Pushed:
    """No route is left: what a route refused comes with the next message, which is always open."""
    if pushed.outcome is Outcome.FAILED and pushed.other_route:
        return Pushed(Outcome.WAIT, pushed.detail)
    return pushed
