"""The labelled messages that the project's models are trained and checked on.

Every line of `messages/*.jsonl` is one message with its labels. `scan` reads and says which lines are not rows,
`problems` says which rows contradict the taxonomy, `read` and `read_lines` refuse what has any bad line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlp.taxonomy import Harm, Intent, Need, Urgency

MESSAGES = Path(__file__).parent / "messages"
FIELDS = frozenset({"text", "intent", "need", "urgency", "claim", "harm", "topic"})
NEEDS_A_NEED = frozenset({Intent.HELP, Intent.COMPLAINT, Intent.REPORT})
NEVER_A_NEED = frozenset({Intent.SUGGESTION, Intent.PRAISE, Intent.OFFER, Intent.SHARING, Intent.CHAT})


class BadCorpus(ValueError):
    """A corpus file holds lines that are not labelled messages; the text names each of them."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One labelled message; `place` is `file:line`, so that a problem can be found."""

    place: str
    text: str
    intent: Intent
    need: Need | None
    urgency: Urgency
    claim: bool
    harm: Harm | None
    topic: str


def files(paths: Iterable[Path] = ()) -> list[Path]:
    """The JSONL files meant by `paths` (files or folders), or the shipped ones; sorted by name."""
    found: list[Path] = []
    for path in list(paths) or [MESSAGES]:
        found.extend(sorted(path.glob("*.jsonl")) if path.is_dir() else [path])
    return found


def _parse(line: str, place: str) -> Row:
    """One line to a Row. Raises ValueError (also for bad JSON and unknown labels), saying what is wrong."""
    data: dict[str, Any] = dict(json.loads(line))
    if unknown := set(data) - FIELDS:
        raise ValueError(f"unknown field {', '.join(sorted(unknown))}")
    if missing := FIELDS - {"harm"} - set(data):
        raise ValueError(f"missing field {', '.join(sorted(missing))}")
    if data["claim"] not in (True, False):
        raise ValueError("claim is neither true nor false")
    for field in ("text", "topic"):
        if not str(data[field] or "").strip():
            raise ValueError(f"{field} is empty")
    return Row(
        place=place,
        text=str(data["text"]),
        intent=Intent(data["intent"]),
        need=None if data["need"] is None else Need(data["need"]),
        urgency=Urgency(data["urgency"]),
        claim=bool(data["claim"]),
        harm=None if data.get("harm") is None else Harm(data["harm"]),
        topic=str(data["topic"]),
    )


def scan(paths: Iterable[Path] = ()) -> tuple[list[Row], list[str]]:
    """All rows of the files meant by `paths`, and `file:line: what is wrong` for each line that is none."""
    rows: list[Row] = []
    faults: list[str] = []
    for path in files(paths):
        ours, wrong = _scan(path.read_text(encoding="utf-8").splitlines(), path.name)
        rows += ours
        faults += wrong
    return rows, faults


def _scan(lines: Iterable[str], name: str) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(_parse(line, f"{name}:{number}"))
        except (TypeError, ValueError) as error:
            faults.append(f"{name}:{number}: {error}")
    return rows, faults


def read_lines(lines: Iterable[str], *, name: str) -> list[Row]:
    """The rows of JSONL that is no file of the corpus. Raises BadCorpus."""
    rows, faults = _scan(lines, name)
    if faults:
        raise BadCorpus("\n".join(faults))
    return rows


def line_of(row: Row) -> str:
    """The row as a line of JSONL, as `read_lines` reads it."""
    fields = {name: value for name, value in asdict(row).items() if name in FIELDS}
    return json.dumps(fields, ensure_ascii=False)


def read(paths: Iterable[Path] = ()) -> list[Row]:
    """All rows of the files meant by `paths`, or of the shipped corpus. Raises BadCorpus."""
    rows, faults = scan(paths)
    if faults:
        raise BadCorpus("\n".join(faults))
    return rows


def _contradictions(row: Row) -> list[str]:
    """What the taxonomy forbids about the labels of one row."""
    found = []
    if row.intent in NEEDS_A_NEED and row.need is None:
        found.append(f"intent {row.intent} without a need")
    if row.urgency is Urgency.EMERGENCY and row.need is None:
        found.append("emergency without a need")
    if row.claim and row.harm is None:
        found.append("claim without harm")
    if row.harm is not None and not row.claim:
        found.append("harm without a claim")
    return found


def problems(rows: Iterable[Row]) -> list[str]:
    """`file:line: what is wrong` for each combination of labels that the taxonomy forbids."""
    return [f"{row.place}: {fault}" for row in rows for fault in _contradictions(row)]
