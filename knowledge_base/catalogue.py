"""The shipped catalogue: which slugs exist, and on which shelf they stand (`catalogue.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.article import Category

FOLDER = Path(__file__).parent
ARTICLES = FOLDER / "articles"


@dataclass(frozen=True)
class Catalogue:
    """`slugs`: slug to category, in the catalogue's order. `labels`: each category's name for residents."""

    slugs: dict[str, Category]
    labels: dict[Category, str]


def read_catalogue(path: Path = FOLDER / "catalogue.toml") -> Catalogue:
    """Read the catalogue file. Raises ValueError if it names an unknown category."""
    shelves = {Category(name): shelf for name, shelf in tomllib.loads(path.read_text("utf-8")).items()}
    slugs = {slug: category for category, shelf in shelves.items() for slug in shelf["slugs"]}
    return Catalogue(slugs=slugs, labels={category: shelf["label"] for category, shelf in shelves.items()})
