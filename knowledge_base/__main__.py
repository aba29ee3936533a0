"""`python -m knowledge_base check | build | search | evaluate`."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from pathlib import Path

import click

from knowledge_base.article import LEAST_VARIANTS
from knowledge_base.catalogue import ARTICLES
from knowledge_base.importer import article_files, load_articles, survey
from knowledge_base.search import Snapshot

SHIPPED = Path("var/shipped")


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
@click.option("--articles", default=ARTICLES, type=click.Path(exists=True, path_type=Path), help="Folder of Markdown.")
@click.option("--out", default=SHIPPED, show_default=True, type=click.Path(path_type=Path), help="Folder to write to.")
def build(articles: Path, out: Path) -> None:
    """Build the snapshot of a folder of articles, named by its hash; `knowledge.sqlite` beside it is a copy."""
    index = importlib.import_module("knowledge_base.index")  # loads scikit-learn, which the other commands do without
    path = index.build(load_articles(articles), folder=out, out_of_scope=index.read_out_of_scope())
    shutil.copyfile(path, out / "knowledge.sqlite.new")
    (out / "knowledge.sqlite.new").replace(out / "knowledge.sqlite")
    click.echo(path)


@cli.command()
@click.option("--snapshot", default=SHIPPED / "knowledge.sqlite", show_default=True, type=click.Path(path_type=Path))
def search(snapshot: Path) -> None:
    """Read JSONL {"id","text"}; write JSONL {"id","answered","results":[{"slug","score"}]}, best first."""
    knowledge = Snapshot.open(snapshot)
    for line in sys.stdin:
        if not line.strip():
            continue
        question = json.loads(line)
        hits = knowledge.search(question["text"])
        results = [{"slug": hit.slug, "score": hit.score} for hit in hits]
        answered = bool(hits) and hits[0].score >= knowledge.bars.outright
        click.echo(json.dumps({"id": question["id"], "answered": answered, "results": results}, ensure_ascii=False))


if __name__ == "__main__":
    cli(prog_name="python -m knowledge_base")
