"""Does a message repeat one of the known statements, in whatever words?

Likeness alone does not say: a drill announced, a denial, another city or last year's flood share more words with a
rumour than somebody who tells it in words of their own. So a few clues are weighed by a small trained model: how much
of the statement the message covers, whether it is *told* at all (by what the message adds to the statement and what it
leaves out: a linear model that learned from near misses), whether it reads as a claim, and whether who, where, when or
how many contradict. There are two bars: from the first on staff are shown the statement, from the second on the asker
is answered at once.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.classify import Reader, distinct, shown
from nlp.conflicts import conflicts
from nlp.emergency import look
from nlp.features import extract
from nlp.normalise import normalise
from nlp.similarity import Known, Weights, core, covered, likenesses, synonyms, views

TOLD, CLAIM = "told", "claim"
"""The clues of the two models: is the statement passed on (or asked about) rather than denied, announced, remembered;
does the message read as a claim?"""

NOT_TOLD = "像是通知、辟谣、亲历或往事，不像在传"
LIKENESS = "likeness"
"""The likeness by which the nearest statement was found; it decides where there is no model."""

ALIKE = ("characters", "things", "covers", "lead")
"""The clues of likeness."""

_EDGE = 0.005
_LOOKED_AT = 8  # of the differences that speak against
_CAUTIOUS = (0.3, 0.45)
"""The bars of likeness alone."""


@dataclass(frozen=True)
class Repeats:
    """The known statement that a message comes nearest to, the chance 0..1 that it repeats it, and what speaks against.

    `bars` are those of the model: (worth a look, sure enough).
    """

    id: str
    chance: float
    against: tuple[str, ...]
    bars: tuple[float, float]

    @property
    def perhaps(self) -> bool:
        """True where a person should look at the two side by side."""
        return self.chance >= self.bars[0]

    @property
    def same(self) -> bool:
        """True where the message counts as a repetition."""
        return self.chance >= self.bars[1]


AGAINST = {
    "place": "说的是别的楼或别的门",
    "number": "数目不一样",
    "day": "日子不一样",
    "negated": "一个说有，一个说没有",
    "denied": "这是在辟谣",
    "drill": "这是演练",
    "opposite": "说的正相反",
    "swapped": "换了一样东西",
}
"""The clues that are contradictions (`nlp.conflicts`), as staff are told of them."""


def candidate(known: Known, text: str) -> tuple[int, dict[str, float]] | None:
    """The number of the statement nearest to a normalised text, and their clues; None where nothing is shared."""
    nearest = known.nearest(text)
    if not nearest:
        return None
    number, score = nearest[0]
    lead = score - nearest[1][1] if len(nearest) > 1 else score
    against = conflicts(core(text), core(known.texts[number]))
    return number, _clues(views(text), known, number, lead=lead) | {LIKENESS: score} | against


def _clues(asked: tuple[Weights, ...], known: Known, number: int, *, lead: float) -> dict[str, float]:
    """How alike a message and the statement of that number are, and how much of the statement the message covers.

    `lead` is how far the statement's likeness is above the next one's.
    """
    statement = views(known.texts[number])
    characters, _, _, things = likenesses(asked, statement, known.rare)
    return {"characters": characters, "things": things, "covers": covered(statement, asked), "lead": lead}


def differing(text: str, statement: str) -> set[str]:
    """What a normalised text has and the statement has not ("+…"), and the other way round ("-…"), in features."""
    mine, yours = _features(text), _features(statement)
    return {f"+{one}" for one in mine - yours} | {f"-{one}" for one in yours - mine}


@functools.lru_cache(maxsize=4096)
def _features(text: str) -> frozenset[str]:
    things = (f"={thing}" for thing in synonyms().things(text))
    return frozenset((*extract(text, danger=None), *things))


def claim_clue(reader: Reader, text: str) -> float:
    """The log odds that a normalised text is a claim at all."""
    danger = look(text)
    return log_odds(reader.read(text, danger=danger.kind if danger else None).chance("claim", "true"))


def _not_told(features: Iterable[str]) -> str:
    """What staff read where the message only speaks of the same thing, with the words that say so."""
    words = distinct(shown(feature[1:]) for feature in features if feature.startswith("+"))
    return f"{NOT_TOLD}（{'、'.join(words)}）" if words else NOT_TOLD


def log_odds(chance: float) -> float:
    """ln(p / (1 - p)), for chances a hair away from 0 and 1."""
    chance = min(1 - _EDGE, max(_EDGE, chance))
    return math.log(chance) - math.log1p(-chance)


class Matcher:
    """Known statements, and a model that judges which of them a message repeats. Safe for many threads.

    Without a model (or with one that learned from no rumours) likeness alone decides, by cautious bars.
    """

    def __init__(self, known: Iterable[tuple[str, str]], reader: Reader | None) -> None:
        self._known = Known(known)
        self._reader = reader if reader is not None and reader.judge is not None else None

    def nearest(self, text: str) -> Repeats | None:
        """The statement that `text` most likely repeats, however unlikely; None where nothing is shared with any."""
        text = normalise(text)
        found = candidate(self._known, text)
        if found is None:
            return None
        number, clues = found
        against = tuple(words for name, words in AGAINST.items() if clues[name])
        if self._reader is None:
            likeness = clues[LIKENESS]
            return Repeats(self._known.ids[number], likeness / 2 if against else likeness, against, _CAUTIOUS)
        judge = self._reader.judge
        assert judge is not None
        other = differing(text, self._known.texts[number])
        clues |= {TOLD: judge.differences.score(other), CLAIM: claim_clue(self._reader, text)}
        if clues[TOLD] < 0:
            against += (_not_told(judge.differences.against(other, most=_LOOKED_AT)),)
        return Repeats(self._known.ids[number], judge.chance(clues), against, (judge.suggest, judge.answer))
