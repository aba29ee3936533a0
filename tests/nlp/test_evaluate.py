"""The measures of the report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from nlp.analysis import Analyser
from nlp.artefact import Head, Model
from nlp.corpus import Row
from nlp.evaluate import CURVE, NOTES, Verdict, curve, macro, notes, report, scores
from tests.corpus import corpus

PAIRS = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]


def test_precision_recall_and_f1_of_a_label() -> None:
    assert scores(PAIRS, "a") == pytest.approx((1.0, 0.5, 2 / 3))
    assert scores(PAIRS, "b") == pytest.approx((2 / 3, 1.0, 0.8))


def test_a_label_never_said_scores_nothing() -> None:
    assert scores(PAIRS, "c") == (0.0, 0.0, 0.0)


def test_macro_counts_every_true_label_the_same() -> None:
    assert macro(PAIRS) == pytest.approx((2 / 3 + 0.8) / 2)


def test_notes_written_by_hand_outlive_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    assert notes(report) == ""
    report.write_text(f"# figures\n{NOTES}\nread with care\n", encoding="utf-8")
    assert notes(report) == f"\n{NOTES}\nread with care\n"
    report.write_text("# figures" + notes(report), encoding="utf-8")
    assert notes(report) == f"\n{NOTES}\nread with care\n"


def test_a_report_tells_bars_intervals_and_the_learning_curve() -> None:
    analyser = Analyser.without_model()
    verdicts = [Verdict(row, analyser.analyse(row.text)) for row in corpus()[::100]]
    head = Head(name="claim", labels=("false", "true"), start=0, sharpness=1.0, bars={"true": 0.61}, margin=0.03)
    told = report(verdicts, heads=[head], points=[(0.5, verdicts[:90]), (1.0, verdicts)])
    assert "| claim | true | 0.61 | 0.03 |" in told
    assert "| figure, trained on | 50% | 100% |" in told
    found = re.search(r"\| emergency \| \d+ \| \S+ \| \S+ \| (\S+) \| (\S+) to (\S+) \|", told)
    assert found is not None
    f1, low, high = map(float, found.groups())
    assert low < f1 < high
    assert re.search(r"\| emergencies found \| 0\.\d+ \| 0\.\d+ to \d\.\d+ \|", told)


def test_a_curve_shows_more_topics_with_every_point(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    shown: list[set[str]] = []

    def train(rows: Sequence[Row]) -> Model:
        shown.append({row.topic for row in rows})
        return model

    monkeypatch.setattr("nlp.evaluate.train", train)
    rows = corpus()[::100]
    points = curve(rows)
    held = {verdict.row.topic for verdict in points[0][1]}
    assert [share for share, _ in points] == list(CURVE)
    assert shown[0] < shown[1] < shown[2] and held.isdisjoint(shown[2])
    assert held | shown[2] == {row.topic for row in rows}
