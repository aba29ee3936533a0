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
    known.write_text('{"id": "k1", "text": "明天全城停水三天"}\n{"id": "k2", "text": "喝白酒杀病毒"}\n', encoding="utf-8")
    given = '{"id": 1, "text": "听说明天全市停水三天"}\n{"id": 2, "text": "食堂几点开饭"}\n'
    matched = _lines(CliRunner().invoke(main, ["match", "--known", str(known)], input=given).stdout)
    assert [line["match"] for line in matched] == ["k1", None]
    found = _lines(CliRunner().invoke(main, ["retrieve", "--known", str(known)], input=given).stdout)
    assert found[0]["results"][0]["id"] == "k1"  # type: ignore[index]


def test_benchmark_ends_with_its_figures(tmp_path: Path) -> None:
    taught = tmp_path / "taught.jsonl"
    rows = [{"text": f"停水{n}天了", "label": "水"} for n in range(20)] + [{"text": f"电梯坏了{n}次", "label": "梯"} for n in range(20)]
    taught.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    run = CliRunner().invoke(main, ["benchmark", "--train", str(taught), "--test", str(taught)])
    result = _lines(run.stdout)[-1]
    assert set(result) == {"n", "accuracy", "macro_f1", "seconds"}
    assert (result["n"], result["accuracy"]) == (40, 1.0)


def test_every_command_exists() -> None:
    for name in COMMANDS:
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0
