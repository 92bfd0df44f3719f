"""Pages for readers, made from the templates of this package. Everything put into a page is escaped.

A page loads nothing but itself: its style is inline, its script (where it has one) is inline and short.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ui import texts

if TYPE_CHECKING:
    from ingest.types import Article

# Nothing from anywhere but this server, and from it only what a page needs.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def asset(name: str) -> str:
    """Return the text of a file of this package."""
    return files("ui").joinpath(name).read_text(encoding="utf-8")


def render(template: str, **values: object) -> str:
    """Render a template with its values and the texts."""
    return _environment().get_template(template).render(values)


def page(
    template: str,
    title: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> HTMLResponse:
    """Return a page for readers, with a policy that lets it load nothing from outside."""
    html = render(template, title=title, css=_css(), **values)
    policy = {"Content-Security-Policy": PAGE_POLICY}
    return HTMLResponse(html, status_code=status, headers=policy | dict(headers or {}))


def error_page(
    title: str,
    detail: str,
    *,
    status: int,
    articles: Sequence[Article] = (),
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page that says what is wrong, with the articles that there are, if given."""
    return page("page.html", title, status=status, headers=headers, detail=detail, articles=articles)


def starting_page(reason: str) -> HTMLResponse:
    """Return the page shown until the chat is open; it opens the chat by itself."""
    headers = {"Retry-After": "2", "Cache-Control": "no-store"}
    return page("starting.html", texts.STARTING_TITLE, status=503, headers=headers, detail=reason)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ui", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["texts"] = texts
    return environment


@functools.cache
def _css() -> Markup:
    return Markup(asset("tokens.css") + asset("page.css"))
