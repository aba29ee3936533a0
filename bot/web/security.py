"""What every page of ours tells the browser to refuse, and who may see pages meant for this machine only."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Flask, Request, Response, request

# No inline script or style anywhere, nothing from elsewhere. `data:` is for small pictures such as QR codes.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

# A proxy on this machine makes the whole world look like loopback; these headers give it away.
PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def protect(app: Flask) -> None:
    """Give every answer of `app` the secure headers; a view's own value for one of them stands."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """The answer with the secure headers; HSTS only where the request itself came by TLS."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def is_from_this_machine(asked: Request) -> bool:
    """True only for a browser on this very machine that asked for this machine by a loopback name.

    The name matters as much as the address: a hostile site can point its own name at 127.0.0.1
    (DNS rebinding), and then the visitor's browser connects from loopback.
    """
    if any(header in asked.headers for header in PROXY_HEADERS):
        return False
    return _is_loopback(asked.remote_addr or "") and _is_loopback(_host_name(asked.host))


def is_same_origin(asked: Request, *, header: str) -> bool:
    """True if our own page sent this: it bears `header`, and no `Origin` or `Sec-Fetch-Site` says otherwise.

    Another site cannot add a header of its own to a request without a CORS preflight, which we never
    grant (OWASP, Cross-Site Request Forgery Prevention: custom request headers).
    """
    if not asked.headers.get(header):
        return False
    if asked.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    return asked.headers.get("Origin", asked.host_url.rstrip("/")) == asked.host_url.rstrip("/")


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
