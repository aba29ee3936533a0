"""Nouns of the audience: who is meant, in staff's own words, and by which route each would be reached."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from bot.tables import lies_in

WINDOW = timedelta(hours=48)  # PLATFORM: customer-service messages, counted from the user's last message
MOST_RANGE = 500


class NotUnderstood(ValueError):
    """The words name no buildings; the text is the part that was not understood."""


class NoSuchBuilding(ValueError):
    """No building bears that number here; the text is the number."""


class AmbiguousBuilding(ValueError):
    """More than one building bears that number: it has to be picked by its grid."""


@dataclass(frozen=True)
class Audience:
    """Everybody who lives in one of the areas and, where tags or roles are given, bears one of them.

    `areas` are codes of the tree; everybody is the branch's own code.
    """

    areas: tuple[str, ...]
    tags: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()  # e.g. "volunteer"; what they mean is the resolver's business


@dataclass(frozen=True)
class Recipient:
    """Somebody whom a notice is meant for, as resolved at approval."""

    resident_id: str
    channel: str
    app: str
    openid: str
    area_code: str
    notices: bool  # False after 退订
    wrote_at: datetime | None = None  # their last message, as far as it is known


# Hands in the residents' room. Everybody once.
ResidentsOf = Callable[[sa.Connection, Audience], list[Recipient]]


class Route(StrEnum):
    """How somebody would be reached."""

    PUSH = "push"  # at once, into the chat
    TEMPLATE = "template"  # at once, as a service notice
    PASSIVE = "passive"  # with the answer to their next message: nobody knows when
    NONE = "none"  # does not want notices: only a knock on the door


@dataclass(frozen=True)
class Means:
    """What one channel can do. `window` None: a push arrives whenever it is sent."""

    push: bool
    template: bool
    window: timedelta | None = WINDOW


PASSIVE_ONLY = Means(push=False, template=False)


@dataclass(frozen=True)
class PlaceReach:
    """How many people of one building are reached by which route; none known is a door too."""

    area_code: str
    people: int
    by_route: Mapping[Route, int]

    @property
    def for_the_door(self) -> bool:
        """True if somebody here, or everybody, is not reached at once."""
        at_once = self.by_route.get(Route.PUSH, 0) + self.by_route.get(Route.TEMPLATE, 0)
        return self.people == 0 or at_once < self.people


@dataclass(frozen=True)
class Reach:
    """The preview that the author and the approver see."""

    people: int
    by_route: Mapping[Route, int]
    places: tuple[PlaceReach, ...]  # by area code

    @property
    def doors(self) -> tuple[PlaceReach, ...]:
        """Where somebody has to go."""
        return tuple(place for place in self.places if place.for_the_door)


def outside(audience: Audience, branch: str) -> tuple[str, ...]:
    """The areas that are not of the staff's branch: they may not be addressed."""
    return tuple(code for code in audience.areas if not lies_in(code, branch))


def route(recipient: Recipient, means: Mapping[str, Means], *, now: datetime) -> Route:
    """The best route to one person. `means` by channel; a channel that is not there can only answer."""
    can = means.get(recipient.channel, PASSIVE_ONLY)
    if not recipient.notices:
        return Route.NONE
    if can.push and (can.window is None or _within(recipient.wrote_at, can.window, now)):
        return Route.PUSH
    return Route.TEMPLATE if can.template else Route.PASSIVE


def preview(
    recipients: Sequence[Recipient], *, means: Mapping[str, Means], buildings: Sequence[str], now: datetime
) -> Reach:
    """How many are reached by which route, in all and by building.

    `buildings` are the codes of every building addressed, so that one where nobody is known shows too.
    Whoever lives in none of them counts under their own area code.
    """
    places: dict[str, Counter[Route]] = {code: Counter() for code in buildings}
    known = frozenset(buildings)
    for one in recipients:
        place = _building(one.area_code, known)
        places.setdefault(place, Counter())[route(one, means, now=now)] += 1
    total: Counter[Route] = sum(places.values(), Counter())
    told = (PlaceReach(code, sum(count.values()), dict(count)) for code, count in sorted(places.items()))
    return Reach(people=len(recipients), by_route=dict(total), places=tuple(told))


def parse_buildings(words: str, buildings: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Codes of the buildings meant by "3-27号楼、30栋".

    `buildings` maps a number ("3", "A2") to the codes that bear it. A range takes what stands between its
    ends. Raises NotUnderstood, NoSuchBuilding, AmbiguousBuilding.
    """
    codes: dict[str, None] = {}
    for part in filter(None, _SEPARATOR.split(unicodedata.normalize("NFKC", words).strip())):
        for number in _numbers(part, buildings):
            standing = buildings[number]
            if len(standing) > 1:
                raise AmbiguousBuilding(number)
            codes[standing[0]] = None
    if not codes:
        raise NotUnderstood(words)
    return tuple(codes)


_SEPARATOR = re.compile(r"[\s、,;。]+|和|及")
_KIND = r"(?:号楼|号|栋|幢|座|楼)?"
_ONE = re.compile(rf"([0-9]+|[a-z][0-9]*){_KIND}", re.IGNORECASE)
_RANGE = re.compile(rf"([0-9]+){_KIND}(?:-|–|—|~|至|到)([0-9]+){_KIND}")


def _numbers(part: str, buildings: Mapping[str, Sequence[str]]) -> Iterator[str]:
    span = _RANGE.fullmatch(part)
    if span:
        yield from _between(part, int(span[1]), int(span[2]), buildings)
        return
    one = _ONE.fullmatch(part)
    if one is None:
        raise NotUnderstood(part)
    number = str(int(one[1])) if one[1].isdigit() else one[1].upper()
    if not buildings.get(number):
        raise NoSuchBuilding(number)
    yield number


def _between(part: str, first: int, last: int, buildings: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if first > last or last - first > MOST_RANGE:
        raise NotUnderstood(part)
    for end in (first, last):  # a wrong end is a slip of the pen; a gap in between is how estates are
        if not buildings.get(str(end)):
            raise NoSuchBuilding(str(end))
    yield from (str(number) for number in range(first, last + 1) if buildings.get(str(number)))


def _within(moment: datetime | None, window: timedelta, now: datetime) -> bool:
    return moment is not None and now - moment < window


def _building(code: str, buildings: frozenset[str]) -> str:
    """The building that a unit's or a building's code belongs to; the code itself where there is none."""
    above = code
    while above and above not in buildings:
        above = above.rpartition(".")[0]
    return above or code
