"""How many questions one client may ask, and who need not be counted: callers with an API key.

A client is an address, of IPv6 the network that one customer gets. Behind a proxy the address is the one that the
trusted hops report (`trusted_proxies`), else that of the connection: a header alone changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui import texts
from ui.problems import Problem, problem_response, problem_type

# What makes the server work: questions by program and, of the chat's paths, those that ask.
COUNTED_PATHS = ("/api/", "/v1/", "/gradio_api/queue/join", "/gradio_api/call/", "/gradio_api/run/")
# Once there are keys, these are for callers that have one.
KEY_PATHS = ("/v1/", "/metrics")
_NETWORK_BITS = 64


class ApiKeys:
    """ASGI middleware: refuses a wrong key anywhere, and a missing one where keys are needed. Off without keys."""

    def __init__(self, app: ASGIApp, keys: tuple[str, ...]) -> None:
        self._app = app
        # Digests have one length, so that comparing them tells nothing of a key's.
        self._digests = tuple(_digest(key) for key in keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or not self._digests or scope["method"] == "OPTIONS":
            await self._app(scope, receive, send)
            return
        kind, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        bearer = kind.lower() == "bearer"
        known = bearer and any(hmac.compare_digest(_digest(given.strip()), digest) for digest in self._digests)
        if known or not (bearer or scope["path"].startswith(KEY_PATHS)):
            scope.setdefault("state", {})["has_key"] = known
            await self._app(scope, receive, send)
            return
        detail = texts.KEY_WRONG if bearer else texts.KEY_MISSING
        problem = Problem(type=problem_type("key"), title=texts.KEY_TITLE, status=401, detail=detail)
        response = problem_response(problem, {"WWW-Authenticate": "Bearer"}, path=scope["path"])
        await response(scope, receive, send)


class RateLimit:
    """ASGI middleware: refuses a client's questions beyond so many in a time. Counts in this process alone."""

    def __init__(self, app: ASGIApp, rates: tuple[RateLimitItem, ...]) -> None:
        self._app = app
        self._rates = rates
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        counted = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith(COUNTED_PATHS)
        if counted and not scope.get("state", {}).get("has_key"):
            client = client_of(scope)
            for rate in self._rates:
                if not self._limiter.hit(rate, client):
                    seconds = self._wait(rate, client)
                    await _too_many(rate, seconds, scope["path"])(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _wait(self, rate: RateLimitItem, client: str) -> int:
        """Return after how many seconds the client may ask again."""
        return max(1, math.ceil(self._limiter.get_window_stats(rate, client).reset_time - time.time()))


def read_rates(text: str) -> tuple[RateLimitItem, ...]:
    """Read `60/minute; 1000/day`; `off` is no limit.

    Raises:
        ValueError: it is neither.
    """
    if text.strip().lower() == "off":
        return ()
    try:
        return tuple(parse_many(text))
    except ValueError:
        raise ValueError(f"{text!r} is not a rate; write 60/minute, or 60/minute; 1000/day, or off") from None


def client_of(scope: Scope) -> str:
    """Return what stands for the client that a request comes from."""
    host = (scope.get("client") or ("unknown",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _too_many(rate: RateLimitItem, seconds: int, path: str) -> ASGIApp:
    detail = texts.TOO_MANY.format(rate=str(rate), seconds=seconds)
    problem = Problem(type=problem_type("rate"), title=texts.TOO_MANY_TITLE, status=429, detail=detail)
    return problem_response(problem, {"Retry-After": str(seconds)}, path=path)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
