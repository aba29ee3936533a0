"""A town of cardboard: five residents, canned replies, a database that can be sent away; one article."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bot.conversation.pipeline import TryAgain
from bot.inbox.message import Incoming
from bot.web.public import PublicArticle, PublicSource
from bot.web.simulator import Building, Person, Turn
from knowledge_base.article import Category

T0 = datetime(2026, 7, 18, 8, 30, tzinfo=UTC)  # 16:30 on the wall

RESIDENTS = [
    Person("wang", "王桂芳", "3号楼2单元201", "独居老人"),
    Person("zhou", "周小满", "5号楼1单元1102", "租户"),
    Person("chen", "陈立", "1号楼3单元402", "家长"),
    Person("liu", "刘大山", "3号楼1单元602", "独居老人"),
    Person("sun", "孙燕", "7号楼2单元301", ""),
]

GAS = (
    "闻到燃气味：\n1 关总阀，开门窗\n2 不碰任何开关，不在屋里打电话\n3 全家到屋外，再打119\n"
    "来源：《城镇燃气管理条例》（国务院，2016-02）\n全文：http://127.0.0.1:8000/public/articles/gas-leak"
)
REPLIES = {
    "厨房里闻到煤气味怎么办": GAS,
    "听说上游水库今晚要泄洪，一楼全要淹，是真的吗": (
        "这个说法社区正在核实，还没有结果，请先别转。一有结论马上告诉您。\n编号：Y-0718-3"
    ),
    "地下室进水了，老头子轮椅还在里面上不来": (
        "请马上打119。\n1 别趟水，先拉电闸\n2 人往楼梯高处挪\n3 轮椅不要了，背人上来\n"
        "来源：应急管理部《防汛安全常识》，2024"
    ),
}
OTHERWISE = "这件事我还不知道，已经交给社区的人，编号 0718-23。"


@dataclass
class PlayedTown:
    """Implements `Town` in memory. While `times_away` lasts, the database is away."""

    heard: list[Incoming] = field(default_factory=list)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    times_away: int = 0
    now: datetime = T0
    stand_in: str = ""  # what the history calls a message without a text
    loses_an_answer: bool = False  # the next answer comes only when the message is sent again
    sent_again: threading.Event = field(default_factory=threading.Event)

    def community(self) -> str:
        return "星河社区"

    def residents(self) -> list[Person]:
        return RESIDENTS

    def buildings(self) -> list[Building]:
        return [Building("3101-03", "3号楼"), Building("3101-05", "5号楼")]

    def history(self, sender: str) -> list[Turn]:
        return list(self.turns.get(sender, []))

    def say(self, incoming: Incoming) -> str:
        self.heard.append(incoming)
        if self.times_away:
            self.times_away -= 1
            raise TryAgain
        if any(earlier.key == incoming.key for earlier in self.heard[:-1]) and self.turns:
            self.sent_again.set()
            return self.turns[incoming.sender][-1].text
        shown = incoming.event_key or incoming.text or self.stand_in
        self.keep(incoming.sender, incoming.kind, shown, mine=True)
        reply = REPLIES.get(incoming.text, OTHERWISE)
        self.keep(incoming.sender, "text", reply, mine=False)
        if self.loses_an_answer:
            self.loses_an_answer = False
            self.sent_again.wait(10)
        return reply

    def restart(self) -> None:
        self.turns.clear()

    def keep(self, sender: str, kind: str, text: str, *, mine: bool) -> None:
        """Write one turn into a chat, one second after the last."""
        self.now += timedelta(seconds=1)
        chat = self.turns.setdefault(sender, [])
        chat.append(Turn(f"{sender}-{len(chat)}", self.now, mine, str(kind), text))


ARTICLE = PublicArticle(
    slug="gas-leak",
    title="燃气泄漏怎么办",
    category=Category.FIRE,
    body="先关阀。\n\n## 现在就做\n1. 开门窗\n2. 到屋外打 010-80009777\n\n## 千万不要\n- 不碰开关\n",
    call=("119",),
    sources=(PublicSource("国务院", "城镇燃气管理条例（2016年修订）", "2016-02"),),
    reviewed_on=date(2026, 7, 1),
    valid_until=date(2027, 7, 1),
    first_aid=False,
    adopted=True,
)


class PlayedLibrary:
    """Implements `Library` with one article."""

    def article(self, slug: str) -> PublicArticle | None:
        return ARTICLE if slug == ARTICLE.slug else None

    def articles(self) -> Sequence[PublicArticle]:
        return [ARTICLE]
