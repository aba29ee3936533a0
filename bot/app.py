"""The web application: every face on one Flask app."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Blueprint, Flask

from bot import console, demo, logs
from bot import settings as settings_module
from bot.clock import utc_now
from bot.console import ConsoleDesk
from bot.serve import CONFIG
from bot.stories.file_correction_notice import FileCorrectionNotice
from bot.web import corrections, notices, ops, public, security, simulator, webhook
from bot.web.published_articles import PublishedLibrary
from bot.web.published_notices import PublishedNotices
from bot.web.town import SimulatedTown
from bot.wiring import House, build
from community.rumours.correction import Correction
from community.rumours.correction_desk import published


def from_environment() -> Flask:
    """The app of a web process: settings from the file that LINSHAO_CONFIG names. What gunicorn calls."""
    settings = settings_module.load(Path(os.environ[CONFIG]), os.environ)
    logs.configure(form=settings.log.format, level=settings.log.level)
    house = build(settings)
    house.keep_current()
    return create_app(house)


def create_app(house: House) -> Flask:
    """All faces that the settings switch on."""
    app = Flask(__name__, static_folder=None)
    security.protect(app)
    app.register_blueprint(ops.blueprint(house.checks()))
    app.register_blueprint(_public_pages(house))
    app.register_blueprint(_notices(house))
    app.register_blueprint(corrections.blueprint(lambda: _published(house), community=lambda: _community(house)))
    if house.official is not None:
        app.register_blueprint(
            webhook.blueprint(house.official, house.pipeline.answer, clock=utc_now, count=house.count_callback)
        )
    console.install(app, _console_desk(house))
    if house.settings.simulator.enabled:
        app.register_blueprint(simulator.blueprint(_town(house), clock=utc_now))
    return app


def _community(house: House) -> str:
    return house.shelf().facts.get("community_name") or "本社区"


def _public_pages(house: House) -> Blueprint:
    return public.blueprint(
        PublishedLibrary(house.shelf),
        community=_community(house),
        public_url=house.settings.web.public_url,
        clock=utc_now,
    )


def _notices(house: House) -> Blueprint:
    settings = house.settings
    return notices.blueprint(
        PublishedNotices(house.engine, branch=settings.community.area),
        community=lambda: _community(house),
        public_url=settings.web.public_url,
        clock=utc_now,
    )


def _published(house: House) -> list[tuple[str, Correction]]:
    with house.engine.connect().execution_options(read_only=True) as conn:
        return published(conn, house.settings.community.area)


def _console_desk(house: House) -> ConsoleDesk:
    settings = house.settings
    file_notice = FileCorrectionNotice(
        settings.community.area, house.carrying.directory, settings.web.public_url.rstrip("/")
    )
    return ConsoleDesk(
        engine=house.engine,
        clock=utc_now,
        secret_key=settings.web.secret_key,
        public_url=settings.web.public_url,
        area=settings.community.area,
        community=lambda: _community(house),
        articles=lambda: house.shelf().answers.articles(),  # noqa: PLW0108 - the shelf swaps its answers
        unreadable=lambda: house.shelf.unreadable is not None,
        file_notice=lambda conn, pushed: file_notice(conn, pushed, now=utc_now()),
        directory=house.carrying.directory,
        means=lambda: house.carrying.means,
        refused_model=lambda: house.shelf.refused,
    )


def _town(house: House) -> SimulatedTown:
    def again() -> None:
        with house.engine.begin() as conn:
            demo.replant(conn, now=utc_now())

    return SimulatedTown(
        house.engine,
        house.pipeline.answer,
        app=demo.APP,
        branch=demo.BRANCH,
        community=lambda: _community(house),
        again=again,
    )
