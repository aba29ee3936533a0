"""Emergency mode: declared with a reason, for a branch of the tree, and over when somebody says how it ended."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.tables import Stale
from community.incidents import desk as incidents
from community.incidents import ledger
from community.incidents.incident import AlreadyOver, Incident, Unsaid, end
from tests.instants import T0, T


def declared(conn: sa.Connection, area_code: str = "c.g1", actor: str = "a") -> Incident:
    return incidents.declare(conn, area_code=area_code, why=" 河水上岸 ", actor=actor, now=T0)


def test_it_covers_its_area_and_all_below_and_nothing_beside(conn: sa.Connection) -> None:
    incident = declared(conn)
    assert incident.why == "河水上岸"
    assert incidents.covering(conn, "c.g1") == incident
    assert incidents.covering(conn, "c.g1.b3") == incident
    assert incidents.covering(conn, "c") is None
    assert incidents.covering(conn, "c.g10") is None


def test_a_second_declaration_finds_the_first(conn: sa.Connection) -> None:
    first = declared(conn)
    assert incidents.declare(conn, area_code="c.g1.b3", why="x", actor="b", now=T(60)) == first


def test_it_ends_once_with_an_outcome(conn: sa.Connection) -> None:
    incident = declared(conn)
    with pytest.raises(Unsaid):
        incidents.end(conn, incident.id, actor="b", outcome=" ", now=T(60))
    over = incidents.end(conn, incident.id, actor="b", outcome="水退了", now=T(60))
    assert over is not None
    assert (over.over_by, over.over_at, over.outcome) == ("b", T(60), "水退了")
    assert incidents.covering(conn, "c.g1") is None
    with pytest.raises(AlreadyOver):
        incidents.end(conn, incident.id, actor="b", outcome="又退了", now=T(120))
    assert incidents.end(conn, "nobody", actor="b", outcome="x", now=T(60)) is None
    assert [one.number for one in incidents.listing(conn, "c")] == [incident.number]


def test_whoever_ends_it_second_is_told(conn: sa.Connection) -> None:
    incident = declared(conn)
    after = end(incident, actor="b", outcome="水退了", now=T(60))
    ledger.end(conn, after)
    with pytest.raises(Stale):
        ledger.end(conn, after)


def test_a_reason_is_needed_and_the_declarer_gains_nothing(conn: sa.Connection) -> None:
    with pytest.raises(Unsaid):
        incidents.declare(conn, area_code="c", why="  ", actor="a", now=T0)
    incident = declared(conn)
    assert not incident.speeds_up("a")
    assert incident.speeds_up("b")
    assert not end(incident, actor="b", outcome="完", now=T(60)).speeds_up("b")
