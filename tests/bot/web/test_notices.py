"""Anybody may read what was sent to whole houses; never a draft, nor what would tell who lives alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bot.web import corrections, notices, public
from bot.web.published_notices import PublishedNotices
from broadcasts import desk as broadcasts
from broadcasts import scheduler
from broadcasts.audience import Audience
from broadcasts.broadcast import MOST_TEXT_BYTES, Broadcast, Notice
from tests.broadcasts.notices import NOTICE, SECOND, anybody, approved, consent, notice, person, submitted
from tests.browser.played_town import PlayedLibrary
from tests.instants import T0, T


def sent(conn: sa.Connection, words: Notice = NOTICE) -> Broadcast:
    made = approved(conn, [person(1)], words)
    scheduler.due(conn, may_approve=anybody, now=T(1))
    return made


def reader(board: notices.Board, *, seconds: float = 60) -> FlaskClient:
    """Somebody with a browser and no account."""
    app = Flask("test")
    app.register_blueprint(
        public.blueprint(PlayedLibrary(), community="邻水社区", public_url="https://x.example", clock=lambda: T0)
    )
    app.register_blueprint(corrections.blueprint(lambda: (), community=lambda: "邻水社区"))
    app.register_blueprint(
        notices.blueprint(
            board, community=lambda: "邻水社区", public_url="https://x.example/", clock=lambda: T(seconds)
        )
    )
    return app.test_client()


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def board_of(conn: sa.Connection) -> PublishedNotices:
    """The board reads with connections of its own: what the test wrote has to be there."""
    conn.commit()
    return PublishedNotices(conn.engine, branch="c")


class TestWhatIsShown:
    def test_a_notice_that_was_sent_stands_with_issuer_dates_and_number(self, engine: sa.Engine) -> None:
        with engine.connect() as conn:
            made = sent(conn)
            browser = reader(board_of(conn))
        page = text(browser, f"/public/notices/{made.number}")
        for part in (NOTICE.title, NOTICE.text, "邻水社区发布", made.number, "2026年7月17日 10:00 发", "18:00"):
            assert part in page
        assert "取消" not in page and "过期" not in page
        assert NOTICE.title in text(browser, "/public/notices")
        for hand in (*made.authors, *made.approvers):
            assert hand not in page

    @pytest.mark.parametrize("how", ["draft", "submitted", "approved", "stopped before it was sent"])
    def test_what_was_not_sent_is_no_page(self, engine: sa.Engine, how: str) -> None:
        with engine.connect() as conn:
            made = broadcasts.draft(conn, NOTICE, area_code="c", actor="liu", now=T0)
            if how != "draft":
                made = submitted(conn)
            if how in {"approved", "stopped before it was sent"}:
                made = broadcasts.approve(conn, made.id, consent([], made), actor=SECOND, now=T0)
            if how == "stopped before it was sent":
                broadcasts.cancel(conn, made.id, actor=SECOND, why="改期", now=T0)
            browser = reader(board_of(conn))
        assert browser.get(f"/public/notices/{made.number}").status_code == 404
        assert NOTICE.title not in text(browser, "/public/notices")

    @pytest.mark.parametrize("picked", [{"tags": ("独居老人",)}, {"roles": ("volunteer",)}])
    def test_what_picked_people_out_is_no_page(self, engine: sa.Engine, picked: dict[str, tuple[str, ...]]) -> None:
        with engine.connect() as conn:
            made = sent(conn, notice(audience=Audience(("c.g1.b3",), **picked)))
            browser = reader(board_of(conn))
        assert browser.get(f"/public/notices/{made.number}").status_code == 404
        assert NOTICE.title not in text(browser, "/public/notices")

    def test_another_communitys_notice_is_not_ours(self, engine: sa.Engine) -> None:
        with engine.connect() as conn:
            made = sent(conn)
            board = PublishedNotices(conn.engine, branch="d")
            conn.commit()
        assert board.notice(made.number) is None and board.notices() == []

    def test_a_cancelled_one_says_so_and_a_reason_of_the_staff_stays_inside(self, engine: sa.Engine) -> None:
        with engine.connect() as conn:
            made = sent(conn)
            broadcasts.cancel(conn, made.id, actor="liu", why="刘敏写错了楼号", now=T(2))
            browser = reader(board_of(conn))
        page = text(browser, f"/public/notices/{made.number}")
        assert "这条通知取消了" in page and "写错" not in page
        assert "已取消" in text(browser, "/public/notices")

    def test_one_that_is_over_says_so(self, engine: sa.Engine) -> None:
        with engine.connect() as conn:
            made = sent(conn)
            board = board_of(conn)
        later = reader(board, seconds=(NOTICE.valid_until - T0 + timedelta(seconds=1)).total_seconds())
        assert "这条通知过期了" in text(later, f"/public/notices/{made.number}")
        assert "现在没有有效的通知" in text(later, "/public/notices")

    def test_a_correction_leads_to_where_it_is_kept_true(self, engine: sa.Engine) -> None:
        with engine.connect() as conn:
            made = broadcasts.draft(conn, NOTICE, area_code="c", actor="liu", origin="rumour:Y-0717-1", now=T0)
            made = broadcasts.submit(conn, made.id, actor="liu", emergency=False, now=T0)
            broadcasts.approve(conn, made.id, consent([person(1)], made), actor=SECOND, now=T0)
            scheduler.due(conn, may_approve=anybody, now=T(1))
            browser = reader(board_of(conn))
        answer = browser.get(f"/public/notices/{made.number}")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/public/corrections#Y-0717-1")
        assert NOTICE.title not in text(browser, "/public/notices")

    def test_numbers_of_identity_are_masked_and_telephones_stay(self, engine: sa.Engine) -> None:
        with engine.connect() as conn:
            made = sent(conn, notice(text="找 510104198001011234 的失主，打 13812345678 或 028-12345678。"))
            shown = board_of(conn).notice(made.number)
        assert shown is not None
        assert shown.text == "找 510104********1234 的失主，打 13812345678 或 028-12345678。"


class Full:
    """A board with as much on it as there may be."""

    def __init__(self, many: int) -> None:
        words = "水" * (MOST_TEXT_BYTES // 3)
        one = notices.PublicNotice("T-0717-1", "今晚停水<b>", words, T0, T(9e5), cancelled=False)
        self._all = [replace(one, number=f"T-0717-{number}") for number in range(many)]

    def notice(self, number: str) -> notices.PublicNotice | None:
        """The one of that number."""
        return next((one for one in self._all if one.number == number), None)

    def notices(self) -> list[notices.PublicNotice]:
        """All."""
        return self._all


def test_the_pages_are_light_enough_for_an_old_phone_and_run_nothing_of_what_was_typed() -> None:
    browser = reader(Full(100))
    for path in ("/public/notices", "/public/notices/T-0717-7"):
        page = text(browser, path)
        assert len(page.encode()) < 60_000
        assert "今晚停水&lt;b&gt;" in page and "<b>" not in page


def test_a_number_that_is_none_says_what_can_be_done() -> None:
    answer = reader(Full(0)).get("/public/notices/T-1-1")
    assert answer.status_code == 404 and "没有这一页" in answer.get_data(as_text=True)
