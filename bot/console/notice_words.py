"""How the console speaks of notices, and how the form of a notice is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.clock import SHANGHAI, local
from bot.console.visit import Visit
from bot.stories.send_broadcast import buildings_meant
from broadcasts.audience import AmbiguousBuilding, Audience, NoSuchBuilding, NotUnderstood
from broadcasts.broadcast import (
    DRILL_MARK,
    MOST_TEXT_BYTES,
    MOST_TITLE_BYTES,
    Broadcast,
    Certainty,
    Notice,
    Severity,
    Status,
    Urgency,
)
from broadcasts.delivery import Status as DeliveryStatus
from community.areas import desk as areas

STATUS: Mapping[str, str] = {
    "": "新写",
    Status.DRAFT: "草稿",
    Status.SUBMITTED: "等审批",
    Status.RETURNED: "退回修改",
    Status.REJECTED: "不发",
    Status.APPROVED: "已批准，等时间到",
    Status.SENDING: "正在发",
    Status.SENT: "发完了",
    Status.CANCELLED: "停了",
    Status.EXPIRED: "过期了",
}
SEVERITIES: Mapping[str, str] = {
    Severity.MINOR: "一般",
    Severity.MODERATE: "较重",
    Severity.SEVERE: "严重",
    Severity.EXTREME: "特别严重（要两个人批）",
    Severity.UNKNOWN: "不清楚",
}
URGENCIES: Mapping[str, str] = {
    Urgency.FUTURE: "以后的事",
    Urgency.EXPECTED: "很快（一小时内）",
    Urgency.IMMEDIATE: "马上要行动",
}
CERTAINTIES: Mapping[str, str] = {
    Certainty.OBSERVED: "已经发生、已经确定",
    Certainty.LIKELY: "很可能",
    Certainty.POSSIBLE: "有可能",
}
DELIVERIES: Mapping[str, str] = {
    DeliveryStatus.QUEUED: "还没发",
    DeliveryStatus.POSTED: "在路上",
    DeliveryStatus.WAITING: "等他下次说话时带到",
    DeliveryStatus.SENT: "送到了",
    DeliveryStatus.UNREACHABLE: "退订了，要上门",
    DeliveryStatus.FAILED: "发不出去，要上门",
    DeliveryStatus.UNKNOWN: "不知道到没到",
    DeliveryStatus.WITHDRAWN: "没发就停了",
}
ROUTES_SAID: Mapping[str, str] = {
    "push": "公众号消息，马上到（48 小时内说过话）",
    "template": "服务通知，马上到",
    "passive": "等他下次说话时带到",
    "none": "退订了，到不了",
}
VALID_FOR = timedelta(days=1)
_TAG_SEPARATOR = re.compile(r"[\s、，,；;]+")


class Slips(Exception):
    """The form cannot be taken as it is: field to sentence."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass
class _Reader:
    """Reads one form and gathers what is wrong with it, so that all of it is told at once."""

    form: Mapping[str, str]
    visit: Visit
    problems: dict[str, str] = field(default_factory=dict)

    def words(self, name: str, most: int) -> str:
        text = self.form.get(name, "").strip()
        over = len(text.encode()) - most
        if not text:
            self.problems[name] = "请填写。"
        elif over > 0:
            self.problems[name] = f"太长，请再删约 {over // 3 + 1} 个字。"
        elif DRILL_MARK in text:
            self.problems[name] = f"“{DRILL_MARK}”只给演练用，请去掉。"
        return text

    def valid_until(self) -> datetime:
        moment = moment_of(self.form.get("valid_until", ""))
        if moment is None or moment <= self.visit.now:
            self.problems["valid_until"] = "请选一个以后的时间，过了它通知就不再发。"
        return moment or self.visit.now

    def audience(self, conn: sa.Connection) -> Audience:
        words = self.form.get("buildings", "").strip()
        tags = tuple(filter(None, _TAG_SEPARATOR.split(self.form.get("tags", ""))))
        if not words:
            return Audience((self.visit.branch,), tags)
        try:
            return Audience(buildings_meant(conn, words, branch=self.visit.branch), tags)
        except NoSuchBuilding as error:
            self.problems["buildings"] = f"没有 {error} 号楼。"
        except AmbiguousBuilding as error:
            self.problems["buildings"] = f"{error} 号楼不止一栋，请找管理员给楼栋改名。"
        except NotUnderstood as error:
            self.problems["buildings"] = f"“{error}”看不懂。请写成“3-8号楼、12号楼”。"
        return Audience(())


def read(conn: sa.Connection, visit: Visit, form: Mapping[str, str]) -> Notice:
    """The notice that a form holds. Raises Slips with everything that is wrong."""
    reader = _Reader(form, visit)
    notice = Notice(
        title=reader.words("title", MOST_TITLE_BYTES),
        text=reader.words("text", MOST_TEXT_BYTES),
        severity=Severity(_one_of(form, "severity", SEVERITIES, Severity.MINOR)),
        urgency=Urgency(_one_of(form, "urgency", URGENCIES, Urgency.FUTURE)),
        certainty=Certainty(_one_of(form, "certainty", CERTAINTIES, Certainty.OBSERVED)),
        audience=reader.audience(conn),
        valid_until=reader.valid_until(),
        asks_receipt=form.get("asks_receipt") == "yes",
    )
    if reader.problems:
        raise Slips(reader.problems)
    return notice


def written(conn: sa.Connection, visit: Visit, broadcast: Broadcast) -> dict[str, str]:
    """The form that a standing notice would have been written in."""
    notice = broadcast.notice
    codes = [] if visit.branch in notice.audience.areas else notice.audience.areas
    found = [areas.get(conn, code) for code in codes]
    return {
        "title": notice.title,
        "text": notice.text,
        "severity": notice.severity,
        "urgency": notice.urgency,
        "certainty": notice.certainty,
        "buildings": "、".join(area.number for area in found if area),
        "tags": "、".join(notice.audience.tags),
        "valid_until": field_time(notice.valid_until),
        "asks_receipt": "yes" if notice.asks_receipt else "",
        "seen": str(broadcast.revision),
    }


def blank(visit: Visit) -> dict[str, str]:
    """The form of a new notice."""
    return {"severity": Severity.MINOR, "valid_until": field_time(visit.now + VALID_FOR)}


def moment_of(text: str) -> datetime | None:
    """What a browser's field for date and time holds, as the wall clock here reads; None if it is empty."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def field_time(moment: datetime) -> str:
    """A moment as a browser's field for date and time holds it."""
    return f"{local(moment):%Y-%m-%dT%H:%M}"


def _one_of(form: Mapping[str, str], name: str, allowed: Mapping[str, str], otherwise: str) -> str:
    value = form.get(name, otherwise)
    return value if value in allowed else otherwise
