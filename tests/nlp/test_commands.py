"""The interfaces that other programs use: JSONL in, JSONL out, and a bad line is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from nlp import artefact
from nlp.__main__ import COMMANDS, main
from nlp.artefact import Model


def _lines(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def model_folder(model: Model, tmp_path: Path) -> Path:
    artefact.save(model, tmp_path / "model")
    return tmp_path / "model"


def test_analyse_answers_each_line_in_order(model_folder: Path) -> None:
    given = '{"id": 1, "text": "着火了", "other": 2}\n\n{"id": "b", "text": "请问几点上班"}\n'
    run = CliRunner().invoke(main, ["analyse", "--model", str(model_folder)], input=given)
    first, second = _lines(run.stdout)
    assert set(first) == {"id", "intent", "need", "urgency", "claim", "claim_score", "reasons"}
    assert (first["id"], first["urgency"], first["need"]) == (1, "emergency", "fire")
    assert (second["id"], second["intent"]) == ("b", "inquiry")


@pytest.mark.parametrize("bad", ["{", '{"id": 1}', '{"id": 1, "text": 5}', "[]", '{"id": null, "text": "x"}'])
def test_a_bad_line_is_named_and_ends_with_status_2(model_folder: Path, bad: str) -> None:
    given = f'{{"id": 1, "text": "好"}}\n{bad}\n'
    run = CliRunner().invoke(main, ["analyse", "--model", str(model_folder)], input=given)
    assert run.exit_code == 2
    assert "line 2" in run.stderr


def test_without_a_model_rules_alone_answer_and_say_so(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["analyse", "--model", str(tmp_path / "none")], input='{"id": 1, "text": "着火了"}')
    assert _lines(run.stdout)[0]["urgency"] == "emergency"
    assert "rules only" in run.stderr


def test_match_and_retrieve_find_known_statements(tmp_path: Path) -> None:
    known = tmp_path / "known.jsonl"
    lines = ['{"id": "k1", "text": "明天全城停水三天"}', '{"id": "k2", "text": "喝白酒杀病毒"}']
    known.write_text("\n".join(lines), encoding="utf-8")
    given = '{"id": 1, "text": "听说明天全市停水三天"}\n{"id": 2, "text": "食堂几点开饭"}\n'
    command = ["match", "--known", str(known), "--model", str(tmp_path / "none")]
    matched = _lines(CliRunner().invoke(main, command, input=given).stdout)
    assert [line["match"] for line in matched] == ["k1", None]
    found = _lines(CliRunner().invoke(main, ["retrieve", "--known", str(known)], input=given).stdout)
    assert found[0]["results"][0]["id"] == "k1"  # type: ignore[index]


def test_benchmark_ends_with_its_figures(tmp_path: Path) -> None:
    taught = tmp_path / "taught.jsonl"
    rows = [{"text": f"停水{n}天了", "label": "水"} for n in range(20)]
    rows += [{"text": f"电梯坏了{n}次", "label": "梯"} for n in range(20)]
    taught.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    run = CliRunner().invoke(main, ["benchmark", "--train", str(taught), "--test", str(taught)])
    result = _lines(run.stdout)[-1]
    assert set(result) == {"n", "accuracy", "macro_f1", "seconds"}
    assert (result["n"], result["accuracy"]) == (40, 1.0)


def test_every_command_exists() -> None:
    for name in COMMANDS:
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_hot_issues_gather_what_is_alike_and_put_the_hottest_first() -> None:
    given = [
        {"id": 1, "text": "3栋停水了", "time": "2026-11-20 08:00:00"},
        {"id": 2, "text": "路灯不亮", "time": "2026/11/20 8:05:00"},
        {"id": 3, "text": "三号楼怎么停水了", "time": "2026-11-20 09:00:00"},
        {"id": 4, "text": "3栋又停水了，什么时候来", "time": "2026-11-20 09:30:00"},
    ]
    run = CliRunner().invoke(main, ["hot-issues"], input="\n".join(json.dumps(line) for line in given))
    hottest, other = _lines(run.stdout)
    assert (hottest["rank"], hottest["ids"], hottest["place"]) == (1, [1, 3, 4], "3栋")
    assert (hottest["first"], hottest["last"]) == ("2026-11-20 08:00:00", "2026-11-20 09:30:00")
    assert other["ids"] == [2]


def test_a_time_that_cannot_be_read_is_named() -> None:
    run = CliRunner().invoke(main, ["hot-issues"], input='{"id": 1, "text": "停水", "time": "昨天"}')
    assert run.exit_code == 2
    assert "昨天" in run.stderr
