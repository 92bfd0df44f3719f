"""Write an extractive answer: statements quoted from the articles, each with its citations.

Decides the form - a table for a comparison, a verdict for a which-one question, statements for all else - and
abstains when the calibrated confidence is below the threshold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assistant.abstain import Vocabulary, Word, features_of, what_is_missing, words_of
from assistant.choose import Verdict, decide, join, topic_score
from assistant.cite import Citations, render, state, tabulate
from assistant.compare import Comparison
from assistant.disagree import LEAD, Topic, topic_of
from assistant.focus import tasks
from assistant.index import OpenIndex
from assistant.query import Search
from assistant.question import Ask, Question
from assistant.retrieve import Hit
from assistant.select import WORTH, Said, says_same, select, side_score
from assistant.settings import AnswerSettings
from assistant.sides import SideFinder
from assistant.small_talk import is_small_talk
from assistant.types import Answer, Statement
from assistant.units import Unit, make_units
from assistant.wanted import has_name, has_number, wanted_by
from ingest.keywords import stems, words
from ingest.types import Kind

NO_MORE = "The articles say no more of this."
# The ranked chunks whose units are looked at.
CHUNKS = 20
_SUGGESTIONS = 3
# Questions ask the same from this cosine on.
_SAME_QUESTION = 0.78
# The least share of a question's topic that is a task of its own.
_A_TASK = 0.2
# What a unit gains when it has the number or name that the question wants.
_FITS_KIND = 0.08
# An answer has the most words where its best unit scores this or less, and fewer the more it scores: so many fewer for
# each point, down to the fewest. Where the ranking is sure, little is said; where not, more of it.
_UNSURE = 0.76
_FEWER = 200
_FEWEST = 55


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What was found for a question: `units`, best first, and as `evidence` those of the asked sides before others.

    `words` are the content words of what is asked, with how well they are met; `features` what the calibration weighs.
    """

    units: list[Unit]
    evidence: list[Unit]
    words: list[Word]
    features: dict[str, float]


def write(
    question: Question,
    search: Search,
    weighed: Weighed,
    *,
    index: OpenIndex,
    finder: SideFinder,
    comparison: Comparison,
    topics: Sequence[Topic],
    confidence: float,
    threshold: float,
    settings: AnswerSettings,
    said: Sequence[str] = (),
) -> Answer:
    """Write the answer to a question from what was found, or say what is missing below the `threshold`.

    Where more is wished for than answers before `said`, only what they do not say is.
    """
    units = _more(weighed.units, said) if said else weighed.units
    if is_small_talk(question.text):
        confidence = 0.0
    answered = bool(units) and confidence >= threshold
    suggestions = _suggest(index, search, question, answered=answered)
    if not answered:
        return Answer(
            question=question.text,
            query=question.text,
            abstained=True,
            text=NO_MORE if said and confidence >= threshold else what_is_missing(question, weighed.words),
            suggestions=suggestions,
            confidence=round(confidence, 4),
        )
    citations = Citations(index)
    topic = topic_of(question, search.query.vector, topics) if not said else None
    room = _room(units, settings.words)
    lead: str | None = LEAD
    if topic is not None:
        chosen = list(topic.positions)
        # What ranks first is said beside the positions, where it is none of them.
        chosen += select(
            units[:1], words=settings.words, score=lambda unit: side_score(unit, question.sides), chosen=chosen
        )
        if question.ask is Ask.COMPARE and question.aspects:
            # What is asked may be the aspect, not the disagreement: what is said of it on each side stands there too.
            _, beside = _say(question, search, units, comparison, finder, room)
            chosen += [one for one in beside if all(one.unit.spans != other.unit.spans for other in chosen)]
    else:
        lead, chosen = _say(question, search, units, comparison, finder, room, verdicts=not said)
        if question.in_one_sentence:
            chosen = _shortened(chosen, question)
    statements = (*_lead_statement(lead, chosen, citations), *state(chosen, citations))
    table_rows = () if said or question.in_one_sentence else comparison.rows_for(question, search.query.vector)
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


def weigh(
    question: Question, search: Search, hits: Sequence[Hit], *, finder: SideFinder, vocabulary: Vocabulary
) -> Weighed:
    """Cut ranked chunks into units, and tell by what it is decided whether to answer."""
    units = make_units(hits[:CHUNKS], finder)
    evidence = sorted(units, key=lambda unit: -side_score(unit, question.sides))
    asked = words_of(question, search, evidence, vocabulary, finder)
    return Weighed(units, evidence, asked, features_of(question, search, hits, evidence, asked, finder))


def _say(
    question: Question,
    search: Search,
    units: Sequence[Unit],
    comparison: Comparison,
    finder: SideFinder,
    room: int,
    *,
    verdicts: bool = True,
) -> tuple[str | None, list[Said]]:
    """Return a verdict, if the question asks for one and the articles give it, and the units chosen, `room` words.

    Without `verdicts` there is none: from what is left of the evidence it could be another.
    """
    names = finder.names

    if (
        verdicts
        and question.ask is Ask.CHOOSE
        and (verdict := _decide(question, search, units, len(names))) is not None
    ):
        fitting = [names[side] for side in verdict.sides]
        scores = [partial(topic_score, topic=topic) for topic in verdict.topics]
        chosen = _side_by_side(verdict.evidence, room, scores, most=3 if len(fitting) == 1 else 2)
        return (f"{fitting[0]}." if len(fitting) == 1 else f"Both {' and '.join(fitting)}."), chosen
    if question.ask is Ask.COMPARE:
        asks_all = comparison.is_whole(question, search.query.vector)
        if asks_all and (whole := _contrast(units, len(names), room)):
            return None, _with_named([Said(unit) for unit in whole], question, units, finder)
        own = [[unit for unit in units if unit.sides == {side}] for side in range(len(names))]
        together = [unit for unit in units if len(unit.sides) == len(names)]
        chosen = select(together, words=room // 3, score=lambda unit: unit.score)[:1]
        if chosen and chosen[0].unit.score < max((unit.score for unit in units), default=0.0) - 0.02:
            chosen = []

        def by_both(unit: Unit) -> float:
            # The topic alone forgets what it is about where its words stand everywhere: "the work of a bank".
            return topic_score(unit, search.topic) + unit.score

        return None, _side_by_side(own, room, [by_both] * len(names), most=2, chosen=chosen)
    wanted = wanted_by(question)

    def by_kind(unit: Unit) -> float:
        text = finder.mask(unit.text)
        fits = (wanted.number and has_number(text)) or (wanted.name and has_name(text, question.text))
        return side_score(unit, question.sides) + (_FITS_KIND if fits else 0.0)

    chosen = select(units, words=room, score=by_kind)
    return None, chosen


def _more(units: Sequence[Unit], said: Sequence[str]) -> list[Unit]:
    """Return the units that say what no answer before did, [] where the best of them is far from the best of all."""
    before = " ".join(" ".join(said).split())
    told = [unit for unit in units if all(_plain(line) in before for line in unit.text.splitlines())]
    left = [unit for unit in units if not any(says_same(unit, one) for one in told)]
    return left if left and left[0].score >= WORTH * units[0].score else []


def _plain(line: str) -> str:
    return " ".join(line.removeprefix("- ").split())


def _room(units: Sequence[Unit], most: int) -> int:
    """Return the bound of words for an answer from these units, the best first; never above `most`."""
    fewer = _FEWER * max(units[0].score - _UNSURE, 0.0)
    return max(round(most - fewer), min(_FEWEST, most))


def _decide(question: Question, search: Search, units: Sequence[Unit], sides: int) -> Verdict | None:
    """Return which sides fit: of each task that the question names, where it names several."""
    starts = np.array(search.starts)
    masks = [(starts >= start) & (starts < end) for start, end in tasks(question.text)]
    topics = [search.topic * mask for mask in masks if float(search.topic @ mask) > _A_TASK]
    if len(topics) < 2:
        topics = [search.topic]
    return join([decide(units, topic, sides, whole=len(topics) == 1) for topic in topics])


def _side_by_side(
    own: Sequence[Sequence[Unit]],
    words: int,
    scores: Sequence[Callable[[Unit], float]],
    *,
    most: int,
    chosen: Sequence[Said] = (),
) -> list[Said]:
    """Choose for every side in turn, so that none is drowned; `own` holds each side's units, `scores` its ranking."""
    said = list(chosen)
    room = words - sum(one.unit.words for one in said)
    for place, (units, score) in enumerate(zip(own, scores, strict=True), start=1):
        bound = words - room + room * place // len(own)
        said += select(units, words=bound, score=score, chosen=said)[:most]
    return said


def _contrast(units: Sequence[Unit], sides: int, words: int) -> list[Unit]:
    """Return what the one chunk says that contrasts the sides best, in its order; [] where none does.

    An FAQ's answer goes first: it was written to be read alone.
    """
    by_chunk: dict[str, list[Unit]] = {}
    for unit in units:
        by_chunk.setdefault(unit.chunk.id, []).append(unit)
    fitting = []
    for own in by_chunk.values():
        best = [max((unit.score for unit in own if unit.sides == {side}), default=None) for side in range(sides)]
        if None not in best and sum(unit.words for unit in own) <= words:
            fitting.append((own[0].chunk.kind is Kind.FAQ, sum(score or 0.0 for score in best), own))
    if not fitting:
        return []
    return sorted(max(fitting, key=lambda one: one[:2])[2], key=lambda unit: unit.spans)


def _with_named(chosen: list[Said], question: Question, units: Sequence[Unit], finder: SideFinder) -> list[Said]:
    """Add the best unit for each other thing that a comparison of the sides names by its acronym: "... and LPO"."""
    asked = [word.upper() for word in words(finder.mask(question.text)) if set(stems(word)) & set(question.content)]
    for name in dict.fromkeys(asked):
        pattern = re.compile(rf"\b{re.escape(name)}\b")
        of_it = next((unit for unit in units if pattern.search(finder.mask(unit.text))), None)
        if of_it is not None and not any(pattern.search(one.unit.text) for one in chosen):
            chosen = [*chosen, Said(of_it)]
    return chosen


def _shortened(chosen: list[Said], question: Question) -> list[Said]:
    """Return the first of what was chosen, or of each side where the question is of several."""
    if question.ask is Ask.LOOKUP:
        return chosen[:1]
    own = {one.unit.sides: one for one in reversed(chosen) if len(one.unit.sides) == 1}
    return [one for one in chosen if one in own.values()] or chosen[:1]


def _lead_statement(lead: str | None, chosen: Sequence[Said], citations: Citations) -> tuple[Statement, ...]:
    """Return what is said before the quotes, proved by all of them."""
    return (Statement(text=lead, citations=citations.cite(*(one.unit for one in chosen))),) if lead else ()


def _suggest(index: OpenIndex, search: Search, question: Question, *, answered: bool) -> tuple[str, ...]:
    """Return the known questions nearest to this one, none that asks the same as another; nor as it, if `answered`."""
    if not index.questions:
        return ()
    likeness = index.question_vectors @ search.query.vector
    asked = question.text.casefold().rstrip("?. ")
    chosen: list[int] = []
    for i in np.argsort(-likeness, kind="stable").tolist():
        if index.questions[i].casefold().rstrip("?. ") == asked or (answered and likeness[i] >= _SAME_QUESTION):
            continue
        if any(index.question_vectors[i] @ index.question_vectors[j] >= _SAME_QUESTION for j in chosen):
            continue
        chosen.append(i)
        if len(chosen) == _SUGGESTIONS:
            break
    return tuple(index.questions[i] for i in chosen)
