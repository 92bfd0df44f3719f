"""Show every side of what the articles disagree on.

The domain file names the topics: how readers ask of them, and the positions that articles take. Each position
is looked up in the articles when an index is opened, so what is shown is quoted, and a position that no
article takes (any more) is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.question import Ask, Question, QuestionReader
from assistant.retrieve import Hit
from assistant.select import Said, says_same
from assistant.sides import SideFinder
from assistant.units import Unit, make_units
from ingest.domain import Domain
from ingest.embed import Embedder
from ingest.types import Vectors

# A question is on a topic from this cosine to one of its questions on, when they share a content word too.
_ON_TOPIC = 0.75
# One that has another answer too only from here on: a choice a verdict, a comparison of an aspect its row of the table.
_SURELY_ON_TOPIC = 0.83
# A unit takes a position from this score on; one nearly as good in another article takes it too.
_TAKES = 0.6
_ALSO = 0.9
_MOST_CITATIONS = 3

LEAD = "The articles differ on this."


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """A topic of disagreement.

    `asked` are the unit vectors of its questions, shape (n_questions, dim), `words` their content stems;
    `positions` is what the articles say.
    """

    asked: Vectors
    words: frozenset[str]
    positions: tuple[Said, ...]


def prepare_topics(
    domain: Domain,
    embedder: Embedder,
    reader: QuestionReader,
    finder: SideFinder,
    find: Callable[[str], Sequence[Hit]],
) -> tuple[Topic, ...]:
    """Look up the positions of every topic; a topic with fewer than two positions is left out.

    Args:
        domain: names the topics.
        embedder: the model.
        reader: tells the content words of a question.
        finder: tells the sides that a text names.
        find: searches for a text.
    """
    topics = []
    for topic in domain.disagreements:
        positions: list[Said] = []
        for text in topic.positions:
            said = _take_position(make_units(find(text), finder), positions)
            if said is not None:
                positions.append(said)
        if len(positions) > 1:
            words = frozenset(stem for question in topic.questions for stem in reader.read(question).content)
            topics.append(Topic(embedder.encode(topic.questions), words, tuple(positions)))
    return tuple(topics)


def topic_of(question: Question, vector: Vectors, topics: Sequence[Topic]) -> Topic | None:
    """Return the topic that a question is on; `vector` is its unit vector, shape (dim,)."""
    if question.ask is Ask.COMPARE and not question.content:
        return None
    fitting = [topic for topic in topics if not question.content or topic.words & set(question.content)]
    best = max(fitting, key=lambda topic: float(np.max(topic.asked @ vector)), default=None)
    other = question.ask is Ask.CHOOSE or (question.ask is Ask.COMPARE and question.aspects)
    least = _SURELY_ON_TOPIC if other else _ON_TOPIC
    return best if best is not None and float(np.max(best.asked @ vector)) >= least else None


def _take_position(units: Sequence[Unit], taken: Sequence[Said]) -> Said | None:
    free = [unit for unit in units if all(unit.spans != said.unit.spans for said in taken)]
    if not free or free[0].score < _TAKES:
        return None
    alike: list[Unit] = []
    articles = {free[0].chunk.article_id}
    for unit in free[1:]:
        if unit.score < _ALSO * free[0].score or len(articles) == _MOST_CITATIONS:
            break
        if unit.chunk.article_id not in articles and says_same(unit, free[0]):
            alike.append(unit)
            articles.add(unit.chunk.article_id)
    return Said(free[0], tuple(alike))
