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

    @property
    def everybody_there(self) -> bool:
        """True if nobody is picked out: that such a notice was sent says nothing about anybody."""
        return not self.tags and not self.roles


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
    room: str = ""  # the flat's number, as far as they told it

    @property
    def household(self) -> tuple[str, str]:
        """Who live behind one door: the same flat of the same house. Whoever has not told theirs stands alone."""
        return (self.area_code, self.room) if self.room else ("", self.resident_id)


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


BEST_FIRST = tuple(Route)
AT_ONCE = (Route.PUSH, Route.TEMPLATE)


@dataclass(frozen=True)
class Count:
    """How many are reached by which route, as people and as households: a household by its best member's."""

    by_route: Mapping[Route, int]  # people
    households_by_route: Mapping[Route, int]

    @property
    def people(self) -> int:
        """Everybody."""
        return sum(self.by_route.values())

    @property
    def households(self) -> int:
        """All doors behind which somebody is known; who has not told their flat counts as one."""
        return sum(self.households_by_route.values())

    @property
    def unreached(self) -> int:
        """Households none of whose members is reached at once: somebody has to knock."""
        return self.households - sum(self.households_by_route.get(one, 0) for one in AT_ONCE)


@dataclass(frozen=True)
class PlaceReach(Count):
    """The count of one building; one where nobody is known is a round of doors too."""

    area_code: str

    @property
    def for_the_door(self) -> bool:
        """True if a household here, or everybody, is not reached at once."""
        return self.people == 0 or self.unreached > 0


@dataclass(frozen=True)
class Reach(Count):
    """The preview that the author and the approver see."""

    places: tuple[PlaceReach, ...]  # by area code
    flats_known: bool  # everybody has told their flat: then every household is a real door

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
    living: dict[str, list[tuple[Recipient, Route]]] = {code: [] for code in buildings}
    known = frozenset(buildings)
    for one in recipients:
        living.setdefault(_building(one.area_code, known), []).append((one, route(one, means, now=now)))
    places = tuple(PlaceReach(*_counted(people), code) for code, people in sorted(living.items()))
    everybody = [one for people in living.values() for one in people]
    return Reach(*_counted(everybody), places, flats_known=all(one.room for one in recipients))


def _counted(people: Sequence[tuple[Recipient, Route]]) -> tuple[dict[Route, int], dict[Route, int]]:
    """People by route, and households by the best route to any of their members."""
    best: dict[tuple[str, str], Route] = {}
    for one, by in people:
        best[one.household] = min(by, best.get(one.household, by), key=BEST_FIRST.index)
    return dict(Counter(by for _, by in people)), dict(Counter(best.values()))


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
