"""The shipped corpus, read once for all tests of a process."""

from __future__ import annotations

import functools

from nlp.corpus import Row, read


@functools.cache
def corpus() -> tuple[Row, ...]:
    """All its messages, in order."""
    return tuple(read())
