"""The 公众号 that every server of a benchmark plays."""

from __future__ import annotations

from typing import Literal

from tests.wechat import WeChat

Mode = Literal["plain", "safe"]
ADDRESS = "/wechat/official"
DATABASE = "BENCHMARK_DATABASE"  # names the file that a server keeps its messages in


def account(mode: Mode) -> WeChat:
    """Its keys, in plain or in safe (AES) mode. The token has letters and digits only, as WeRoBot wants it."""
    return WeChat(mode=mode, token="tokenofthebenchmarks")
