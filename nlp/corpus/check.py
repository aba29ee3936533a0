"""`python -m nlp check-corpus`: bad lines, forbidden combinations, duplicates, and a table of balance."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

import click
import numpy as np
from rapidfuzz import fuzz, process

from nlp.corpus import Row, problems, scan

TOO_SIMILAR = 85.0
"""Per cent of rapidfuzz' ratio from which two messages count as one written twice."""

_CHUNK = 512
_NOT_WORDS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """The text without punctuation, spaces and emoji, in lower case: what two copies share."""
    return _NOT_WORDS.sub("", text).lower()


def duplicates(rows: Sequence[Row]) -> list[str]:
    """`file:line: …` for each message that repeats an earlier one, exactly or nearly. 8,000 rows take about 10 s."""
    texts = [bare(row.text) or row.text for row in rows]
    found = []
    for start in range(0, len(texts), _CHUNK):
        scores = process.cdist(
            texts[start : start + _CHUNK],
            texts[: start + _CHUNK],
            scorer=fuzz.ratio,
            score_cutoff=TOO_SIMILAR,
            dtype=np.uint8,
            workers=-1,
        )
        for offset, earlier in np.argwhere(scores).tolist():
            later = start + offset
            if earlier < later:
                found.append(_duplicate(rows[earlier], rows[later], exact=texts[earlier] == texts[later]))
    return found


def _duplicate(earlier: Row, later: Row, *, exact: bool) -> str:
    kind = "the same as" if exact else "nearly the same as"
    return f"{later.place}: {kind} {earlier.place}: {later.text[:30]} / {earlier.text[:30]}"


def _counts(name: str, values: Iterable[str], total: int) -> list[str]:
    lines = [f"\n{name}"]
    for value, count in Counter(values).most_common():
        lines.append(f"  {value:<12} {count:>6} {100 * count / total:5.1f} %")
    return lines


def balance(rows: Sequence[Row]) -> str:
    """A table for people: how many rows each label and topic has, and how long the messages are."""
    total = len(rows)
    if not total:
        return "no rows"
    lengths = sorted(len(row.text) for row in rows)
    topics = Counter(row.topic for row in rows)
    ninety = lengths[int(0.9 * (total - 1))]
    lines = [
        f"{total} messages, {len(topics)} topics",
        f"length: shortest {lengths[0]}, median {median(lengths):.0f}, 90 % {ninety}, longest {lengths[-1]}",
    ]
    lines += _counts("intent", (row.intent for row in rows), total)
    lines += _counts("need", (row.need or "—" for row in rows), total)
    lines += _counts("urgency", (row.urgency for row in rows), total)
    lines += _counts("harm of claims", (row.harm for row in rows if row.harm), total)
    lines.append("\ntopics: " + " ".join(f"{topic}×{count}" for topic, count in topics.most_common()))
    return "\n".join(lines)


@click.command("check-corpus")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(paths: tuple[Path, ...]) -> None:
    """Check labelled messages (default: the shipped corpus). Exit status 1 where something is wrong."""
    rows, faults = scan(paths)
    faults += problems(rows) + duplicates(rows)
    for fault in faults:
        click.echo(fault)
    click.echo(balance(rows))
    if faults:
        click.echo(f"\n{len(faults)} problems", err=True)
        sys.exit(1)
