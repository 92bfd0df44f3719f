"""Which pages of other sites may use the assistant: one list of origins, closed by default.

An origin is a scheme, a host and a port, nothing more: what browsers send and compare. The list drives CORS
(`cross_origin`) and the frame-ancestors of every page (`guard`).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def split_list(value: object) -> object:
    """Return the parts of a setting that lists values between commas or blanks; what is no text stays as it is."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def parse_origin(text: str) -> str:
    """Return an origin as browsers send it: lower case, without a default port.

    Raises:
        ValueError: it is not an origin; the message says what is wrong and gives the right form.
    """
    example = "write it as https://help.example.com, with a port if it has one"
    if "*" in text:
        raise ValueError(f"{text!r} has a wildcard; list each origin by its name, and {example}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{text!r} is not an origin ({error}); {example}") from None
    if parts.scheme not in _PORTS:
        raise ValueError(f"{text!r} does not begin with https:// or http://; {example}")
    if parts.path or parts.query or parts.fragment or text.endswith(("?", "#")):
        raise ValueError(f"{text!r} has more than scheme, host and port; {example}")
    if parts.username is not None or not parts.hostname:
        raise ValueError(f"{text!r} has no plain host; {example}")
    host = _host(parts.hostname)
    if host is None:
        raise ValueError(f"{text!r} has a host that cannot be; {example}")
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")


def _host(name: str) -> str | None:
    if ":" in name:  # an IPv6 address, which urlsplit has checked
        return f"[{name}]"
    try:
        name = name.encode("idna").decode()
    except UnicodeError:
        return None
    return name if all(_LABEL.fullmatch(label) for label in name.split(".")) else None
