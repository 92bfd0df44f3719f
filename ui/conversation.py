"""A conversation of the chat, and how it looks as HTML. Knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlencode

from assistant.types import Answer, Citation, Turn
from ingest.domain import Domain
from ui.mark import QUOTE_ID
from ui.pages import render
from ui.plain import one_line, split_items, was_resolved

# More sources than this are folded away.
OPEN_SOURCES = 6


class Source(NamedTuple):
    """A citation as it is shown: where it leads, what it is called, and the quote on one line."""

    number: int
    href: str
    label: str
    heading: str
    quote: str


class SourceArticle(NamedTuple):
    """An article with the citations of it, in the order of their numbers."""

    title: str
    publisher: str | None
    sources: list[Source]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: an answer, a problem, or (as yet) neither.

    `retry` says whether the same question may succeed when asked again.
    """

    question: str
    answer: Answer | None = None
    problem: str = ""
    retry: bool = False

    @property
    def sources(self) -> Mapping[int, Source]:
        """The answer's sources by citation number."""
        return {c.number: _source(c) for c in self.answer.citations} if self.answer else {}

    @property
    def articles(self) -> Sequence[SourceArticle]:
        """The answer's sources by article, the article that is cited first coming first."""
        articles: dict[str, SourceArticle] = {}
        for citation in self.answer.citations if self.answer else ():
            article = SourceArticle(citation.title, citation.publisher, [])
            articles.setdefault(citation.article_id, article).sources.append(_source(citation))
        return tuple(articles.values())


def render_conversation(domain: Domain, exchanges: Sequence[Exchange]) -> str:
    """Return the conversation as HTML, all texts escaped; the greeting and starters where it is empty."""
    return render(
        "answer.html",
        domain=domain,
        exchanges=exchanges,
        open_sources=OPEN_SOURCES,
        split_items=split_items,
        was_resolved=was_resolved,
    )


def history(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """Return the turns that a follow-up may refer to: those that were answered."""
    return tuple(Turn(question=e.question, answer=e.answer.text) for e in exchanges if e.answer is not None)


def article_link(citation: Citation) -> str:
    """Return the address of the article's page with the citation's quote marked."""
    span = urlencode({"start": citation.start, "end": citation.end})
    return f"/articles/{quote(citation.article_id, safe='')}?{span}#{QUOTE_ID}"


def _source(citation: Citation) -> Source:
    return Source(
        number=citation.number,
        href=article_link(citation),
        label=", ".join(part for part in (citation.title, citation.publisher) if part),
        heading=citation.heading.replace(" > ", " › "),
        quote=one_line(citation.quote),
    )
