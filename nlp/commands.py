"""Commands that read JSONL from standard input and write JSONL to standard output. None imports scikit-learn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from nlp.analysis import Analyser, Analysis

MODEL = Path("var/shipped/model")
BAD_LINE = 2
"""Exit status where a line of input is not what the command reads."""


def records(source: Iterator[str], *, name: str = "stdin") -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSONL source, each with `id` and a string `text`. A bad line ends the program."""
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not isinstance(record["text"], str) or record["id"] is None:
                raise TypeError("text is not a string, or id is null")
        except (KeyError, TypeError, ValueError) as error:
            click.echo(f"{name}, line {number}: {_fault(error)}", err=True)
            sys.exit(BAD_LINE)
        yield record


def _fault(error: Exception) -> str:
    return f"field {error} is missing" if isinstance(error, KeyError) else str(error)


def write(record: dict[str, Any]) -> None:
    """One line of JSON on standard output."""
    click.echo(json.dumps(record, ensure_ascii=False))


def as_record(analysis: Analysis) -> dict[str, Any]:
    """What other programs read of an analysis; where the model abstains, its best guess stands."""
    return {
        "intent": analysis.intent.best,
        "need": analysis.need.best,
        "urgency": analysis.urgency.value,
        "claim": analysis.claim,
        "claim_score": round(analysis.claim_score, 4),
        "reasons": list(analysis.reasons),
    }


@click.command("analyse")
@click.option("--model", type=click.Path(path_type=Path), default=MODEL, show_default=True, help="The model's folder.")
def analyse(model: Path) -> None:
    """Analyse messages: JSONL {"id","text"} in, JSONL with labels out. Without a model: rules only."""
    analyser = Analyser.load(model) if model.exists() else Analyser.without_model()
    if analyser.version is None:
        click.echo(f"no model in {model}: rules only (python -m nlp train makes one)", err=True)
    for record in records(sys.stdin):
        write({"id": record["id"]} | as_record(analyser.analyse(record["text"])))
