"""Write an extractive answer: statements quoted from the articles, each with its citations.

Decides the form - a table for a comparison, a verdict for a which-one question, statements for all else - and
abstains when the calibrated confidence is below the threshold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.abstain import Calibration, features_of, what_is_missing, words_of
from assistant.choose import decide, topic_score
from assistant.cite import Citations, render, state, tabulate
from assistant.compare import Row
from assistant.index import OpenIndex
from assistant.query import Search
from assistant.question import Ask, Question
from assistant.retrieve import Hit
from assistant.select import Said, select, side_score
from assistant.settings import AnswerSettings
from assistant.sides import SideFinder
from assistant.types import Answer, Statement
from assistant.units import Unit, make_units

# The ranked chunks whose units are looked at.
_CHUNKS = 20
_SUGGESTIONS = 3


def write(
    question: Question,
    search: Search,
    hits: Sequence[Hit],
    *,
    index: OpenIndex,
    finder: SideFinder,
    known: frozenset[str],
    rows: Sequence[Row],
    calibration: Calibration,
    settings: AnswerSettings,
) -> Answer:
    """Write the answer to a question from its ranked chunks."""
    units = make_units(hits[:_CHUNKS], finder)
    evidence = sorted(units, key=lambda unit: -side_score(unit, question.sides))
    words = words_of(question, search, evidence, known, finder)
    confidence = calibration.confidence(features_of(question, search, hits, evidence, words))
    threshold = calibration.threshold if settings.threshold is None else settings.threshold
    suggestions = _suggest(index, search, question)
    if not units or confidence < threshold:
        return Answer(
            question=question.text,
            query=question.text,
            abstained=True,
            text=what_is_missing(question, words),
            suggestions=suggestions,
            confidence=round(confidence, 4),
        )
    citations = Citations(index)
    verdict, chosen = _say(question, search, units, index, settings)
    statements = (*_verdict_statement(verdict, chosen, citations), *state(chosen, citations))
    table_rows = _rows_for(question, rows)
    table = (
        tabulate(("Aspect", *finder.names), [(row.name, row.cells) for row in table_rows], citations)
        if table_rows
        else None
    )
    return Answer(
        question=question.text,
        query=question.text,
        abstained=False,
        text=render(statements),
        statements=statements,
        table=table,
        citations=citations.all(),
        suggestions=suggestions,
        confidence=round(confidence, 4),
    )


def _say(
    question: Question, search: Search, units: Sequence[Unit], index: OpenIndex, settings: AnswerSettings
) -> tuple[str | None, list[Said]]:
    """Return a verdict, if the question asks for one, and the chosen units."""
    names = [side.name for side in index.domain.sides]
    if question.ask is Ask.CHOOSE and (verdict := decide(units, search.topic, len(names))) is not None:
        chosen: list[Said] = []
        budget = settings.words // len(verdict.sides)
        for place, own in enumerate(verdict.evidence, start=1):
            chosen += select(
                own, words=budget * place, score=lambda unit: topic_score(unit, search.topic), chosen=chosen
            )[: 3 if len(verdict.sides) == 1 else 2]
        fitting = [names[side] for side in verdict.sides]
        return (fitting[0] if len(fitting) == 1 else f"Both {' and '.join(fitting)}"), chosen
    if question.ask is Ask.COMPARE:
        return None, _one_a_side(question, units, len(names), settings)
    return None, select(units, words=settings.words, score=lambda unit: side_score(unit, question.sides))


def _one_a_side(question: Question, units: Sequence[Unit], sides: int, settings: AnswerSettings) -> list[Said]:
    """Choose for every side in turn, so that none is drowned."""
    chosen: list[Said] = []
    for side in range(sides):
        own = [unit for unit in units if unit.sides == {side}]
        chosen += select(
            own, words=settings.words * (side + 1) // (sides + 1), score=lambda unit: unit.score, chosen=chosen
        )[:2]
    together = [unit for unit in units if len(unit.sides) == sides]
    return select(together, words=settings.words, score=lambda unit: unit.score, chosen=chosen)[:1] + chosen


def _verdict_statement(verdict: str | None, chosen: Sequence[Said], citations: Citations) -> tuple[Statement, ...]:
    if verdict is None:
        return ()
    return (Statement(text=f"{verdict}.", citations=citations.cite(*(one.unit for one in chosen))),)


def _rows_for(question: Question, rows: Sequence[Row]) -> Sequence[Row]:
    if question.ask is not Ask.COMPARE:
        return ()
    if question.aspects:
        return [rows[aspect] for aspect in question.aspects]
    return rows if not question.content else ()


def _suggest(index: OpenIndex, search: Search, question: Question) -> tuple[str, ...]:
    """Return the known questions nearest to this one, itself left out."""
    if not index.questions:
        return ()
    order = np.argsort(-(index.question_vectors @ search.query.vector), kind="stable")
    asked = question.text.casefold().rstrip("?. ")
    near = [index.questions[i] for i in order if index.questions[i].casefold().rstrip("?. ") != asked]
    return tuple(near[:_SUGGESTIONS])
