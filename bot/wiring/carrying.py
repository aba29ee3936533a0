"""What the worker can carry, and by which outlets: put together from the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import requests
import sqlalchemy as sa

from bot.channels.customer_service import OfficialOutlet, Template
from bot.channels.media import Media
from bot.channels.media import fetch_media as fetch_from_wechat
from bot.channels.official_api import OfficialApi
from bot.channels.push import Outlet
from bot.channels.push_pauses import Pauses
from bot.channels.simulator_push import SimulatorOutlet
from bot.channels.sms_hook import SmsHook
from bot.channels.tokens import AccessTokens, Credentials
from bot.channels.wecom_robot import Robot
from bot.clock import utc_now
from bot.inbox import desk as inbox
from bot.outbox.item import Item, Kind, Result
from bot.settings import OfficialAccount, Settings
from bot.stories.call_duty import call_duty
from bot.stories.deliver import Address, Post, deliver_broadcast, deliver_news
from bot.stories.fetch_media import fetch_media
from bot.stories.send_broadcast import Directory
from bot.stories.tell_group import deliver_to_group
from bot.stories.tell_operations import deliver_to_operations
from broadcasts.audience import Means
from community.linkage import desk as linkage
from community.residents import desk as residents

Handler = Callable[[Item], Result]


@dataclass(frozen=True)
class Carrying:
    """All that leaves one process."""

    post: Post
    directory: Directory
    means: Mapping[str, Means]
    handlers: Mapping[Kind, Handler]


def carrying(settings: Settings, engine: sa.Engine) -> Carrying:
    """Outlets and handlers for everything that the settings switch on."""
    http = requests.Session()
    official = settings.wechat.official
    outlets: dict[str, Outlet] = {}
    means: dict[str, Means] = {}
    fetch = None
    if official is not None:
        account = _account(official, engine, http)
        outlets["official"], fetch = account.outlet, account.fetch
        means["official"] = Means(push=official.verified, template=bool(official.template_id))
    if settings.simulator.enabled:
        outlets["simulator"] = SimulatorOutlet(engine, now=utc_now)
        means["simulator"] = Means(push=True, template=False, window=None)
    post = Post(engine, outlets, _address_of, inbox.wrote_at, utc_now, settings.web.public_url.rstrip("/"))
    directory = Directory(
        tuple(means), inbox.wrote_at, lambda conn, role: _of_role(conn, role, settings.community.area)
    )
    return Carrying(post, directory, means, _handlers(settings, engine, http, post, fetch))


@dataclass(frozen=True)
class _Account:
    outlet: OfficialOutlet
    fetch: Callable[[str], Media] | None


def _account(settings: OfficialAccount, engine: sa.Engine, http: requests.Session) -> _Account:
    """The 公众号's push and fetch. An account that is not verified may do neither."""
    origin = settings.api_base_url.rstrip("/")
    tokens = AccessTokens(engine, http, Credentials(settings.app_id, settings.app_secret, origin), clock=utc_now)
    api = OfficialApi(tokens, http, Pauses(engine, settings.app_id), api_base_url=origin, now=utc_now)
    template = Template(settings.template_id, settings.template_fields) if settings.template_id else None
    outlet = OfficialOutlet(api, verified=settings.verified, template=template, now=utc_now)
    fetch = (lambda media_id: fetch_from_wechat(tokens, http, origin, media_id)) if settings.verified else None
    return _Account(outlet, fetch)


def _handlers(
    settings: Settings,
    engine: sa.Engine,
    http: requests.Session,
    post: Post,
    fetch: Callable[[str], Media] | None,
) -> dict[Kind, Handler]:
    groups = settings.groups
    robots = {
        name: Robot(engine, http, name=name, webhook=webhook, now=utc_now)
        for name, webhook in (
            ("duty", groups.duty),
            ("operations", groups.operations),
            ("volunteers", groups.volunteers),
            ("notices", groups.notices),
        )
        if webhook
    }
    hook = settings.sms
    sms = SmsHook(http, hook.url, hook.body, hook.headers, hook.method) if hook else None
    duty = "duty" if "duty" in robots else None
    operations = "operations" if "operations" in robots else None
    return {
        Kind.DUTY_ALERT: lambda item: call_duty(engine, item, group=duty, sms=sms, now=utc_now),
        Kind.OPERATIONS: lambda item: deliver_to_operations(engine, item, group=operations, now=utc_now),
        Kind.GROUP_MESSAGE: lambda item: deliver_to_group(engine, item, robots=robots, now=utc_now),
        Kind.NEWS: lambda item: deliver_news(post, item),
        Kind.BROADCAST: lambda item: deliver_broadcast(post, item),
        Kind.FETCH_MEDIA: lambda item: fetch_media(engine, item, fetch=fetch, now=utc_now),
    }


def _address_of(conn: sa.Connection, resident_id: str) -> Address | None:
    resident = residents.get(conn, resident_id)
    return Address(resident.channel, resident.openid) if resident else None


def _of_role(conn: sa.Connection, role: str, branch: str) -> Collection[str]:
    """Residents who bear a role: so far there is one, the volunteers'."""
    return [one.resident_id for one in linkage.approved(conn, branch)] if role == "volunteer" else []
