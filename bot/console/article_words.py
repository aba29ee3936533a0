"""How the console speaks of articles: the form's fields, a revision's states, and what is wrong, in Chinese.

The rules stand in `knowledge_base.article` and say in English what is wrong; here is the one place where that is said
to the committee.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from werkzeug.datastructures import MultiDict

from bot.web.public import SHELVES
from knowledge_base.article import Article, Category
from knowledge_base.facts import LOCAL_FACTS
from knowledge_base.revision import Status
from knowledge_base.typed import Words

FIELDS: Mapping[str, str] = {
    "title": "题目",
    "category": "分类",
    "first_aid": "急救文章",
    "short": "短答",
    "body": "全文",
    "sources": "来源",
    "call": "该拨的电话",
    "variants": "居民会怎么问",
    "near_misses": "容易混的问题",
    "reviewed_on": "核对日期",
    "valid_until": "有效到",
    "check": "怎么核对的",
}
STATUS: Mapping[str, str] = {
    "": "新写",
    Status.DRAFT: "草稿",
    Status.SUBMITTED: "等审核",
    Status.RETURNED: "退回修改",
    Status.REVIEWED: "审核通过，等生成",
    Status.PUBLISHED: "已发布",
    Status.WITHDRAWN: "不用了",
}
WEIGHTS: Mapping[str, str] = {Status.SUBMITTED: "soon", Status.RETURNED: "soon", Status.REVIEWED: "good",
                              Status.PUBLISHED: "good"}  # fmt: skip
EMPTY_BODY = "先说一句最要紧的。\n\n## 现在就做\n1. \n\n## 千万不要\n- \n\n## 什么时候打什么电话\n- \n"

# What `article.problems`, `article.clashes` and `typed.complaints` say: pattern, field, sentence. A test breaks every
# rule and finds none unsaid.
_SAID: Sequence[tuple[str, str, str]] = (
    (r"slug “(.*)” is not lower-case-with-hyphens", "title", "文章的代号“{0}”不合格，请告诉维护的人。"),
    (r"title must have 1 to (\d+) characters", "title", "题目写 1 到 {0} 个字。"),
    (r"short is empty", "short", "请写短答：居民问了，先看到的就是它。"),
    (r"short has (\d+) bytes with (?:example facts|no facts filled in), (\d+) too many", "short",
     "太长：填进本地信息（没填的换成“去问谁”）以后，要再删约 {1/3} 个字。"),
    (r"section “## (.*)” is missing", "body", "全文里少了“## {0}”这一段。"),
    (r"(\d+) variants, at least (\d+) needed", "variants", "现在 {0} 种问法，至少要 {1} 种，一行一种。"),
    (r"(\d+) near misses, at least (\d+) needed", "near_misses", "现在 {0} 个，至少要 {1} 个。"),
    (r"near miss “(.*)” names “(.*)”, which is no other article", "near_misses",
     "“{0}”该找哪篇文章？“{1}”不是另一篇文章的题目，请从列表里选。"),
    (r"empty question “(.*)”", "variants", "有一个问法是空的，或者只有标点。"),
    (r"question stands twice: “(.*)”", "variants", "“{0}”写了两遍（标点、空格不算不同）。"),
    (r"(\d+) sources, at least (\d+) needed", "sources", "现在 {0} 个来源，至少要 {1} 个。"),
    (r"a source lacks publisher or title", "sources", "有一个来源没写发布单位或名称。"),
    (r"source date “(.*)” is not YYYY, YYYY-MM or YYYY-MM-DD", "sources",
     "来源的日期“{0}”看不懂，写成 2024、2024-05 或 2024-05-01。"),
    (r"source of (.*) is newer than the review", "sources", "来源的日期 {0} 在核对日期之后，请再核对一次。"),
    (r"valid_until must be after reviewed_on, by one year at most", "valid_until", "要在核对日期之后，最多一年。"),
    (r"reviewed_on must be a day that has been", "reviewed_on", "请选核对的那一天，不能在以后。"),
    (r"valid_until must be a day to come", "valid_until", "请选一个以后的日子。"),
    (r"the check has no note", "check", "请写和哪个来源核对了什么。"),
    (r"call “(.*)” is no telephone number", "call", "“{0}”不是电话号码。本地的电话写成 {{{{duty_phone}}}} 这样。"),
    (r"call names a number twice", "call", "同一个号码写了两遍。"),
)  # fmt: skip
_UNKNOWN_FACTS = re.compile(r"unknown facts: (.*)")
_CLASH = re.compile(r"“(.*)” is claimed for (\S+) and for (\S+)")


def problems_in_chinese(complaints: Sequence[str], words: Words, titles: Mapping[str, str]) -> dict[str, list[str]]:
    """Field to sentences, in the form's order. `titles`: slug to title. What has no Chinese is said as it is."""
    found: dict[str, list[str]] = {name: [] for name in FIELDS}
    for complaint in complaints:
        field, sentence = _said(complaint, words, titles)
        if sentence not in found[field]:
            found[field].append(sentence)
    return {name: sentences for name, sentences in found.items() if sentences}


def _said(complaint: str, words: Words, titles: Mapping[str, str]) -> tuple[str, str]:
    for pattern, field, sentence in _SAID:
        match = re.fullmatch(pattern, complaint, flags=re.DOTALL)
        if match:
            return field, _filled(sentence, match)
    unknown = _UNKNOWN_FACTS.fullmatch(complaint)
    if unknown:
        return _where(unknown[1].split(", ")[0], words), f"“{unknown[1]}”不是本地信息的名字，写法见下面的列表。"
    clash = _CLASH.fullmatch(complaint)
    if clash:
        owners = "》《".join(titles.get(slug, "这篇") for slug in clash.groups()[1:])
        return "variants", f"“{clash[1]}”有两篇文章都认：《{owners}》。只能归一篇。"
    return "title", complaint


def _filled(sentence: str, match: re.Match[str]) -> str:
    """The pattern's groups in the sentence; `{1/3}`: so many bytes as Chinese characters."""
    sentence = re.sub(r"\{(\d)/3\}", lambda found: str(int(match[int(found[1]) + 1]) // 3 + 1), sentence)
    return sentence.format(*match.groups())


def _where(name: str, words: Words) -> str:
    """The field that the wrong name of a local fact stands in."""
    return next((field for field in ("title", "short", "call") if name in getattr(words, field)), "body")


def typed(form: MultiDict[str, str], titles: Mapping[str, str]) -> Words:
    """What stands in the form, as it was typed. `titles`: title to slug, for the articles that near misses name."""

    def text(name: str) -> str:
        return form.get(name, "").replace("\r\n", "\n")

    category = text("category")
    near = zip(form.getlist("near_text"), form.getlist("near_article"), strict=False)
    sources = zip(*(form.getlist(f"source_{part}") for part in ("publisher", "title", "date")), strict=False)
    return Words(
        title=text("title"),
        category=category if category in list(Category) else Category.COMMUNITY.value,
        first_aid=form.get("first_aid") == "yes",
        short=text("short"),
        body=text("body"),
        call=text("call"),
        variants=text("variants"),
        near_misses=tuple((t, titles.get(a.strip(), a.strip())) for t, a in near if t.strip() or a.strip()),
        sources=tuple((p, t, d) for p, t, d in sources if p.strip() or t.strip() or d.strip()),
        reviewed_on=text("reviewed_on"),
        valid_until=text("valid_until"),
        check=text("check"),
    )


def value_said(field: str) -> Callable[[str], str]:
    """How a line of a change is read: a category by its name, a tick as a word."""
    said: Mapping[str, Mapping[str, str]] = {
        "category": {category.value: name for category, name in SHELVES.items()},
        "first_aid": {"first_aid": "是，过期了也照说，带着日期"},
    }
    return lambda text: said.get(field, {}).get(text, text)


def longest_fills() -> dict[str, int]:
    """Local fact to the bytes of the longer one of its example and who to ask instead: what the live count reckons."""
    return {name: max(len(f.example.encode()), len(f.instead.encode())) for name, f in LOCAL_FACTS.items()}


def titles_of(articles: Sequence[Article]) -> dict[str, str]:
    """Slug to title."""
    return {one.slug: one.title for one in articles}
