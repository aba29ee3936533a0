"""Is somebody in danger now? Rules only: no model, no network, no database, nothing to load.

A rule (`rules.toml`) is a pattern that tells of danger as something that happens. A frame (`frames.FRAMES`) is what
turns such words into something else: denied, past, elsewhere, imagined, asked about, rehearsed, joked. A frame silences
only the danger that it is about, so that "不是演练,真着火了" and "上次是误报,这次真冒烟了" are heard.

Patterns are sure, or hints: words that people use in danger and, not quite as often, of something else. A hint counts
where a model sees danger too, or where there is no model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.emergency.frames import Scene, frames
from nlp.emergency.kinds import BY_NEED, KINDS
from nlp.emergency.rules import Telling, table
from nlp.normalise import normalise

_BREAK = re.compile(r"[,.!?;。、~…\s]")


@dataclass(frozen=True)
class Emergency:
    """Danger that a message tells of.

    `kind` is a key of `kinds.KINDS`, or "suspected" where only a model saw it; `slug` the article with the first
    steps, `call` the numbers to call, the first first, `reasons` the words that spoke for it. `sure` is False where
    only hints were heard.
    """

    kind: str
    slug: str
    call: tuple[str, ...]
    reasons: tuple[str, ...]
    sure: bool = True


def check(text: str) -> Emergency | None:
    """The danger that `text` tells of as present, or None. Takes any text and never raises."""
    return look(normalise(text))


def look(text: str) -> Emergency | None:
    """As `check`, for a text that is normalised already."""
    heard: dict[str, tuple[Telling, str]] = {}
    for telling in table().possible(text):
        known = heard.get(telling.rule.name)
        better = known is None or (telling.sure and not known[0].sure)
        if better and (words := _hear(telling, text)) is not None:
            heard[telling.rule.name] = (telling, words)
    return _emergency(list(heard.values())) if heard else None


def get_ready() -> None:
    """Read and compile all rules and frames now, so that the first message does not wait for it."""
    table()
    frames()


def suspected(reasons: tuple[str, ...], *, need: str | None) -> Emergency:
    """Danger that no rule heard and a model suspects: the numbers follow the need that it saw (a `taxonomy.Need`)."""
    kind = KINDS[BY_NEED.get(need or "", "unspecified")]
    return Emergency(kind="suspected", slug=kind.slug, call=kind.call, reasons=reasons)


def _hear(telling: Telling, text: str) -> str | None:
    """The words in which `telling` finds danger that nothing silences, or None."""
    rule = telling.rule
    for match in telling.pattern.finditer(text):
        if rule.never is not None and rule.never.search(text):
            return None
        scene = _scene(match, text)
        if rule.unless is not None and rule.unless.search(scene.around):
            continue
        if not any(frame.silences(scene) for frame in frames() if frame.name not in rule.immune):
            return match.group()
    return None


def _scene(match: re.Match[str], text: str) -> Scene:
    """The match with the clause around it; a text without punctuation is one clause."""
    start = max((found.end() for found in _BREAK.finditer(text, 0, match.start())), default=0)
    stop = _BREAK.search(text, match.end())
    return Scene(
        text=text,
        start=match.start(),
        end=match.end(),
        clause_start=start,
        clause_end=stop.start() if stop else len(text),
    )


def _emergency(heard: list[tuple[Telling, str]]) -> Emergency:
    """One answer for all that was heard: kind and article of the first that is sure, everybody's numbers and words."""
    first = next((telling.rule for telling, _ in heard if telling.sure), heard[0][0].rule)
    kind = KINDS[first.kind]
    numbers = dict.fromkeys((*kind.call, *(number for telling, _ in heard for number in KINDS[telling.rule.kind].call)))
    return Emergency(
        kind=kind.name,
        slug=first.slug or kind.slug,
        call=tuple(numbers),
        reasons=tuple(dict.fromkeys(words for _, words in heard)),
        sure=any(telling.sure for telling, _ in heard),
    )
