"""Anybody may read what was checked: statements, verdicts, sources, dates; and nobody's name."""

from __future__ import annotations

from flask import Flask

from bot.web import corrections, public
from community.rumours.correction import Correction, Status, Words
from community.rumours.rumour import Judgement, Verdict
from tests.browser.played_town import PlayedLibrary
from tests.instants import T0

CORRECTION = Correction(
    id="c1",
    rumour_id="r1",
    status=Status.PUBLISHED,
    words=Words("今晚没有泄洪安排，低洼处有积水，请挪车。", "今晚不泄洪。", "核实：区防汛办，7月17日"),
    judgements=(Judgement("今晚<b>泄洪</b>", Verdict.FALSE, "防汛办没有这个安排"),),
    authors=("liu",),
    drafted_at=T0,
    submitted_by="liu",
    approved_by="chen",
    published_at=T0,
)


def page(*told: tuple[str, Correction]) -> str:
    app = Flask("test")
    app.register_blueprint(
        public.blueprint(PlayedLibrary(), community="邻水社区", public_url="https://x.example", clock=lambda: T0)
    )
    app.register_blueprint(corrections.blueprint(lambda: told, community=lambda: "邻水社区"))
    answer = app.test_client().get("/public/corrections")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_correction_stands_with_verdict_source_date_and_number() -> None:
    text = page(("Y-0717-1", CORRECTION))
    for part in ("不实", "低洼处有积水", "核实：区防汛办", "2026年7月17日 10:00", "Y-0717-1"):
        assert part in text
    assert "<b>泄洪" not in text
    assert "liu" not in text and "chen" not in text


def test_an_empty_page_says_what_will_stand_there() -> None:
    assert "请先别转" in page()
