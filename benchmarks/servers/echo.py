"""The least that wechatpy does for a callback: check, parse (decrypt), render (encrypt) the same text."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from benchmarks.servers.account import ADDRESS, account

_account = account("plain")
_crypto = WeChatCrypto(_account.token, _account.aes_key, _account.app_id)


def create_app(keep: Callable[[str, str, str], None]) -> Flask:
    """An echo that calls `keep` with a message's id, sender and text before it answers."""
    app = Flask(__name__, static_folder=None)

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    @app.post(ADDRESS)
    def echo() -> Response:
        args, body = request.args, request.get_data()
        check_signature(_account.token, args["signature"], args["timestamp"], args["nonce"])
        sealed = args.get("encrypt_type") == "aes"
        if sealed:
            body = _crypto.decrypt_message(body, args["msg_signature"], args["timestamp"], args["nonce"])
        message = parse_message(body)
        keep(str(message.id), message.source, message.content)
        reply = create_reply(message.content, message).render()
        if sealed:
            reply = _crypto.encrypt_message(reply, args["nonce"], args["timestamp"])
        return Response(reply, mimetype="text/xml")

    return app


def _forget(_key: str, _sender: str, _text: str) -> None:
    """The bare echo keeps nothing."""


app = create_app(_forget)
