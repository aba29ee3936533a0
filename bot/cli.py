"""`python -m bot …`: what an operator types. Every message is for the person at the box, so in Chinese."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import sqlalchemy as sa
from alembic.util import CommandError

from bot import demo, logs
from bot import serve as supervisor
from bot import settings as settings_module
from bot.clock import utc_now
from bot.settings import Settings, SettingsError
from bot.storage.engine import open_engine
from bot.storage.migrate import migrate as bring_up_to_date
from bot.wiring import build
from bot.wiring.shelf import adopt_shipped
from bot.worker import run as run_worker
from community.areas import desk as areas
from community.areas import importer
from community.staff import desk as staff
from community.staff.account import BadLogin, Role, WeakPassword
from knowledge_base import desk as knowledge
from knowledge_base.facts import FACTS

_config = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=Path("config.toml"),
    show_default=True,
    help="配置文件",
)


@click.group(help="邻哨：社区的微信助手。各命令用 --help 看说明。")
def main() -> None:
    """The command line."""


@main.command(help="启动：网页、微信回调和后台任务，一起开一起停。先自动更新数据库。")
@_config
def serve(path: Path) -> None:
    """Migrate, then run everything in the foreground."""
    settings = _load(path)
    _prepare(settings)
    sys.exit(supervisor.serve(settings, path))


@main.command(help="只启动后台任务（serve 会自己启动它；多台机器时用）。")
@_config
def worker(path: Path) -> None:
    """Run one worker in the foreground."""
    run_worker(build(_load(path)))


@main.command(help="更新数据库结构，并收下随软件带来的知识库。")
@_config
def migrate(path: Path) -> None:
    """Bring the database up to date."""
    revision = _prepare(_load(path))
    click.echo(f"数据库已是最新（{revision}）。")


@main.command(help="社区一次性采用随软件带来的全部知识文章；采用前它们都标“通用指引”。")
@click.option("--by", required=True, help="谁代表居委会作的决定（姓名和职务）")
@_config
def adopt(path: Path, by: str) -> None:
    """The committee's one act."""
    settings = _load(path)
    _prepare(settings)
    with open_engine(settings.database.url).begin() as conn:
        knowledge.adopt(conn, by=by, now=utc_now())
    click.echo("已采用。居民看到的答案不再标“通用指引”。")


@main.group(help="本社区的十五项本地信息（值班电话、避难场所……），填进知识文章和回复。")
def facts() -> None:
    """Local facts."""


@facts.command("list", help="看现在填了什么。")
@_config
def list_facts(path: Path) -> None:
    """Print every fact, filled or not."""
    settings = _load(path)
    _prepare(settings)
    with open_engine(settings.database.url).connect() as conn:
        filled = knowledge.facts(conn, settings.community.area)
    for name, label in FACTS.items():
        click.echo(f"{name:16} {label}：{filled.get(name) or '（没填）'}")


@facts.command("set", help="填一项，例如：facts set duty_phone 028-12345678 --by 张主任")
@click.argument("name", type=click.Choice(list(FACTS)))
@click.argument("value")
@click.option("--by", required=True, help="谁填的")
@_config
def set_fact(path: Path, name: str, value: str, by: str) -> None:
    """Fill in one fact."""
    settings = _load(path)
    _prepare(settings)
    try:
        with open_engine(settings.database.url).begin() as conn:
            knowledge.set_fact(conn, area_code=settings.community.area, name=name, value=value, by=by, now=utc_now())
    except knowledge.FactTooLong:
        _stop(f"{FACTS[name]}：最多四十个字，写在一行里")
    click.echo(f"{FACTS[name]}：{value}")


@main.command("areas", help="从 CSV（code,level,name,number）导入街道、社区、网格、楼栋、单元。错一处就都不导入。")
@click.argument("file", type=click.Path(path_type=Path))
@_config
def import_areas(path: Path, file: Path) -> None:
    """Import the area tree."""
    settings = _load(path)
    try:
        tree = importer.read(file)
    except importer.BadFile as error:
        _stop(str(error))
    _prepare(settings)
    with open_engine(settings.database.url).begin() as conn:
        new = areas.plant(conn, tree)
    click.echo(f"读到 {len(tree)} 处，新增 {new} 处。")


@main.group(help="工作人员的账号。")
def account() -> None:
    """Staff accounts."""


@account.command("add", help="开一个账号，例如：account add liumin --name 刘敏 --role staff --role duty")
@click.argument("login")
@click.option("--name", required=True, help="姓名，居民会看到“值班的××已接手”")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([str(role) for role in Role]), help="可以写几次"
)
@click.option("--area", default="", help="能看到哪一枝（区域编码），不写就是整个社区")
@click.password_option(help="口令，至少十个字符；不写在命令里就会问", prompt="口令", confirmation_prompt="再输一次")
@_config
def add_account(*, path: Path, login: str, name: str, roles: tuple[str, ...], area: str, password: str) -> None:
    """Open an account for a member of staff."""
    settings = _load(path)
    _prepare(settings)
    try:
        with open_engine(settings.database.url).begin() as conn:
            staff.add(
                conn,
                login=login,
                name=name,
                password=password,
                roles={Role(role) for role in roles},
                area_code=area or settings.community.area,
                actor="operator",
                now=utc_now(),
            )
    except BadLogin:
        _stop("登录名只用小写字母、数字、点、横线，2 到 32 个字符")
    except WeakPassword:
        _stop("口令太弱：至少十个字符，不能含登录名，不能只是几个字符重复")
    except staff.LoginTaken:
        _stop(f"登录名 {login} 已经有人用了")
    click.echo(f"已开账号 {login}（{name}）。")


@main.command("demo", help="准备演示：配置、数据库和一个虚构的社区（make run 用它）。")
@click.option("--port", default=8000, show_default=True, help="网页端口")
@click.option("--config", "path", type=click.Path(path_type=Path), default=Path("var/demo.toml"), show_default=True)
def prepare_demo(path: Path, port: int) -> None:
    """Config, database and community of the demo."""
    demo.write_config(path, port=port)
    settings = _load(path)
    _prepare(settings)
    with open_engine(settings.database.url).begin() as conn:
        demo.plant(conn, now=utc_now())
        signs_in = demo.employ(conn, path.with_suffix(".accounts"), now=utc_now())
    base = f"http://{settings.web.host}:{settings.web.port}"
    click.echo(f"模拟微信：{base}/simulator\n知识文章：{base}/public/\n微信回调：{base}/wechat/official")
    click.echo(f"工作台：{base}/console\n两个账号：" + "；".join(signs_in))


def _load(path: Path) -> Settings:
    try:
        settings = settings_module.load(path, os.environ)
    except SettingsError as error:
        _stop(str(error))
    logs.configure(form=settings.log.format, level=settings.log.level)
    return settings


def _prepare(settings: Settings) -> str:
    """Schema and shipped knowledge, both idempotent."""
    engine = open_engine(settings.database.url)
    try:
        revision = bring_up_to_date(engine)
        adopt_shipped(engine, settings, now=utc_now())
    except sa.exc.OperationalError as error:
        _stop(f"database.url：连不上数据库（{type(error.orig).__name__}），请检查地址和数据库是否开着")
    except CommandError:
        _stop("database.url：数据库是更新的版本建的，请换回那个版本的程序，或恢复升级前的备份")
    except FileNotFoundError as error:
        _stop(f"paths.shipped：没有 {error.filename}，请先运行 make setup")
    finally:
        engine.dispose()
    return revision


def _stop(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(2)
