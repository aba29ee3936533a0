"""Articles in the console: nothing that was typed is lost, a second person reviews, who may do what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from werkzeug.test import TestResponse

from community.staff import desk as staff
from knowledge_base import desk, revision_desk, version_desk
from knowledge_base.article import Article
from knowledge_base.revision import Missed, Revision, Status
from knowledge_base.typed import written
from tests.bot.console.house import House, Person
from tests.instants import T0
from tests.knowledge_base.shelf import fit_shelf

EDIT = "/console/knowledge/articles/gas-leak/edit"


@pytest.fixture(autouse=True)
def articles(house: House) -> list[Article]:
    """Three articles that are in use, valid on the tests' day."""
    sources = tuple(replace(one, date="2016") for one in fit_shelf()[0].sources)
    dates = {"reviewed_on": date(2026, 7, 10), "valid_until": date(2027, 7, 10), "sources": sources}
    house.shelf = [replace(one, title=f"《{one.slug}》怎么办", **dates) for one in fit_shelf()]
    with house.engine.begin() as conn:
        desk.use_shipped(conn, desk.SNAPSHOT, b"shipped", now=T0)
    return house.shelf


def fields(article: Article, **changed: object) -> dict[str, object]:
    """The form of an article, filled in."""
    words = written(article)
    return {
        **{name: getattr(words, name) for name in ("title", "category", "short", "body", "call", "variants")},
        **{name: getattr(words, name) for name in ("reviewed_on", "valid_until", "check")},
        "near_text": [text for text, _ in words.near_misses],
        "near_article": [slug for _, slug in words.near_misses],
        "source_publisher": [one[0] for one in words.sources],
        "source_title": [one[1] for one in words.sources],
        "source_date": [one[2] for one in words.sources],
        **changed,
    }


def sent(person: Person, path: str, **values: object) -> TestResponse:
    return person.send(path, **values)


def only(house: House) -> Revision:
    """The one revision that is on its way."""
    with house.engine.connect() as conn:
        (one,) = revision_desk.open_ones(conn)
    return one


def submitted(house: House, liu: Person) -> Revision:
    edited = fields(house.shelf[0], short="先离开，马上打{{gas_phone}}", then="submit")
    assert sent(liu, EDIT, **edited).status_code == 303
    return only(house)


def events(house: House) -> list[str]:
    with house.engine.connect() as conn:
        return [entry.event for entry in staff.audited(conn) if entry.event.startswith("article")]


def test_what_was_typed_comes_back_with_what_is_wrong_beside_each_field_and_is_kept(house: House, liu: Person) -> None:
    typed = fields(house.shelf[0], short="很" * 300, reviewed_on="", title="我的 <题目>", then="submit")
    answer = sent(liu, EDIT, **typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "很" * 300 in page and "我的 &lt;题目&gt;" in page
    assert page.count("再删约") == page.count("请选核对的那一天") == 2, "on top, and beside the field"
    kept = only(house)
    assert kept.words is not None
    assert (kept.words.short, kept.words.reviewed_on, kept.status) == ("很" * 300, "", Status.DRAFT)
    assert "还有 2 处要改" in liu.read(f"/console/knowledge/revisions/{kept.id}")
    assert "很" * 300 in liu.read(f"/console/knowledge/revisions/{kept.id}/edit")


def test_the_reviewer_sees_what_changed_and_what_a_resident_will_see_and_approves(
    house: House, liu: Person, chen: Person
) -> None:
    one = submitted(house, liu)
    assert "查看并审批" in chen.read("/console/") and "查看并审批" not in liu.read("/console/")
    page = chen.read(f"/console/knowledge/revisions/{one.id}")
    assert "先离开，马上打028-0000-0330" in page, "the local fact is filled in"
    assert "通用指引，非本社区专门发布" in page and "/public/articles/gas-leak" in page
    assert "<mark>马上</mark>" in page and "条例" in page and "核对过。" in page
    assert "同意" not in liu.read(f"/console/knowledge/revisions/{one.id}").split("我能做什么")[1]
    said = chen.send(f"/console/knowledge/revisions/{one.id}/approve/approve", seen=one.count)
    assert said.status_code == 303
    assert only(house).status is Status.REVIEWED
    assert "正在生成" in chen.read(f"/console/knowledge/revisions/{one.id}")
    assert events(house) == ["article-approved", "article-submitted", "article-drafted"]


def test_the_author_cannot_review_even_with_the_role(house: House, liu: Person, chen: Person) -> None:
    one = submitted(house, liu)
    with house.engine.begin() as conn:
        staff.change_roles(conn, house.accounts["liumin"].id, {"staff", "approver"}, actor="x", now=T0)  # type: ignore[arg-type]
    again = house.client("liumin")
    again.send(f"/console/knowledge/revisions/{one.id}/approve/approve", seen=one.count)
    assert "没有批准" in again.read("/console/more")
    assert only(house).status is Status.SUBMITTED


def test_a_stale_page_overwrites_nothing_and_what_was_typed_stays_on_it(house: House, liu: Person) -> None:
    sent(liu, EDIT, **fields(house.shelf[0]))
    one = only(house)
    path = f"/console/knowledge/revisions/{one.id}/edit"
    sent(liu, path, **fields(house.shelf[0], short="同事写的", seen=one.count))
    answer = sent(liu, path, **fields(house.shelf[0], short="我写的", seen=one.count))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "我写的" in page and "还没有保存" in page
    now = only(house)
    assert now.words is not None and now.words.short == "同事写的"
    assert f'name="seen" value="{now.count}"' in page
    assert sent(liu, path, **fields(house.shelf[0], short="我写的", seen=now.count)).status_code == 303


def test_whoever_begins_second_keeps_their_words_on_the_page(house: House, liu: Person) -> None:
    sent(liu, EDIT, **fields(house.shelf[0], short="先来的"))
    answer = sent(liu, EDIT, **fields(house.shelf[0], short="后来的"))
    assert answer.status_code == 409 and "后来的" in answer.get_data(as_text=True)
    assert liu.get(EDIT).status_code == 303


def test_what_was_handed_in_meanwhile_is_not_rewritten_and_what_was_typed_stays(house: House, liu: Person) -> None:
    one = submitted(house, liu)
    answer = sent(liu, f"/console/knowledge/revisions/{one.id}/edit",
                  **fields(house.shelf[0], short="晚了一步", seen=one.count))  # fmt: skip
    assert answer.status_code == 409 and "晚了一步" in answer.get_data(as_text=True)
    assert only(house) == one


def test_nobody_approves_what_they_have_not_seen(house: House, liu: Person, chen: Person) -> None:
    one = submitted(house, liu)
    liu.send(f"/console/knowledge/revisions/{one.id}/write/reopen")
    back = only(house)
    sent(liu, f"/console/knowledge/revisions/{one.id}/edit",
         **fields(house.shelf[0], short="换了话", then="submit", seen=back.count))  # fmt: skip
    chen.send(f"/console/knowledge/revisions/{one.id}/approve/approve", seen=one.count)
    assert only(house).status is Status.SUBMITTED


def test_it_is_returned_with_a_reason_and_stands_on_its_authors_page_of_today(
    house: House, liu: Person, chen: Person
) -> None:
    one = submitted(house, liu)
    path = f"/console/knowledge/revisions/{one.id}/approve/return"
    assert chen.send(path, reason=" ").status_code == 422
    chen.send(path, reason="电话不对")
    assert "电话不对" in liu.read(f"/console/knowledge/revisions/{one.id}")
    assert "退回给您" in liu.read("/console/") and "退回给您" not in chen.read("/console/")


def test_questions_that_miss_are_told_in_words(house: House, liu: Person, chen: Person) -> None:
    one = submitted(house, liu)
    chen.send(f"/console/knowledge/revisions/{one.id}/approve/approve", seen=one.count)
    with house.engine.begin() as conn:
        job = version_desk.begin(conn, outdated=None, now=T0)
        assert job is not None
        version_desk.miss(conn, job, [Missed("gas-leak", "漏气了", ("lift", "dog-bite"))], now=T0)
    page = liu.read(f"/console/knowledge/revisions/{one.id}")
    assert "1 个问法找不到文章了" in page
    assert "问“漏气了”，该找到《《gas-leak》怎么办》，却找到《《lift》怎么办》《《dog-bite》怎么办》" in page


def test_a_near_miss_names_an_article_by_its_title_and_empty_rows_do_not_count(house: House, liu: Person) -> None:
    near = {"near_text": ["像狗的事", ""], "near_article": ["《dog-bite》怎么办", ""]}
    sent(liu, EDIT, **fields(house.shelf[0], **near))
    words = only(house).words
    assert words is not None and words.near_misses == (("像狗的事", "dog-bite"),)
    assert 'value="《dog-bite》怎么办"' in liu.read(f"/console/knowledge/revisions/{only(house).id}/edit")


def test_a_new_article_gets_an_address_of_its_own(house: House, liu: Person) -> None:
    assert "## 千万不要" in liu.read("/console/knowledge/new")
    near = {"near_text": ["狗咬", "电梯", "漏气", "停电", "停水"], "near_article": ["gas-leak"] * 5}
    variants = "\n".join(f"车位怎么停{n}" for n in range(10))
    new = fields(house.shelf[0], title="停车", variants=variants, **near)
    assert sent(liu, "/console/knowledge/new", **new, then="submit").status_code == 303
    one = only(house)
    assert (one.title, one.status) == ("停车", Status.SUBMITTED) and one.slug.startswith("own-")


def test_withdrawing_an_article_asks_a_second_person(house: House, liu: Person, chen: Person) -> None:
    path = "/console/knowledge/articles/lift/withdraw"
    assert liu.send(path, reason="").status_code == 422
    liu.send(path, reason="和另一篇重复")
    one = only(house)
    assert (one.words, one.status) == (None, Status.SUBMITTED)
    assert "撤下文章" in chen.read("/console/")
    assert "不再这样答" in chen.read(f"/console/knowledge/revisions/{one.id}")
    chen.send(f"/console/knowledge/revisions/{one.id}/approve/approve", seen=one.count)
    assert only(house).status is Status.REVIEWED


def test_only_accounts_of_the_whole_community_see_and_do_any_of_it(house: House, liu: Person, zhao: Person) -> None:
    one = submitted(house, liu)
    base = f"/console/knowledge/revisions/{one.id}"
    for path in (base, "/console/knowledge/articles/gas-leak", "/console/knowledge/versions", EDIT):
        assert zhao.get(path).status_code == 403, path
    name = "0" * 64
    for path in (EDIT, "/console/knowledge/new", f"{base}/edit", f"{base}/write/submit", f"{base}/write/drop",
                 f"{base}/approve/approve", f"{base}/approve/return", f"/console/knowledge/versions/{name}/use",
                 "/console/knowledge/articles/lift/withdraw"):  # fmt: skip
        assert sent(zhao, path, **fields(house.shelf[0], seen=one.count, reason="x")).status_code == 403, path
    assert only(house) == one
    assert "查看并审批" not in zhao.read("/console/")


def test_articles_that_are_due_stand_on_today_most_urgent_first_with_one_button(
    house: House, liu: Person, chen: Person
) -> None:
    today = date(2026, 7, 17)
    days = {"a-past": -1, "b-soon": 29, "c-far": 31, "d-soon": 5, "e-soon": 6}
    house.shelf = [
        replace(house.shelf[0], slug=slug, title=slug, valid_until=date.fromordinal(today.toordinal() + days[slug]))
        for slug in days
    ]
    page = liu.read("/console/")
    assert page.index("a-past") < page.index("d-soon") < page.index("e-soon")
    assert "c-far" not in page and "b-soon" not in page and "另外还有 1 篇" in page
    assert page.count("去复核") == 3
    assert "a-past" in chen.read("/console/") and "a-past" not in house.client("linna").read("/console/")
    liu.send("/console/knowledge/articles/a-past/withdraw", reason="不要了")
    assert "a-past" not in liu.read("/console/"), "somebody is at it"


def test_an_administrator_goes_back_to_an_earlier_version_and_it_is_audited(house: House, chen: Person) -> None:
    with house.engine.begin() as conn:
        shipped = desk.current_artefact(conn, desk.SNAPSHOT) or ""
        new = desk.store_artefact(conn, desk.SNAPSHOT, b"new", now=T0)
        desk.use_artefact(conn, desk.SNAPSHOT, new, by=house.accounts["chenfang"].id, now=T0)
    assert f'name="seen" value="{new}"' in chen.read("/console/knowledge/versions")
    chen.send(f"/console/knowledge/versions/{shipped}/use", seen=shipped)
    assert _in_use(house) == new, "the page was stale"
    assert chen.send(f"/console/knowledge/versions/{'0' * 64}/use", seen=new).status_code == 404
    chen.send(f"/console/knowledge/versions/{shipped}/use", seen=new)
    assert _in_use(house) == shipped
    assert events(house)[0] == "articles-gone-back"
    assert "回到以前的版本" in chen.read("/console/knowledge/versions")


def _in_use(house: House) -> str:
    with house.engine.connect() as conn:
        return desk.current_artefact(conn, desk.SNAPSHOT) or ""


def test_a_building_that_fails_is_told_on_the_console(house: House, liu: Person, chen: Person) -> None:
    one = submitted(house, liu)
    chen.send(f"/console/knowledge/revisions/{one.id}/approve/approve", seen=one.count)
    with house.engine.begin() as conn:
        job = version_desk.begin(conn, outdated=None, now=T0)
        assert job is not None
    assert "正在生成新版本" in liu.read("/console/knowledge")
    with house.engine.begin() as conn:
        version_desk.fail(conn, job, "MemoryError", now=T0)
    page = liu.read("/console/knowledge")
    assert "没有生成出来" in page and "MemoryError" in page


def test_a_snapshot_that_cannot_be_opened_is_told_on_the_console(house: House, liu: Person) -> None:
    assert "打不开" not in liu.read("/console/knowledge")
    house.unreadable = True
    assert "打不开" in liu.read("/console/knowledge")


def test_a_typed_article_is_never_run_as_a_page(house: House, liu: Person) -> None:
    evil = "<script>alert(1)</script>"
    sent(liu, EDIT, **fields(house.shelf[0], body=evil + house.shelf[0].body, short=evil))
    assert evil not in liu.read(f"/console/knowledge/revisions/{only(house).id}")


def test_a_draft_with_a_wrong_local_fact_can_still_be_looked_at(house: House, liu: Person) -> None:
    sent(liu, EDIT, **fields(house.shelf[0], short="打{{nope}}", then="submit"))
    assert "“nope”不是本地信息的名字" in liu.read(f"/console/knowledge/revisions/{only(house).id}")


def test_an_article_that_was_never_changed_says_so_and_one_that_is_none_is_no_page(liu: Person) -> None:
    assert "还没有改过" in liu.read("/console/knowledge/articles/lift")
    assert liu.get("/console/knowledge/articles/nowhere").status_code == 404
    assert liu.get("/console/knowledge/revisions/nowhere").status_code == 404
