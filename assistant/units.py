"""Turn ranked chunks into the units that an answer is made of.

A unit is the least that can be quoted and still be read alone: a sentence, a table cell, a list item that is a
sentence of its own, or a list with the sentence that introduces it. A list item that needs its introduction
is never a unit by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.hygiene import speaks_to_model
from assistant.retrieve import Hit, Scores
from assistant.sides import NONE, SideFinder, Sides
from ingest.types import Chunk, Kind, Sentence, Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Something that can be quoted.

    `spans` are the (start, end) that prove it, in the order of the text; `text` is how it is shown; `vector`
    is the unit vector of what it says; `score` the fused similarity to the query, `cosine` the vectors' alone,
    `asked` that of the nearest question that it is known to answer;
    `token_hits` tells how well it meets each token of the query, shape (n_query_tokens,), and `own_hits` how well its
    own words do, without the questions that it answers; `parts` and `own_parts` the same of each item of a list with
    its introduction, one row for anything else.
    """

    chunk: Chunk
    text: str
    spans: tuple[tuple[int, int], ...]
    score: float
    cosine: float
    asked: float
    sides: Sides
    vector: Vectors
    token_hits: Scores
    own_hits: Scores
    parts: Scores
    own_parts: Scores

    @property
    def words(self) -> int:
        """The number of words shown."""
        return len(self.text.split())


def make_units(hits: Sequence[Hit], finder: SideFinder) -> list[Unit]:
    """Return the units of ranked chunks, best first; equal scores in the order of their places.

    What gives orders to a language model is left out: see `assistant.hygiene`.
    """
    units = [unit for hit in hits for unit in _units_of(hit, finder) if not speaks_to_model(unit.text)]
    return sorted(units, key=lambda unit: (-unit.score, unit.chunk.id, unit.spans))


def _units_of(hit: Hit, finder: SideFinder) -> list[Unit]:
    chunk = hit.ready.chunk
    if chunk.kind is Kind.LIST and (
        chunk.sentences[0].text.endswith(":") or any(sentence.intro is not None for sentence in chunk.sentences)
    ):
        return _list_units(hit, finder)
    return [_single(hit, i, finder) for i in range(len(chunk.sentences))]


def _single(hit: Hit, at: int, finder: SideFinder) -> Unit:
    chunk = hit.ready.chunk
    sentence = chunk.sentences[at]
    return Unit(
        chunk=chunk,
        text=sentence.text,
        spans=((sentence.start, sentence.end),),
        score=float(hit.sentence_scores[at]),
        cosine=float(hit.sentence_cosines[at]),
        asked=float(hit.asked_cosines[at]),
        sides=_sides(chunk, sentence, finder),
        vector=hit.ready.sentence_vectors[at],
        token_hits=hit.token_hits[at],
        own_hits=hit.own_hits[at],
        parts=hit.token_hits[at : at + 1],
        own_parts=hit.own_hits[at : at + 1],
    )


def _sides(chunk: Chunk, sentence: Sentence, finder: SideFinder) -> Sides:
    """Return the sides a sentence names; where it names none, those of its column or heading, else of the last
    sentence before it that names one ("It focuses on ...").
    """
    named = finder.find(sentence.text)
    if named:
        return named
    if sentence.column:
        return finder.find(sentence.column)
    for heading in reversed(chunk.heading.split(" > ")):
        if named := finder.find(heading):
            return named
    before = (finder.find(one.text) for one in reversed(chunk.sentences) if one.end <= sentence.start)
    return next((named for named in before if named), NONE)


def _list_units(hit: Hit, finder: SideFinder) -> list[Unit]:
    """Return the list as a whole, and apart each item that is a sentence of its own."""
    chunk = hit.ready.chunk
    intro, items = chunk.sentences[0], chunk.sentences[1:]
    if not items:
        return []
    alone = [i for i in range(1, len(chunk.sentences)) if chunk.sentences[i].intro is None]
    # A list of sentences answers as a whole only what its introduction answers; a list of terms also what one
    # of its items answers.
    speaking = slice(0, 1) if alone else slice(None)
    whole = Unit(
        chunk=chunk,
        text="\n".join([intro.text, *(f"- {item.text}" for item in items)]),
        spans=((intro.start, items[-1].end),),
        score=float(hit.sentence_scores[speaking].max()),
        cosine=float(hit.sentence_cosines[speaking].max()),
        asked=float(hit.asked_cosines[speaking].max()),
        sides=_sides(chunk, intro, finder) or finder.find(chunk.text),
        vector=hit.ready.vector,
        token_hits=hit.token_hits[speaking].max(axis=0),
        own_hits=hit.own_hits[speaking].max(axis=0),
        parts=_parts(hit.token_hits, whole=bool(alone)),
        own_parts=_parts(hit.own_hits, whole=bool(alone)),
    )
    return [whole, *(_single(hit, i, finder) for i in alone)]


def _parts(hits: Scores, *, whole: bool) -> Scores:
    """Return how well each item of a list meets the query with its introduction; the introduction alone if `whole`."""
    return hits[:1] if whole else np.maximum(hits[0], hits[1:])
