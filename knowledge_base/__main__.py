"""`python -m knowledge_base check | build | draft | search | evaluate`."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.parent import leave_with_parent
from knowledge_base.article import LEAST_VARIANTS
from knowledge_base.catalogue import ARTICLES
from knowledge_base.importer import article_files, load_articles, survey
from knowledge_base.search import Snapshot
from nlp import segment

SHIPPED = Path("var/shipped")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PLACE = click.Path(path_type=Path)


@click.group()
def cli() -> None:
    """The knowledge base: check articles, build a snapshot, search it, measure it."""


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--variants", default=LEAST_VARIANTS, show_default=True, help="Least number of variants.")
def check(paths: tuple[Path, ...], variants: int) -> None:
    """Say what is wrong with the articles in PATHS (files or folders; all shipped ones if none)."""
    files = article_files(paths or (ARTICLES,))
    complaints = survey(files, least_variants=variants)
    for complaint in complaints:
        click.echo(complaint)
    click.echo(f"{len(files)} articles, {len(complaints)} problems")
    if complaints:
        raise SystemExit(1)


@cli.command()
@click.option("--articles", default=ARTICLES, type=_FOLDER, help="Folder of Markdown.")
@click.option("--out", default=SHIPPED, show_default=True, type=_PLACE, help="Folder to write to.")
def build(articles: Path, out: Path) -> None:
    """Build the snapshot of a folder of articles, named by its hash; `knowledge.sqlite` is a copy of it."""
    index = _training_module("index")
    path = index.build(load_articles(articles), folder=out, out_of_scope=index.read_out_of_scope())
    fresh = out / "knowledge.sqlite.new"
    shutil.copyfile(path, fresh)
    fresh.replace(out / "knowledge.sqlite")
    click.echo(path)


@cli.command()
@click.argument("folder", type=_FOLDER)
@click.option("--cache", type=_PLACE, help="Folder of jieba's cache.")
def draft(folder: Path, cache: Path | None) -> None:
    """What the worker starts to make the next snapshot: FOLDER holds the one in use and the changes (`drafting`).

    Ends with the process that started it, and gives way to those who answer.
    """
    leave_with_parent(lambda: os._exit(1))
    os.nice(10)
    if cache is not None:
        segment.use_cache(cache)
    _training_module("drafting").make(folder)


@cli.command()
@click.option("--snapshot", default=SHIPPED / "knowledge.sqlite", show_default=True, type=_PLACE)
def search(snapshot: Path) -> None:
    """Read JSONL {"id","text"}; write JSONL {"id","answered","results":[{"slug","score"}]}, best first."""
    knowledge = Snapshot.open(snapshot)
    for line in filter(str.strip, sys.stdin):
        question = json.loads(line)
        hits = knowledge.search(question["text"])
        results = [{"slug": hit.slug, "score": hit.score} for hit in hits]
        answered = hits[0].score >= knowledge.bars.outright
        click.echo(json.dumps({"id": question["id"], "answered": answered, "results": results}))


@cli.command()
@click.option("--articles", default=ARTICLES, type=_FOLDER, help="Folder of Markdown.")
@click.option("--misled", default=20, show_default=True, help="How many misled questions to print.")
def evaluate(articles: Path, misled: int) -> None:
    """Measure by cross-validation: on sentences, held out whole, and out-of-scope messages."""
    messages = _training_module("index").read_out_of_scope()
    result = _training_module("evaluate").evaluate(load_articles(articles), messages)
    click.echo("found first, the ten worst articles:")
    for slug, share in sorted(result.first.items(), key=lambda item: item[1])[:10]:
        click.echo(f"  {share:.2f} {slug}")
    click.echo("mixed up most often:")
    for right, other, times in result.mixed_up[:15]:
        click.echo(f"  {times} {right} -> {other}")
    click.echo("told another article outright, surest first:")
    for text, right, other in result.misled[:misled]:
        click.echo(f"  {text} ({right or 'none'} -> {other})")
    click.echo(json.dumps({"bars": asdict(result.bars), **asdict(result.figures)}))


def _training_module(name: str) -> Any:
    """A module that loads scikit-learn, which the other commands do without: 0.6 s and 113 MB."""
    return importlib.import_module(f"knowledge_base.{name}")


if __name__ == "__main__":
    cli(prog_name="python -m knowledge_base")
