"""Pages that anybody may read: the knowledge articles, and the shelf they stand on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Protocol

import nh3
import segno
from flask import Blueprint, Response, make_response, render_template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from werkzeug.exceptions import NotFound

from bot.clock import local
from knowledge_base.article import Category

SHELVES = {
    Category.EMERGENCY: "急救",
    Category.FIRE: "火、电、气",
    Category.WEATHER: "天气",
    Category.GEOLOGY: "地震和地质灾害",
    Category.PREPAREDNESS: "平时的准备",
    Category.HEALTH: "健康",
    Category.MIND: "心里难受的时候",
    Category.FRAUD: "防骗",
    Category.RUMOUR: "听到传言的时候",
    Category.COMMUNITY: "社区里的事",
}

NEVER = "千万不要"  # the section that is marked as a warning

# Landlines, mobiles, 400 and 800 numbers; the three-digit ones stand in every sentence and stay plain.
_LONG_NUMBER = re.compile(r"(?<![\d\[:-])(0\d{2,3}-\d{7,8}|1[3-9]\d{9}|[48]00-\d{3}-\d{4})(?![\d\]-])")
_TAGS = {"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "blockquote", "table", "thead", "tbody"} | {
    "tr", "th", "td", "a", "br", "hr", "code"
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "h2": {"class"}, "ol": {"start"}}


@dataclass(frozen=True)
class PublicSource:
    """Where a reader can look it up. `date` is YYYY, YYYY-MM or YYYY-MM-DD."""

    publisher: str
    title: str
    date: str


@dataclass(frozen=True)
class PublicArticle:
    """An article as anybody may read it: local facts are filled in, Markdown is not rendered yet."""

    slug: str
    title: str
    category: Category
    body: str
    call: tuple[str, ...]  # numbers to call, most important first; a phone or words that say whom
    sources: tuple[PublicSource, ...]
    reviewed_on: date
    valid_until: date
    first_aid: bool
    adopted: bool  # False: the committee has not adopted it yet, so it is told as 通用指引

    def is_stale(self, today: date) -> bool:
        """Its date has passed (DESIGN §1.2)."""
        return self.valid_until < today

    def may_be_told(self, today: date) -> bool:
        """A stale article is not told any more; first aid alone goes on, with its date."""
        return self.first_aid or not self.is_stale(today)


class Library(Protocol):
    """The published articles, as the wiring hands them in."""

    def article(self, slug: str) -> PublicArticle | None:
        """The article of that slug, None if there is none."""
        ...

    def articles(self) -> Sequence[PublicArticle]:
        """All articles that are published."""
        ...


def blueprint(library: Library, *, community: str, public_url: str, clock: Callable[[], datetime]) -> Blueprint:
    """The pages under /public. `public_url` is our address as the world sees it, for the QR code."""
    pages = Blueprint("public", __name__, url_prefix="/public", template_folder="templates", static_folder="static")

    @pages.get("/")
    def shelves() -> str:
        today = local(clock()).date()
        told = [one for one in library.articles() if one.may_be_told(today)]
        return render_template("public/shelves.html", community=community, shelves=_by_shelf(told))

    @pages.get("/articles/<slug>")
    def article(slug: str) -> Response:
        found = library.article(slug)
        if found is None:
            raise NotFound
        address = f"{public_url.rstrip('/')}/public/articles/{found.slug}"
        return _article_page(found, community=community, address=address, today=local(clock()).date())

    @pages.get("/<path:elsewhere>")
    def nothing_here(elsewhere: str) -> Response:
        raise NotFound

    @pages.errorhandler(NotFound)
    def not_found(error: NotFound) -> tuple[str, int]:
        return render_template("public/not_found.html", community=community), 404

    return pages


def render_body(markdown: str) -> str:
    """Markdown to HTML that holds no script, style, picture or form.

    The NEVER heading bears a class; a telephone number becomes a link that dials it.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(_LONG_NUMBER.sub(lambda found: f"[{found[1]}]({phone_link(found[1])})", markdown))
    _settle_headings(tokens)
    raw = reader.renderer.render(tokens, reader.options, {})
    return nh3.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "tel"})


def qr_code(address: str) -> str:
    """The address as an inline SVG (no style of its own), about 4 cm wide in print."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(scale=4, border=2, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True)


def phone_link(number: str) -> str:
    """`tel:` and the digits for something that can be dialled, "" for words such as 社区值班室."""
    digits = number.replace("-", "").replace(" ", "")
    return f"tel:{digits}" if digits.isdigit() and len(digits) >= 3 else ""


def _article_page(found: PublicArticle, *, community: str, address: str, today: date) -> Response:
    """The page; 410 without the text for an article that is no longer told."""
    told = found.may_be_told(today)
    page = render_template(
        "public/article.html" if told else "public/stale.html",
        article=found,
        shelf=SHELVES[found.category],
        community=community,
        address=address,
        body=render_body(found.body) if told else "",
        calls=[(number, phone_link(number)) for number in found.call],
        stale=found.is_stale(today),
        qr=qr_code(address),
    )
    return make_response(page, 200 if told else 410)


def _by_shelf(articles: Sequence[PublicArticle]) -> list[tuple[str, str, list[PublicArticle]]]:
    """(category, its name, its articles) in the catalogue's order."""
    order = list(SHELVES)
    ranked = sorted(articles, key=lambda one: order.index(one.category))
    return [
        (category.value, SHELVES[category], list(standing))
        for category, standing in groupby(ranked, key=lambda one: one.category)
    ]


def _settle_headings(tokens: Sequence[Token]) -> None:
    """The title is the page's only h1; the NEVER section is marked."""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h2" if token.tag in {"h1", "h2"} else "h3"
        if token.type == "heading_open" and following and following.content.startswith(NEVER):
            token.attrSet("class", "never")
