"""A wrong key stops the start and is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.settings import Settings, SettingsError, from_mapping, load

EXAMPLE = Path("config.example.toml")
WEB = {"secret_key": "k" * 32}
OFFICIAL = {"app_id": "wx1", "app_secret": "s", "token": "tok123", "mode": "plain"}


def test_the_example_loads_as_it_stands() -> None:
    settings = load(EXAMPLE, {})
    assert settings.wechat.official is not None
    assert settings.simulator.enabled is False


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "web"),
        ({"web": {}}, "web.secret_key"),
        ({"web": {"secret_key": "short"}}, "web.secret_key"),
        ({"web": {**WEB, "prot": 1}}, "web.prot"),
        ({"web": {**WEB, "port": "8000"}}, "web.port"),
        ({"web": {**WEB, "port": 70000}}, "web.port"),
        ({"web": {**WEB, "public_url": "example.com"}}, "web.public_url"),
        ({"web": WEB, "wechta": {}}, "wechta"),
        ({"web": WEB, "wechat": {"official": {**OFFICIAL, "token": ""}}}, "wechat.official.token"),
        (
            {"web": WEB, "wechat": {"official": {"app_id": "wx1", "token": "tok"}}},
            "wechat.official.app_secret",
        ),
        ({"web": WEB, "wechat": {"official": {**OFFICIAL, "app_secret": ""}}}, "wechat.official.app_secret"),
        (
            {"web": WEB, "wechat": {"official": {**OFFICIAL, "mode": "safe"}}},
            "wechat.official.encoding_aes_key",
        ),
        ({"web": WEB, "wechat": {"official": {**OFFICIAL, "mode": "open"}}}, "wechat.official.mode"),
        (
            {"web": WEB, "wechat": {"official": {**OFFICIAL, "api_base_url": "https://a.example/cgi-bin"}}},
            "wechat.official.api_base_url",
        ),
    ],
)
def test_what_is_wrong_is_named_in_one_line(data: dict[str, Any], key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_mapping(data)
    text = str(caught.value)
    assert key in text
    assert "\n" not in text


def test_the_environment_overrides_the_file_and_creates_sections(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[web]\nsecret_key = "{"k" * 32}"\nport = 1\n', encoding="utf-8")
    environ = {
        "LINSHAO_WEB__PORT": "9000",
        "LINSHAO_SIMULATOR__ENABLED": "true",
        "LINSHAO_WECHAT__OFFICIAL__APP_ID": "12345",
        "LINSHAO_WECHAT__OFFICIAL__APP_SECRET": "67890",
        "LINSHAO_WECHAT__OFFICIAL__TOKEN": "00123",
        "LINSHAO_WECHAT__OFFICIAL__MODE": "plain",
        "LINSHAO_CONFIG": "elsewhere",
    }
    settings = load(file, environ)
    assert settings.web.port == 9000
    assert settings.simulator.enabled is True
    assert settings.wechat.official is not None
    assert settings.wechat.official.token == "00123"


def test_an_unknown_key_in_the_environment_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[web]\nsecret_key = "{"k" * 32}"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"web\.prot"):
        load(file, {"LINSHAO_WEB__PROT": "1"})


def test_a_missing_file_and_broken_toml_say_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"config\.example\.toml"):
        load(tmp_path / "config.toml", {})
    (tmp_path / "bad.toml").write_text("[web\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="TOML"):
        load(tmp_path / "bad.toml", {})


def _keys(struct: Any, section: str = "") -> set[tuple[str, str]]:
    found = set()
    for one in msgspec.structs.fields(struct):
        inner = [t for t in (one.type, *getattr(one.type, "__args__", ())) if _is_section(t)]
        name = f"{section}.{one.name}".lstrip(".")
        found |= _keys(inner[0], name) if inner else {(section, one.name)}
    return found


def _is_section(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, msgspec.Struct)


def test_every_key_stands_in_the_example_with_a_comment_above() -> None:
    # A section that is off stands there with a "#" right before each key.
    text = re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    data = tomllib.loads(text)
    for section, key in _keys(Settings):
        table = data
        for name in section.split("."):
            table = table[name]
        assert key in table, f"{section}.{key} is not in {EXAMPLE}"
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"\w+ = ", line):
            above = [one for one in lines[max(0, number - 4) : number] if one.startswith("#")]
            assert above, f"{line!r} has no comment above it"
