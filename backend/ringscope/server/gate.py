"""The gate: who may ask, checked before anything else sees a request.

Three attacks are kept out.  Another site's page must not drive this server (Origin); a name that
an attacker controls must not lead to it (Host, against DNS rebinding); and where others can reach
it, only who knows the token may change anything.
"""

import hmac
import ipaddress
import json
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_usable(token: str) -> bool:
    """Tell whether the headers of a request can carry ``token`` unchanged."""
    return token.isascii() and token.isprintable() and token == token.strip()


@dataclass(frozen=True, slots=True)
class Gate:
    """``host`` is where the server listens; ``token`` what changes ask for, None if nothing."""

    host: str = "127.0.0.1"
    token: str | None = None

    def knows_host(self, host: str) -> bool:
        """Tell whether the Host header may be ours: an address, or a name of this machine."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
            return True  # an address cannot be rebound, only names can
        except ValueError:
            own = {"localhost", self.host.lower()}
            if not is_loopback(self.host):
                own |= {socket.gethostname().lower(), socket.getfqdn().lower()}
            return name in own

    def is_foreign(self, environ: Environ) -> bool:
        """Tell whether a page of another site asks."""
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None:
            own = f"{environ.get('wsgi.url_scheme', 'http')}://{environ.get('HTTP_HOST', '')}"
            return bool(origin.lower() != own.lower())
        return environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site")

    def may_change(self, token: str | None) -> bool:
        """Tell whether whoever presents ``token`` may change anything."""
        if self.token is None:
            return True
        return token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def refusal(self, environ: Environ) -> tuple[int, str] | None:
        """Return status and reason if this request must not go further."""
        if not self.knows_host(environ.get("HTTP_HOST", "")):
            return 421, "This server does not go by that Host name; use its address."
        changes = environ.get("REQUEST_METHOD") not in _SAFE_METHODS
        socket_io = environ.get("PATH_INFO", "").startswith("/socket.io")
        if (changes or socket_io) and self.is_foreign(environ):
            return 403, "This request comes from another site's page."
        if changes and not socket_io and not self.may_change(_bearer(environ)):
            return 401, "This needs the server's token, as 'Authorization: Bearer <token>'."
        return None

    def guard(self, app: Wsgi) -> Wsgi:
        """Return ``app`` behind this gate."""

        def guarded(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            if refusal := self.refusal(environ):
                return _problem(*refusal, start_response)
            return app(environ, start_response)

        return guarded


_TITLES = {401: "Unauthorized", 403: "Forbidden", 421: "Misdirected Request"}


def _bearer(environ: Environ) -> str | None:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _problem(status: int, detail: str, start_response: StartResponse) -> list[bytes]:
    title = _TITLES[status]
    problem = {"title": title, "status": status, "detail": detail, "type": "about:blank"}
    body = json.dumps(problem).encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    if status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    start_response(f"{status} {title}", headers)
    return [body]
