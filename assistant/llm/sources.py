"""What a model is given to write from: passages with numbers from 1, each with the sentences that may be cited.

Sentences that speak to a model instead of to a reader are left out of both: see `assistant.hygiene`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.hygiene import speaks_to_model
from assistant.index import OpenIndex
from assistant.retrieve import Hit
from assistant.sides import SideFinder
from assistant.support import Quote
from assistant.types import Answer, Citation
from ingest.sentences import plain_text
from ingest.types import Chunk, Kind, Sentence

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proof:
    """Something in a passage that can prove a statement: its words, and the spans of the article that hold them."""

    quote: Quote
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered passage. `shown` is what the model reads; `score` is the passage's similarity to the question."""

    number: int
    article_id: str
    heading: str
    shown: str
    proofs: tuple[Proof, ...]
    score: float


def make_sources(
    index: OpenIndex, hits: Sequence[Hit], answer: Answer, finder: SideFinder, *, most: int, most_chars: int
) -> tuple[Source, ...]:
    """Return the passages to write from: those that the extractive answer cites, then the best ranked.

    Args:
        index: the open index.
        hits: ranked chunks, best first.
        answer: the extractive answer to the same question.
        finder: tells the sides that a text names.
        most: how many passages at most.
        most_chars: how many characters all of them may have; one passage is always given.
    """
    cited = [c for statement in answer.statements for c in answer.citations if c.number in statement.citations]
    chosen: dict[str, tuple[Chunk, float]] = {}
    loose: list[Citation] = []
    for citation in dict.fromkeys(cited):
        hit = next((hit for hit in hits if _holds(hit.ready.chunk, citation)), None)
        if hit is not None:
            chosen.setdefault(hit.ready.chunk.id, (hit.ready.chunk, hit.score))
        else:
            loose.append(citation)
    for hit in hits:
        chosen.setdefault(hit.ready.chunk.id, (hit.ready.chunk, hit.score))
    sources: list[Source] = []
    room = most_chars
    made = [_of_citation(citation, finder) for citation in loose]
    made += [_of_chunk(index, *one, finder) for one in chosen.values()]
    for source in made:
        if len(sources) >= most or (sources and len(source.shown) > room):
            break
        if source.proofs:
            sources.append(_numbered(source, len(sources) + 1))
            room -= len(source.shown)
    return tuple(sources)


def _holds(chunk: Chunk, citation: Citation) -> bool:
    return chunk.article_id == citation.article_id and chunk.start <= citation.start and citation.end <= chunk.end


def _numbered(source: Source, number: int) -> Source:
    return Source(number, source.article_id, source.heading, source.shown, source.proofs, source.score)


def _of_citation(citation: Citation, finder: SideFinder) -> Source:
    text = plain_text(citation.quote)
    proofs = () if speaks_to_model(text) else (Proof(Quote(text, citation.heading), ((citation.start, citation.end),)),)
    return Source(
        0, citation.article_id, citation.heading, _shown(citation.heading, [text], finder), proofs, citation.score
    )


def _of_chunk(index: OpenIndex, chunk: Chunk, score: float, finder: SideFinder) -> Source:
    article = index.articles[chunk.article_id]
    proofs = [_proof(chunk, sentence, article.text) for sentence in chunk.sentences]
    proofs = [proof for proof in proofs if not speaks_to_model(proof.quote.text)]
    texts = [_column(sentence) + sentence.text for sentence in chunk.sentences if not speaks_to_model(sentence.text)]
    items = [sentence for sentence in chunk.sentences if sentence.intro is not None]
    if chunk.kind is Kind.LIST and len(items) > 1 and len(proofs) == len(chunk.sentences):
        first = chunk.sentences[0]
        whole = f"{first.text.rstrip(':')} {', '.join(one.text for one in chunk.sentences[1:])}"
        proofs.append(Proof(Quote(whole, chunk.heading), ((first.start, chunk.sentences[-1].end),)))
    return Source(0, chunk.article_id, chunk.heading, _shown(chunk.heading, texts, finder), tuple(proofs), score)


def _proof(chunk: Chunk, sentence: Sentence, text: str) -> Proof:
    context = " ".join(part for part in (chunk.heading, sentence.column) if part)
    if sentence.intro is None:
        return Proof(Quote(sentence.text, context), ((sentence.start, sentence.end),))
    intro = plain_text(text[sentence.intro[0] : sentence.intro[1]]).rstrip(":")
    return Proof(Quote(f"{intro} {sentence.text}", context), (sentence.intro, (sentence.start, sentence.end)))


def _column(sentence: Sentence) -> str:
    return f"{sentence.column}: " if sentence.column else ""


def _shown(heading: str, texts: Sequence[str], finder: SideFinder) -> str:
    """Return what the model reads: the text, and the last heading with it where only that tells the side."""
    text = " ".join(texts)
    last = heading.rsplit(" > ", 1)[-1]
    needs = finder.find(last) - finder.find(text)
    return f"{last}: {text}" if text and needs and not speaks_to_model(last) else text
