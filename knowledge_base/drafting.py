"""The next snapshot, made in a process of its own from a folder with the one in use and what was approved.

Build time only: `make` is what `python -m knowledge_base draft` runs; `handover` says what stands in the folder.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from knowledge_base import index, publishing
from knowledge_base.handover import CURRENT, ORDER, RESULT, Order, Outcome
from knowledge_base.publishing import Draft
from knowledge_base.search import Snapshot, articles_of


def make(folder: Path) -> None:
    """Build what `folder` asks for, ask it every variant, and leave the file and what was missed there.

    An order without changes builds the same articles anew: the snapshot in use is of an older format then, and no
    question is held against it. Raises TooFewQuestions, WrongFormat.
    """
    order = msgspec.json.decode((folder / ORDER).read_bytes(), type=Order)
    out_of_scope = index.read_out_of_scope()
    if not order.changes:
        path = index.build(articles_of(folder / CURRENT), folder=folder, out_of_scope=out_of_scope)
        made = Draft(path, missed=())
    else:
        current = Snapshot.open(folder / CURRENT)
        shelf = {**current.articles, **order.changes}
        articles = [one for one in shelf.values() if one is not None]
        made = publishing.draft(articles, folder=folder, out_of_scope=out_of_scope, current=current)
    (folder / RESULT).write_bytes(msgspec.json.encode(Outcome(made.path.name, made.missed)))
