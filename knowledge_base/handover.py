"""What is handed to the process that builds a snapshot, and back: files in a folder. Never imports scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from knowledge_base.article import Article
from knowledge_base.revision import Missed
from knowledge_base.version_desk import Built, Job

CURRENT, ORDER, RESULT = "current.sqlite", "order.json", "result.json"


@dataclass(frozen=True)
class Order:
    """`changes`: slug to the article that takes its place, None where it is withdrawn; none at all builds anew."""

    changes: dict[str, Article | None]


@dataclass(frozen=True)
class Outcome:
    """The name of the file that was made, and the questions that it must not be published with."""

    name: str
    missed: tuple[Missed, ...]


def write_order(folder: Path, job: Job) -> None:
    """Lay out in `folder` what is to be built."""
    (folder / CURRENT).write_bytes(job.content)
    changes = {one.slug: one.article() for one in job.revisions}
    (folder / ORDER).write_bytes(msgspec.json.encode(Order(changes)))


def read_result(folder: Path) -> Built:
    """What was built there. Raises FileNotFoundError where the building broke off."""
    outcome = msgspec.json.decode((folder / RESULT).read_bytes(), type=Outcome)
    return Built((folder / outcome.name).read_bytes(), outcome.missed)
