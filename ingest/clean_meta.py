"""Read what an HTML page states of itself in its head: title, site, address, date. Nothing is guessed.

Open Graph, the canonical link and schema.org's JSON-LD are read; host names, copyright lines and dates that
merely stand in the text are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEB = re.compile(r"https?://\S+$")


@dataclass(frozen=True, slots=True)
class Meta:
    """What the head of an HTML page states."""

    title: str | None
    publisher: str | None
    url: str | None
    published: str | None


def read_meta(tree: Any) -> Meta:
    """Read the metadata of a parsed page.

    Args:
        tree: the page's root, an lxml element.
    """
    linked = list(_linked_data(tree))
    return Meta(
        title=_first(
            _property(tree, "og:title"),
            *(_text(node.get("headline")) for node in linked),
            _only(tree, "//h1"),
            _only(tree, "//title"),
        ),
        publisher=_first(_property(tree, "og:site_name"), *(_name(node.get("publisher")) for node in linked)),
        url=_address(_only_attribute(tree, "//link[@rel='canonical']/@href"), _property(tree, "og:url")),
        published=_date(
            _property(tree, "article:published_time"),
            *(_text(node.get("datePublished")) for node in linked),
            _only_attribute(tree, "//time[@itemprop='datePublished' or @pubdate]/@datetime"),
        ),
    )


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of the page's JSON-LD, those of a graph one by one; broken JSON is passed over."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            found = json.loads(str(script))
        except ValueError:
            continue
        for node in found if isinstance(found, list) else [found]:
            if isinstance(node, dict):
                graph = node.get("@graph")
                yield node
                yield from ((part for part in graph or [] if isinstance(part, dict)) if isinstance(graph, list) else ())


def _property(tree: Any, name: str) -> str | None:
    return _only_attribute(tree, f"//meta[@property='{name}' or @name='{name}']/@content")


def _only_attribute(tree: Any, path: str) -> str | None:
    found = tree.xpath(path)
    return _text(str(found[0])) if found else None


def _only(tree: Any, path: str) -> str | None:
    """Return the text of the one element at a path; None where there is none or several."""
    found = tree.xpath(path)
    return _text(found[0].text_content()) if len(found) == 1 else None


def _name(value: Any) -> str | None:
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _text(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value), None)


def _address(*values: str | None) -> str | None:
    return next((value for value in values if value and _WEB.match(value)), None)


def _date(*values: str | None) -> str | None:
    return next((found.group() for value in values if value and (found := _DATE.match(value))), None)
