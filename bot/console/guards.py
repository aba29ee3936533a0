"""Who may ask for what: every address of the whole program is named here with its guard, or a test fails.

A page module lists its `Route`s; `register` is the only way a page gets an address, and it puts the guard
in front. What other faces serve is declared in `ELSEWHERE`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from community.staff.account import Account, Role


class Door(StrEnum):
    """What stands before an address."""

    PUBLIC = "public"  # anybody; nothing there that not everybody may read
    LOOPBACK = "loopback"  # this machine's own browser only
    WECHAT_SIGNATURE = "wechat signature"  # the bytes have to bear the platform's signature
    OPERATIONS = "operations"  # counts and states without a person in them; the proxy keeps the world out
    STAFF = "staff"  # somebody signed in, with one of the guard's roles


@dataclass(frozen=True)
class Guard:
    """A door, and for staff the roles one of which opens it; none named means everybody signed in."""

    door: Door
    roles: frozenset[Role] = frozenset()

    def opens_for(self, account: Account) -> bool:
        """True if somebody signed in may pass."""
        return account.active and (not self.roles or account.may(*self.roles))


ANYBODY = Guard(Door.PUBLIC)
SIGNED_IN = Guard(Door.STAFF)
WORKERS = Guard(Door.STAFF, frozenset({Role.STAFF, Role.DUTY}))  # they work on needs
CHECKERS = Guard(Door.STAFF, frozenset({Role.STAFF}))  # they check rumours, write notices
READERS = Guard(Door.STAFF, frozenset({Role.STAFF, Role.DUTY, Role.APPROVER}))  # they correct and confirm labels
DECLARERS = Guard(Door.STAFF, frozenset({Role.APPROVER, Role.ADMIN}))  # they declare an emergency
APPROVERS = Guard(Door.STAFF, frozenset({Role.APPROVER}))
KEEPERS = Guard(Door.STAFF, frozenset({Role.DUTY, Role.ADMIN}))  # they bring accusations to the police
ADMINS = Guard(Door.STAFF, frozenset({Role.ADMIN}))

# What the other faces serve, by blueprint; they put the guard in front themselves, and tests knock at each.
ELSEWHERE: Mapping[str, Guard] = {
    "ops": Guard(Door.OPERATIONS),
    "public": ANYBODY,
    "corrections": ANYBODY,
    "notices": ANYBODY,
    "official_account": Guard(Door.WECHAT_SIGNATURE),
    "simulator": Guard(Door.LOOPBACK),
}

# What a stranger needs to become somebody: the page that asks, its answer, its style.
DOORSTEP = frozenset({"sign-in", "sign-in-check", "static"})

# A view takes the `Visit` and the address's own parts; it is handed to `register`, never to Flask directly.
View = Callable[..., Any]


@dataclass(frozen=True)
class Route:
    """One address under /console: its rule, what answers, who may, and how."""

    rule: str
    view: View
    guard: Guard
    methods: tuple[str, ...] = ("GET",)

    @property
    def name(self) -> str:
        """The endpoint: `needs.detail`, for a view `detail` of the page module `needs`."""
        return f"{self.view.__module__.rpartition('.')[2]}-{self.view.__name__}"


def guard_of(endpoint: str, routes: Collection[Route]) -> Guard | None:
    """The guard declared for an endpoint of the whole program; None if nobody declared one."""
    blueprint, _, name = endpoint.rpartition(".")
    if blueprint == "console":
        found = [route.guard for route in routes if route.name == name]
        return found[0] if found else (ANYBODY if name in DOORSTEP else None)
    return ELSEWHERE.get(blueprint)
