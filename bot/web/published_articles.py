"""The public pages' library: the articles of the snapshot in use, with the community's facts filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.stories.current import Current
from bot.web.public import PublicArticle, PublicSource
from knowledge_base.article import Article
from knowledge_base.facts import fill


class PublishedLibrary:
    """Implements the public pages' Library on what answers right now."""

    def __init__(self, current: Callable[[], Current]) -> None:
        self._current = current

    def article(self, slug: str) -> PublicArticle | None:
        """The article of that slug, None if there is none."""
        current = self._current()
        article = current.answers.article(slug)
        return _public(article, current) if article else None

    def articles(self) -> Sequence[PublicArticle]:
        """All articles of the snapshot."""
        current = self._current()
        return [_public(article, current) for article in current.answers.articles()]


def _public(article: Article, current: Current) -> PublicArticle:
    return PublicArticle(
        slug=article.slug,
        title=article.title,
        category=article.category,
        body=fill(article.body, current.facts),
        call=tuple(fill(number, current.facts) for number in article.call),
        sources=tuple(PublicSource(one.publisher, one.title, one.date) for one in article.sources),
        reviewed_on=article.reviewed_on,
        valid_until=article.valid_until,
        first_aid=article.first_aid,
        adopted=current.adopted,
    )
