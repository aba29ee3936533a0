"""The measures of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.evaluate import NOTES, macro, notes, scores

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
