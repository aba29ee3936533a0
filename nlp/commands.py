"""Commands that read JSONL from standard input and write JSONL to standard output. None imports scikit-learn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from nlp.analysis import Analyser, Analysis
from nlp.similarity import Known

MODEL = Path("var/shipped/model")
BAD_LINE = 2
"""Exit status where a line of input is not what the command reads."""


def records(
    source: Iterable[str], *, name: str = "stdin", needs: tuple[str, ...] = ("id", "text")
) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSONL source, each with the fields `needs`. A bad line ends the program with status 2."""
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if any(record[field] is None for field in needs) or not isinstance(record["text"], str):
                raise TypeError("a field is null, or text is not a string")
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


def _known(path: Path) -> Known:
    with path.open(encoding="utf-8") as source:
        return Known((str(record["id"]), record["text"]) for record in records(source, name=str(path)))


KNOWN = click.option("--known", type=click.Path(exists=True, path_type=Path), required=True, help="JSONL {id, text}.")


@click.command("match")
@KNOWN
def match(known: Path) -> None:
    """Which known statement does each message repeat? JSONL {"id","text"} in, {"id","match","score"} out."""
    texts = _known(known)
    for record in records(sys.stdin):
        nearest = texts.rank(record["text"], limit=1)
        found = texts.match(record["text"])
        score = nearest[0].score if nearest else 0.0
        write({"id": record["id"], "match": found.id if found else None, "score": round(score, 4)})


@click.command("retrieve")
@KNOWN
def retrieve(known: Path) -> None:
    """The five known texts most like each message. JSONL {"id","text"} in, {"id","results"} out."""
    texts = _known(known)
    for record in records(sys.stdin):
        found = texts.rank(record["text"])
        write({"id": record["id"], "results": [{"id": match.id, "score": round(match.score, 4)} for match in found]})
