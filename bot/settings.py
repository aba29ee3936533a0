"""The settings: config.toml and environment variables into one frozen value; a wrong key stops the start.

`[a.b] c = …` in the file may be set by the environment variable `LINSHAO_A__B__C`, which creates the
section where it is absent. A section that is absent is a feature that is off; one that is present
and incomplete stops the start with one line that names the key.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

ENV_PREFIX = "LINSHAO_"

Text = Annotated[str, msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1, le=64)]


class SettingsError(Exception):
    """A setting is unknown, missing or wrong. The text is one line that names the key and the mend."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of config.toml."""


class Web(_Section, frozen=True):
    """Where the pages and the callbacks are served."""

    secret_key: Annotated[str, msgspec.Meta(min_length=32)]
    host: Text = "127.0.0.1"
    port: Port = 8000
    public_url: Text = "http://127.0.0.1:8000"
    processes: Count = 2
    threads: Count = 8


class Database(_Section, frozen=True):
    """Where everything is kept."""

    url: Text = "sqlite:///var/linshao.db"


class Paths(_Section, frozen=True):
    """Folders on this machine. `shipped` holds what `make setup` built, `cache` may be emptied."""

    shipped: Text = "var/shipped"
    cache: Text = "var/cache"


class Community(_Section, frozen=True):
    """Which branch of the area tree this installation serves; its people's facts stand in the database."""

    area: Text = "root"


class OfficialAccount(_Section, frozen=True):
    """公众号: what the account's page 设置与开发 > 基本配置 shows."""

    app_id: Text
    token: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{3,32}$")]
    app_secret: Text
    encoding_aes_key: str = ""
    mode: Literal["plain", "compatible", "safe"] = "safe"
    api_base_url: Text = "https://api.weixin.qq.com"
    verified: bool = False
    template_id: str = ""
    template_fields: dict[str, str] = msgspec.field(default_factory=dict)


class Groups(_Section, frozen=True):
    """群机器人: the webhook addresses of the staff's groups in 企业微信. Each holds its robot's key."""

    duty: str = ""
    operations: str = ""
    volunteers: str = ""
    notices: str = ""


class Sms(_Section, frozen=True):
    """SMS to the staff on duty: one HTTP call to the community's own provider."""

    url: Text
    body: Text
    method: Literal["POST", "PUT", "GET"] = "POST"
    headers: dict[str, str] = msgspec.field(default_factory=dict)


class WeChat(_Section, frozen=True):
    """The channels of WeChat that are switched on."""

    official: OfficialAccount | None = None


class Simulator(_Section, frozen=True):
    """A whole WeChat in the browser, for trying out. Only ever answers to this machine itself."""

    enabled: bool = False


class Log(_Section, frozen=True):
    """What is written to standard error."""

    format: Literal["json", "console"] = "json"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(_Section, frozen=True):
    """Everything that can be set."""

    web: Web
    database: Database = msgspec.field(default_factory=Database)
    paths: Paths = msgspec.field(default_factory=Paths)
    community: Community = msgspec.field(default_factory=Community)
    wechat: WeChat = msgspec.field(default_factory=WeChat)
    groups: Groups = msgspec.field(default_factory=Groups)
    sms: Sms | None = None
    simulator: Simulator = msgspec.field(default_factory=Simulator)
    log: Log = msgspec.field(default_factory=Log)


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read `path` (TOML), lay the environment's values over it, and check everything.

    Raises SettingsError, whose text is one line that names the key.
    """
    return from_mapping(_overridden(_read(path), environ), where=str(path))


def from_mapping(data: Mapping[str, Any], *, where: str = "config") -> Settings:
    """Check settings that are already a nested mapping. Raises SettingsError."""
    try:
        settings = msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}：{_explain(str(error))}") from None
    _check(settings, where)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}：没有这个文件，请复制 config.example.toml 再填写") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}：不是合格的 TOML：{error}") from None


def _overridden(data: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """`data` with every LINSHAO_A__B__C of the environment laid over it."""
    for name in sorted(environ):
        if not name.startswith(ENV_PREFIX) or "__" not in name:
            continue
        *sections, key = name.removeprefix(ENV_PREFIX).lower().split("__")
        table = data
        for section in sections:
            table = table.setdefault(section, {})
            if not isinstance(table, dict):
                raise SettingsError(f"{name}：{section} 在文件里是一个值，不是一节")
        table[key] = _typed(sections, key, environ[name])
    return data


def _typed(sections: list[str], key: str, raw: str) -> Any:
    """The environment knows only text; numbers and true/false follow the setting's own type."""
    struct: Any = Settings
    for name in [*sections, key]:
        fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
        if name not in fields:
            return raw  # the check after this names the unknown key
        struct = fields[name]
        for option in getattr(struct, "__args__", ()):  # `X | None` is X when it is set at all
            if isinstance(option, type) and issubclass(option, msgspec.Struct):
                struct = option
    target = getattr(struct, "__origin__", struct)
    if target is bool and raw.lower() in {"true", "false"}:
        return raw.lower() == "true"
    if target is int and re.fullmatch(r"-?\d+", raw):
        return int(raw)
    return raw


def _explain(message: str) -> str:
    """msgspec's sentence with the whole key in it: `web.prot：不认识的配置项`."""
    found = re.search(r" - at `\$\.?([^`]*)`$", message)
    section = found.group(1) if found else ""
    text = message[: found.start()] if found else message
    key = re.search(r"(?:unknown field|missing required field) `([^`]+)`", text)
    if key:
        name = f"{section}.{key.group(1)}".lstrip(".")
        return f"{name}：{'不认识的配置项' if 'unknown' in text else '必须填写'}"
    return f"{section}：值不对（{text}）"


def _check(settings: Settings, where: str) -> None:
    """The rules that one field's type cannot tell."""
    official = settings.wechat.official
    if urlsplit(settings.web.public_url).scheme not in {"http", "https"}:
        raise SettingsError(f"{where}：web.public_url：要以 http:// 或 https:// 开头")
    if official is not None:
        _check_official(official, where)
    if settings.sms is not None and "{text}" not in settings.sms.body:
        raise SettingsError(f"{where}：sms.body：里面要有 {{text}}，发送时换成短信内容")
    for name, webhook in msgspec.structs.asdict(settings.groups).items():
        if webhook and urlsplit(webhook).scheme not in {"http", "https"}:
            raise SettingsError(f"{where}：groups.{name}：要写机器人的完整网址")


def _check_official(official: OfficialAccount, where: str) -> None:
    if official.template_id and not official.template_fields:
        raise SettingsError(f"{where}：wechat.official.template_fields：填了 template_id，也要写模板的各个字段")
    if official.mode != "plain" and not _is_aes_key(official.encoding_aes_key):
        raise SettingsError(f"{where}：wechat.official.encoding_aes_key：应是公众号后台给出的 43 个字符")
    origin = urlsplit(official.api_base_url)
    if origin.scheme not in {"http", "https"} or not origin.netloc or origin.path.strip("/"):
        raise SettingsError(f"{where}：wechat.official.api_base_url：只写到域名，不带路径")


def _is_aes_key(key: str) -> bool:
    try:
        return len(key) == 43 and len(base64.b64decode(key + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False
