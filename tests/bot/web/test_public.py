"""The pages that anybody may read: what stands on them, what never does, and how heavy they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.web import public
from bot.web.public import PublicArticle, PublicSource
from bot.web.security import protect
from knowledge_base.article import Category

TODAY = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
STATIC = Path(public.__file__).parent / "static"
LIMIT = 60_000  # bytes, FACES: "less than 60 kB each without pictures"

GAS = PublicArticle(
    slug="gas-leak",
    title="燃气泄漏怎么办",
    category=Category.FIRE,
    body="先关阀。\n\n## 现在就做\n1. 开门窗\n2. 到屋外打 010-80009777\n\n## 千万不要\n- 不碰开关\n",
    call=("119", "社区值班室"),
    sources=(PublicSource("国务院", "城镇燃气管理条例", "2016-02"),),
    reviewed_on=date(2026, 11, 20),
    valid_until=date(2027, 11, 20),
    first_aid=False,
    adopted=True,
)
CPR = replace(GAS, slug="cpr-aed", title="心肺复苏", category=Category.EMERGENCY, first_aid=True)


class Shelf:
    """A library that holds what it is given."""

    def __init__(self, *articles: PublicArticle) -> None:
        self._articles = articles

    def article(self, slug: str) -> PublicArticle | None:
        return next((one for one in self._articles if one.slug == slug), None)

    def articles(self) -> Sequence[PublicArticle]:
        return self._articles


def visit(*articles: PublicArticle, today: datetime = TODAY) -> FlaskClient:
    app = Flask(__name__)
    protect(app)
    pages = public.blueprint(
        Shelf(*articles), community="星河社区", public_url="https://linshao.example.org/", clock=lambda: today
    )
    app.register_blueprint(pages)
    return app.test_client()


def test_an_article_shows_its_steps_its_sources_and_their_dates() -> None:
    page = visit(GAS).get("/public/articles/gas-leak").text
    assert "<h1>燃气泄漏怎么办</h1>" in page
    assert "<li>开门窗</li>" in page
    assert "国务院《城镇燃气管理条例》，2016-02" in page
    assert "2026-11-20 复核，有效到 2027-11-20" in page


def test_what_must_never_be_done_is_marked() -> None:
    assert '<h2 class="never">千万不要</h2>' in visit(GAS).get("/public/articles/gas-leak").text


def test_numbers_can_be_dialled_and_words_cannot() -> None:
    page = visit(GAS).get("/public/articles/gas-leak").text
    assert 'href="tel:119"' in page
    assert 'href="tel:01080009777"' in page
    assert "<span>社区值班室</span>" in page


@pytest.mark.parametrize(
    ("number", "link"),
    [("119", "tel:119"), ("400-123-4567", "tel:4001234567"), ("社区值班室", ""), ("问物业 12", ""), ("", "")],
)
def test_only_digits_become_a_phone_link(number: str, link: str) -> None:
    assert public.phone_link(number) == link


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[按这里](javascript:alert(1))",
        "![图](https://evil.example/pixel.png)",
        '<p style="position:fixed">',
        "<form action=https://evil.example><input name=q></form>",
    ],
)
def test_a_body_brings_no_script_picture_style_or_form_along(hostile: str) -> None:
    shown = public.render_body(f"先关阀。\n\n{hostile}\n")
    assert "<p>先关阀。</p>" in shown
    assert not re.search(r"<(script|img|form|input|style)|<[^>]+(style|onerror|javascript:)", shown)


def test_the_title_is_the_only_first_heading() -> None:
    shown = public.render_body("# 大标题\n\n#### 小标题\n")
    assert "<h2>大标题</h2>" in shown and "<h3>小标题</h3>" in shown


def test_an_article_that_is_not_adopted_is_called_general_guidance() -> None:
    assert "通用指引" in visit(replace(GAS, adopted=False)).get("/public/articles/gas-leak").text
    assert "通用指引" not in visit(GAS).get("/public/articles/gas-leak").text


@pytest.mark.parametrize(
    ("today", "status"),
    [(datetime(2027, 11, 20, 15, 59, tzinfo=UTC), 200), (datetime(2027, 11, 20, 16, 0, tzinfo=UTC), 410)],
)
def test_an_article_is_told_until_its_last_day_has_passed_here(today: datetime, status: int) -> None:
    client = visit(GAS, CPR, today=today)
    page = client.get("/public/articles/gas-leak")
    assert page.status_code == status
    assert ("不碰开关" in page.text) == (status == 200)
    assert ("gas-leak" in client.get("/public/").text) == (status == 200)


def test_first_aid_goes_on_after_its_date_and_says_so() -> None:
    late = visit(CPR, today=datetime(2028, 1, 1, tzinfo=UTC))
    page = late.get("/public/articles/cpr-aed")
    assert page.status_code == 200
    assert "开门窗" in page.text and "过了复核日期" in page.text
    assert "cpr-aed" in late.get("/public/").text


def test_the_list_stands_by_category_in_the_catalogues_order() -> None:
    page = visit(GAS, CPR).get("/public/").text
    assert page.index("<h2>急救</h2>") < page.index("cpr-aed") < page.index("<h2>火、电、气</h2>")
    assert page.index("<h2>火、电、气</h2>") < page.index("gas-leak")


def test_every_category_of_the_catalogue_has_a_name() -> None:
    assert set(public.SHELVES) == set(Category)


def test_an_empty_list_says_what_will_stand_there() -> None:
    assert "指引会放在这里" in visit().get("/public/").text


@pytest.mark.parametrize("path", ["/public/articles/no-such", "/public/elsewhere", "/public/a/b/c"])
def test_an_unknown_page_says_in_chinese_what_to_do(path: str) -> None:
    answer = visit(GAS).get(path)
    assert answer.status_code == 404
    assert "没有这一页" in answer.text and "在全部指引里找" in answer.text


def test_the_printed_page_bears_the_address_as_a_qr_code() -> None:
    address = "https://linshao.example.org/public/articles/gas-leak"
    page = visit(GAS).get("/public/articles/gas-leak").text
    assert public.qr_code(address) in page and address in page


def test_every_page_forbids_inline_script_and_style_and_holds_none() -> None:
    client = visit(GAS, CPR)
    for path in ("/public/", "/public/articles/gas-leak", "/public/nothing"):
        answer = client.get(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)", answer.text)


def test_a_page_with_all_that_it_loads_is_lighter_than_60_kb() -> None:
    sixty = [replace(GAS, slug=f"article-{n}", title="家里着火怎么逃生才安全") for n in range(60)]
    long = replace(GAS, body=GAS.body + "- 关总阀，开门窗，到屋外再打电话\n" * 60)
    client = visit(*sixty, long)
    for path in ("/public/", "/public/articles/gas-leak"):
        page = client.get(path)
        loaded = re.findall(r'(?:href|src)="(/public/static/[^"]+)"', page.text)
        assert len(loaded) == 4  # two styles, one script, the icon
        assert len(page.data) + sum(weight(client, one) for one in loaded) < LIMIT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("ink", "paper"),
        ("ink", "ground"),
        ("quiet", "paper"),
        ("quiet", "ground"),
        ("accent", "paper"),
        ("accent", "accent-soft"),
        ("on-accent", "accent"),
        ("amber", "amber-soft"),
        ("red", "red-soft"),
        ("ink", "red-soft"),
        ("link", "paper"),
        ("link", "ground"),
    ],
)
def test_text_stands_out_from_its_ground(scheme: str, ink: str, paper: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[paper]) >= 4.5


def weight(client: FlaskClient, path: str) -> int:
    """Bytes of a file that a page loads."""
    with client.get(path) as answer:
        assert answer.status_code == 200
        return len(answer.data)


def tokens(scheme: str) -> dict[str, str]:
    """The colours of linshao.css by name, for "light" or "dark"."""
    light, dark = (STATIC / "linshao.css").read_text("utf-8").split("prefers-color-scheme: dark", 1)
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return named if scheme == "light" else named | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #rrggbb colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
