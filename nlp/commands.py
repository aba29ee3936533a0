"""Commands that read JSONL from standard input and write JSONL to standard output. None imports scikit-learn."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from nlp import artefact
from nlp.analysis import Analyser, Analysis
from nlp.claim_matching import Matcher
from nlp.classify import Reader
from nlp.hot_issues import Voice, issues
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


def _known(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as source:
        return [(str(record["id"]), record["text"]) for record in records(source, name=str(path))]


KNOWN = click.option("--known", type=click.Path(exists=True, path_type=Path), required=True, help="JSONL {id, text}.")


@click.command("match")
@KNOWN
@click.option("--model", type=click.Path(path_type=Path), default=MODEL, show_default=True, help="The model's folder.")
def match(known: Path, model: Path) -> None:
    """Which known statement does each message repeat? JSONL {"id","text"} in, {"id","match","score","reasons"} out."""
    matcher = Matcher(_known(known), Reader(artefact.load(model)) if model.exists() else None)
    for record in records(sys.stdin):
        found = matcher.nearest(record["text"])
        write(
            {
                "id": record["id"],
                "match": found.id if found and found.same else None,
                "score": round(found.chance, 4) if found else 0.0,
                "reasons": list(found.against) if found else [],
            }
        )


@click.command("retrieve")
@KNOWN
def retrieve(known: Path) -> None:
    """The five known texts most like each message. JSONL {"id","text"} in, {"id","results"} out."""
    texts = Known(_known(known))
    for record in records(sys.stdin):
        found = texts.rank(record["text"])
        write({"id": record["id"], "results": [{"id": match.id, "score": round(match.score, 4)} for match in found]})


TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")


def _time(record: dict[str, Any]) -> datetime | None:
    """The time of a record, as other programs write it. Raises ValueError."""
    if not record.get("time"):
        return None
    for form in TIMES:
        try:
            return datetime.strptime(record["time"], form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError(f"time {record['time']!r} is neither 2026-11-20 08:00:00 nor 2026/11/20 8:00:00")


def _voice(record: dict[str, Any]) -> Voice:
    place = record.get("place") or None
    return Voice(id=record["id"], text=record["text"], time=_time(record), place=place)


@click.command("hot-issues")
def hot_issues() -> None:
    """What many write about, hottest first: JSONL {"id","text","time"?,"place"?} in, an issue a line out."""
    try:
        voices = [_voice(record) for record in records(sys.stdin)]
    except ValueError as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_LINE)
    for rank, issue in enumerate(issues(voices), start=1):
        write(
            {
                "rank": rank,
                "ids": list(issue.ids),
                "title": issue.title,
                "heat": round(issue.heat, 4),
                "first": issue.first.strftime(TIMES[0]) if issue.first else None,
                "last": issue.last.strftime(TIMES[0]) if issue.last else None,
                "place": issue.place,
            }
        )
