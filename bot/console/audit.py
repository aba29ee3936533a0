"""操作记录: who did what, newest first, for those who keep the accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import request
from flask.typing import ResponseReturnValue

from bot.console.guards import ADMINS, Route
from bot.console.visit import Names, Visit
from bot.tables import lies_in
from community.staff import desk as staff
from community.staff.desk import Entry

PAGE = 50
EVENTS: Mapping[str, str] = {
    "account-added": "开了账号",
    "account-changed": "改了账号",
    "signed-in": "登录",
    "sign-in-failed": "登录失败",
    "signed-out": "退出",
    "unmasked": "看了完整号码",
    "rumour-joined": "并了两个说法",
    "rumour-kept-apart": "说两个说法不是一件",
    "labels-corrected": "改了消息的判断",
    "fact-set": "填了本地信息",
    "articles-adopted": "采用了知识文章",
    "article-drafted": "起草了文章",
    "article-edited": "改了文章草稿",
    "article-submitted": "提交了文章",
    "article-approved": "审核通过了文章",
    "article-returned": "退回了文章",
    "article-taken-back": "把文章拿回来改",
    "article-dropped": "文章这一版不用了",
    "article-withdrawal-asked": "提出撤下文章",
    "articles-published": "发布了文章",
    "articles-gone-back": "回到知识库的旧版本",
    "training-asked": "让程序现在学一次",
    "emergency-declared": "宣布了应急状态",
    "emergency-ended": "结束了应急状态",
    "model-used": "换了判断用的模型",
}


def show(visit: Visit) -> ResponseReturnValue:
    """The newest entries; older ones by the link at the end."""
    before = request.args.get("before", "")
    with visit.reading() as conn:
        found = staff.audited(conn, limit=PAGE, before=int(before) if before.isdigit() else None)
        names = Names(conn)
        ours = {one.id for one in staff.of_branch(conn, visit.branch)}
        rows = [(one, names.who(one.actor), _details(one, names)) for one in found if _ours(one, ours, visit)]
    older = found[-1].seq if len(found) == PAGE else None
    return visit.page("audit.html", place="more", rows=rows, events=EVENTS, older=older)


def _ours(entry: Entry, accounts: Collection[str], visit: Visit) -> bool:
    """What was done by or to the branch's accounts; what strangers try and the program does: for the whole's keeper."""
    if entry.actor in {"?", "system"}:
        return lies_in(visit.desk.area, visit.branch)
    return entry.actor in accounts or entry.subject in accounts


def _details(entry: Entry, names: Names) -> str:
    told = [f"{key}={value}" for key, value in entry.details.items()]
    if entry.event.startswith("account-") and entry.subject and entry.subject != entry.actor:
        told.insert(0, names.who(entry.subject))
    return "，".join(told)


ROUTES = (Route("/audit", show, ADMINS),)
