"""The corpus is what the taxonomy allows, and what is wrong in it is named by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from nlp.corpus import BadCorpus, problems, read, scan
from nlp.corpus.check import command, duplicates
from tests.corpus import corpus

GOOD = {
    "text": "停水了",
    "intent": "report",
    "need": "utilities",
    "urgency": "routine",
    "claim": False,
    "topic": "停水",
}


def _file(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_the_shipped_corpus_is_sound() -> None:
    rows = corpus()
    assert problems(rows) == []
    assert len({row.topic for row in rows}) >= 80


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"intent": "hel"}, "hel"),
        ({"need": None}, "without a need"),
        ({"claim": True}, "claim without harm"),
        ({"harm": "life"}, "harm without a claim"),
        ({"intent": "chat", "need": None, "urgency": "emergency"}, "emergency without a need"),
        ({"extra": 1}, "unknown field extra"),
        ({"text": " "}, "text is empty"),
        ({"claim": "yes"}, "claim is neither"),
    ],
)
def test_what_the_taxonomy_forbids_is_named_by_line(tmp_path: Path, change: dict[str, object], said: str) -> None:
    rows, faults = scan([_file(tmp_path / "a.jsonl", GOOD, GOOD | change)])
    found = faults + problems(rows)
    assert any(fault.startswith("a.jsonl:2") and said in fault for fault in found)


def test_bad_json_stops_reading_and_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadCorpus, match=r"a\.jsonl:2"):
        read([_file(tmp_path / "a.jsonl", GOOD, "{bad")])


def test_copies_are_found_though_signs_differ(tmp_path: Path) -> None:
    rows = read([_file(tmp_path / "a.jsonl", GOOD, GOOD | {"text": "停水了！！"}, GOOD | {"text": "路灯坏了"})])
    assert len(duplicates(rows)) == 1


def test_the_command_fails_on_a_bad_corpus_and_shows_the_balance(tmp_path: Path) -> None:
    run = CliRunner().invoke(command, [str(_file(tmp_path / "a.jsonl", GOOD, GOOD | {"intent": "x"}))])
    assert run.exit_code == 1
    assert "a.jsonl:2" in run.output
    assert "utilities" in run.output
