"""What many write about: messages gathered into issues, the hottest first.

A message joins the issue whose centre it resembles most, if it does so enough; else it begins one. Heat counts messages
and lets them cool: one of a day ago counts half of one written now. Nobody is counted, only messages.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nlp.normalise import normalise
from nlp.places import find
from nlp.similarity import Vector, vector

JOINS = 0.3
"""The cosine with an issue's centre from which a message belongs to it."""

HALF_LIFE = timedelta(days=1)
_TITLE = 40


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One message: when it was written and which place it is about, where that is known."""

    id: str
    text: str
    time: datetime | None = None
    place: str | None = None


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What several messages are about. `title` is the message nearest to all; `heat` is 1.0 for each fresh message."""

    ids: tuple[str, ...]
    title: str
    heat: float
    first: datetime | None
    last: datetime | None
    place: str | None


@dataclass
class _Group:
    """Messages gathered so far, with the sum of their vectors."""

    members: list[int] = field(default_factory=list)
    centre: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, number: int, weights: Vector) -> None:
        self.members.append(number)
        for feature, weight in weights.items():
            self.centre[feature] += weight

    def likeness(self, weights: Vector) -> float:
        """The cosine between the centre and a vector of length 1."""
        length = math.sqrt(sum(weight * weight for weight in self.centre.values()))
        return sum(weight * self.centre.get(feature, 0.0) for feature, weight in weights.items()) / length


def issues(voices: Sequence[Voice]) -> list[Issue]:
    """The issues in `voices`, the hottest first; each message is in exactly one."""
    weights = _rare_counts_more([vector(normalise(voice.text)) for voice in voices])
    now = max((voice.time for voice in voices if voice.time), default=None)
    found = [_issue(group, voices, weights, now) for group in _gather(weights)]
    return sorted(found, key=lambda issue: -issue.heat)


def _rare_counts_more(vectors: Sequence[Vector]) -> list[Vector]:
    """The vectors weighed by how few messages have each feature; of length 1 again."""
    holders = Counter(feature for weights in vectors for feature in weights)
    rarity = {feature: math.log(1 + len(vectors) / count) for feature, count in holders.items()}
    return [_unit({feature: weight * rarity[feature] for feature, weight in weights.items()}) for weights in vectors]


def _unit(weights: Mapping[str, float]) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {feature: weight / length for feature, weight in weights.items()}


def _gather(vectors: Sequence[Vector]) -> list[_Group]:
    groups: list[_Group] = []
    having: defaultdict[str, set[int]] = defaultdict(set)
    for number, weights in enumerate(vectors):
        strongest = sorted(weights, key=lambda feature: -weights[feature])[:8]
        near = {place for feature in strongest for place in having[feature]}
        likeness, home = max(((groups[place].likeness(weights), place) for place in near), default=(0.0, -1))
        if likeness < JOINS:
            home = len(groups)
            groups.append(_Group())
        groups[home].add(number, weights)
        for feature in strongest:
            having[feature].add(home)
    return groups


def _issue(group: _Group, voices: Sequence[Voice], weights: Sequence[Vector], now: datetime | None) -> Issue:
    members = [voices[number] for number in group.members]
    nearest = max(group.members, key=lambda number: group.likeness(weights[number]))
    times = sorted(voice.time for voice in members if voice.time)
    return Issue(
        ids=tuple(voice.id for voice in members),
        title=voices[nearest].text.strip()[:_TITLE],
        heat=sum(_warmth(voice, now) for voice in members),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        place=_place(members),
    )


def _warmth(voice: Voice, now: datetime | None) -> float:
    if voice.time is None or now is None:
        return 1.0
    return float(0.5 ** ((now - voice.time) / HALF_LIFE))


def _place(members: Sequence[Voice]) -> str | None:
    """The place that at least half of the messages name; None where there is none."""
    named = Counter(place for voice in members if (place := voice.place or _told(voice.text)))
    if not named:
        return None
    place, count = named.most_common(1)[0]
    return place if 2 * count >= len(members) else None


def _told(text: str) -> str | None:
    building = next((place.building for place in find(normalise(text)) if place.building), None)
    return f"{building}栋" if building else None
