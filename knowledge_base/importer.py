"""Articles from files: all of them or none, and every complaint names its file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from knowledge_base.article import LEAST_VARIANTS, Article, ArticleError, clashes, parse, problems
from knowledge_base.catalogue import read_catalogue


def article_files(paths: Iterable[Path]) -> list[Path]:
    """The Markdown files among `paths`, folders searched through, sorted by slug. README.md is no article."""
    files = {file for path in paths for file in (path.rglob("*.md") if path.is_dir() else (path,))}
    return sorted((file for file in files if file.name != "README.md"), key=lambda file: (file.stem, file))


def load_articles(folder: Path) -> list[Article]:
    """All articles in `folder` and its subfolders, sorted by slug.

    Raises ArticleError (file, line, column) for the first that cannot be read, that is not named as its
    slug, that stands on another shelf than its category's, or whose slug is taken.
    """
    articles = [read_article(file) for file in article_files((folder,))]
    slugs = [article.slug for article in articles]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise ArticleError("two files have this slug", name=f"{slug}.md")
    return articles


def read_article(file: Path) -> Article:
    """One article, whose slug is the file's name and whose category is the folder's. Raises ArticleError."""
    try:
        article = parse(file.read_text("utf-8"), name=str(file))
    except UnicodeDecodeError as error:
        raise ArticleError(f"not UTF-8: {error.reason}", name=str(file)) from None
    if article.slug != file.stem:
        raise ArticleError(f"slug “{article.slug}” is not the file's name", name=str(file))
    if article.category != file.parent.name:
        raise ArticleError(f"category “{article.category}” is not the folder's name", name=str(file))
    return article


def survey(files: Sequence[Path], *, least_variants: int = LEAST_VARIANTS) -> list[str]:
    """Every complaint about `files`, one sentence each, beginning with the file; empty if all are fit."""
    complaints: list[str] = []
    articles: dict[str, tuple[Path, Article]] = {}
    known = read_catalogue().slugs
    for file in files:
        try:
            article = read_article(file)
        except ArticleError as error:
            complaints.append(str(error))
            continue
        articles[article.slug] = (file, article)
        found = problems(article, known_slugs=known.keys(), least_variants=least_variants)
        if known.get(article.slug, article.category) != article.category:
            found.append(f"the catalogue keeps {article.slug} in {known[article.slug]}")
        complaints += [f"{file}: {problem}" for problem in found]
    found_between = clashes(article for _, article in articles.values())
    return complaints + [f"{articles[slug][0]}: {problem}" for slug, problem in found_between]
