"""The demo community: a made-up estate of four grids, ten buildings and sixty residents, for the simulator.

Every name is invented. Nothing here is used outside the demo.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.stories.erase_resident import erase_resident
from broadcasts import desk as broadcasts
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.needs import desk as needs
from community.residents import desk as residents
from community.rumours import desk as rumours
from community.staff import desk as staff
from community.staff.account import Role
from knowledge_base import desk as knowledge

BRANCH = "jh.ls"  # 锦河街道 > 邻水社区
CHANNEL, APP = "simulator", "simulator"

FACTS = {
    "community_name": "邻水社区",
    "duty_phone": "028-0000-0110",
    "duty_hours": "08:30-20:00",
    "office_address": "锦河路 8 号 1 号楼一层",
    "office_hours": "工作日 9:00-17:30",
    "grid_worker": "看单元门口的网格公示牌",
    "property_phone": "028-0000-0220",
    "shelter": "锦河小学操场",
    "clinic": "锦河社区卫生服务中心",
    "hospital": "市第三人民医院急诊",
    "aed_place": "居委会门口、小区东门岗亭",
    "lift_rescue": "96333",
    "gas_phone": "028-0000-0330",
    "water_phone": "028-0000-0440",
    "volunteer_point": "居委会一楼服务台",
}

STAFF = (
    ("liumin", "刘敏", (Role.STAFF, Role.DUTY)),
    ("chenfang", "陈芳", (Role.APPROVER, Role.DUTY, Role.ADMIN)),
)

_BUILDINGS = {"g1": (1, 2, 3), "g2": (4, 5, 6), "g3": (7, 8), "g4": (9, 10)}
_UNITS = 2
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = (
    *("桂芳", "建国", "秀英", "志强", "丽华", "明", "敏", "玉兰", "海涛", "小梅"),
    *("永福", "婷", "国栋", "淑珍", "磊", "春燕", "德顺", "雪", "凤琴", "浩"),
)
_NOTES = ("独居老人", "家长", "租户", "", "志愿者", "轮椅出行", "", "孕期", "店主", "")


def write_config(path: Path, *, port: int) -> None:
    """A config.toml for the demo with fresh secrets, unless one stands already."""
    if path.exists():
        return
    alphabet = string.ascii_letters + string.digits
    key = "".join(secrets.choice(alphabet) for _ in range(42)) + "A"  # 43 characters of base64, 32 bytes
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "# Made by `make run`: the demo. For a real community copy config.example.toml instead.\n"
        f'[web]\nport = {port}\npublic_url = "http://127.0.0.1:{port}"\n'
        f'secret_key = "{secrets.token_hex(32)}"\n\n'
        '[database]\nurl = "sqlite:///var/demo.db"\n\n'
        f'[community]\narea = "{BRANCH}"\n\n'
        "[simulator]\nenabled = true\n\n"
        f'[wechat.official]\napp_id = "wxdemo"\napp_secret = "demo"\ntoken = "{secrets.token_hex(8)}"\n'
        f'encoding_aes_key = "{key}"\nmode = "compatible"\n\n'
        '[log]\nformat = "console"\nlevel = "warning"\n',
        encoding="utf-8",
    )
    path.chmod(0o600)


def plant(conn: sa.Connection, *, now: datetime) -> None:
    """Areas, facts and residents. Twice does no harm: what stands is left alone."""
    areas.plant(conn, _tree())
    if not knowledge.facts(conn, BRANCH):
        for name, value in FACTS.items():
            knowledge.set_fact(conn, area_code=BRANCH, name=name, value=value, by="demo", now=now)
    if not residents.of_channel(conn, CHANNEL, BRANCH):
        for number, (code, room, name, note) in enumerate(_people(), 1):
            _settle(conn, f"resident-{number:02d}", code=code, room=room, name=name, note=note, now=now)


def employ(conn: sa.Connection, file: Path, *, now: datetime) -> list[str]:
    """Two people for the console, with fresh passwords kept in `file` beside the demo's config.

    Returns a line for each: login, password, name and roles.
    """
    if not file.exists():
        lines = []
        for login, name, roles in STAFF:
            password = secrets.token_urlsafe(9)
            staff.add(
                conn,
                login=login,
                name=name,
                password=password,
                roles=roles,
                area_code=BRANCH,
                actor="demo",
                now=now,
            )
            lines.append(f"{login} / {password}（{name}，{'、'.join(role.chinese for role in roles)}）")
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        file.chmod(0o600)
    return file.read_text(encoding="utf-8").splitlines()


def replant(conn: sa.Connection, *, now: datetime) -> None:
    """The story begins again: everybody is erased, and moves in anew."""
    for resident in residents.of_channel(conn, CHANNEL, BRANCH):
        erase_resident(conn, resident.id)
    broadcasts.clear(conn, BRANCH)
    needs.clear(conn, BRANCH)
    rumours.clear(conn, BRANCH)
    plant(conn, now=now)


def _settle(
    conn: sa.Connection, openid: str, *, code: str, room: str, name: str, note: str, now: datetime
) -> None:
    """One resident of the simulator at their place."""
    resident = residents.meet(conn, channel=CHANNEL, app=APP, openid=openid, now=now)
    residents.settle(conn, resident.id, area_code=code, room=room)
    residents.introduce(conn, resident.id, name=name, tags=(note,) if note else ())


def _tree() -> Iterator[Area]:
    yield Area("jh", Level.SUBDISTRICT, "锦河街道")
    yield Area(BRANCH, Level.COMMUNITY, "邻水社区")
    for grid, buildings in _BUILDINGS.items():
        yield Area(f"{BRANCH}.{grid}", Level.GRID, f"第{grid[1]}网格", grid[1])
        for building in buildings:
            code = f"{BRANCH}.{grid}.b{building}"
            yield Area(code, Level.BUILDING, f"{building}号楼", str(building))
            for unit in range(1, _UNITS + 1):
                yield Area(f"{code}.u{unit}", Level.UNIT, f"{unit}单元", str(unit))


def _people() -> Iterator[tuple[str, str, str, str]]:
    """(unit's code, flat, name, note): three people in each unit, two of them in one flat unless they live alone."""
    units = [
        f"{BRANCH}.{grid}.b{building}.u{unit}"
        for grid, buildings in _BUILDINGS.items()
        for building in buildings
        for unit in range(1, _UNITS + 1)
    ]
    for number in range(3 * len(units)):
        name = _SURNAMES[number * 7 % len(_SURNAMES)] + _GIVEN[number * 3 % len(_GIVEN)]
        note = _NOTES[number % len(_NOTES)]
        floor = number // len(units) + 1
        room = f"{floor if note == '独居老人' else min(floor, 2)}01"
        yield units[number % len(units)], room, name, note
