"""`python -m knowledge_base`: what other programs use."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from knowledge_base.__main__ import cli
from tests.knowledge_base.shelf import write


def test_search_reads_and_writes_a_json_object_a_line(snapshot_file: Path) -> None:
    lines = [{"id": "1", "text": "困在电梯里了", "more": 0}, {"id": 2, "text": "红烧肉怎么做"}]
    given = "\n".join(json.dumps(line) for line in lines) + "\n\n"
    result = CliRunner().invoke(cli, ["search", "--snapshot", str(snapshot_file)], input=given)
    assert result.exit_code == 0
    first, second = [json.loads(line) for line in result.output.splitlines()]
    assert first["id"] == "1"
    assert first["results"][0]["slug"] == "elevator-trapped"
    assert isinstance(first["answered"], bool)
    assert second["id"] == 2
    assert second["answered"] is False
    assert len(second["results"]) <= 5


def test_check_fails_and_says_why(tmp_path: Path) -> None:
    file = write(tmp_path)
    result = CliRunner().invoke(cli, ["check", str(file)])
    assert result.exit_code == 1
    assert "2 variants, at least 80 needed" in result.output
    assert "1 articles, 2 problems" in result.output
