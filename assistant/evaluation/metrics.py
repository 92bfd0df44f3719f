"""What each metric is: its name, its direction, and how one case's answer is scored.

The formulas stand in docs/evaluation.md under the same names; tests/assistant/evaluation/test_metrics.py
computes each by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.disagree import LEAD
from assistant.evaluation.cases import Case
from assistant.evaluation.facts import missing_facts
from assistant.evaluation.intervals import NOT_APPLICABLE, Ratio
from assistant.evaluation.results import Fault, Outcome, Problem
from assistant.support import Quote, Support, supports
from assistant.types import Answer, Statement
from ingest.types import Article

NOT_STATED = "not stated"
_MARKS = re.compile(r"\s*\[\d+\]")
_TABLE_LINE = re.compile(r"^\s*\|.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's title and what a good value is."""

    name: str
    title: str
    higher_is_better: bool = True
    percent: bool = True


METRICS: tuple[Metric, ...] = (
    Metric("passed", "Cases passed"),
    Metric("all_facts", "Answers with all facts"),
    Metric("fact_recall", "Fact recall"),
    Metric("source_any", "Right source cited"),
    Metric("source_first", "Right source first"),
    Metric("citation_precision", "Citation precision"),
    Metric("citation_coverage", "Citation coverage"),
    Metric("quote_validity", "Quotes verbatim"),
    Metric("abstention_precision", "Abstention precision"),
    Metric("abstention_recall", "Abstention recall"),
    Metric("wrongly_refused", "Answerable refused", higher_is_better=False),
    Metric("worded", "Answers worded by the model"),
    Metric("sentences_dropped", "Model's sentences dropped", higher_is_better=False),
    Metric("sentences_recited", "Model's sentences cited anew", higher_is_better=False),
    Metric("reference_similarity", "Likeness to reference", percent=False),
    Metric("success@1", "Retrieval success@1"),
    Metric("success@5", "Retrieval success@5"),
    Metric("fact_recall@5", "Facts in top 5 passages"),
    Metric("recall@5", "Retrieval recall@5"),
    Metric("recall@10", "Retrieval recall@10"),
    Metric("mrr@10", "Retrieval MRR@10", percent=False),
)
BY_NAME = {metric.name: metric for metric in METRICS}
RETRIEVAL = ("success@1", "success@5", "fact_recall@5", "recall@5", "recall@10", "mrr@10")
STAGES = ("embed", "retrieve", "write", "total")

Embed = Callable[[Sequence[str]], "np.typing.NDArray[np.float32]"]


def plain_text(answer: Answer) -> str:
    """Return what an answer says, without citation marks: its text, then the cells of its table."""
    cells = [cell.text for row in answer.table.rows for cell in row] if answer.table else []
    return " ".join([_MARKS.sub("", answer.text), *cells]).strip()


def count_words(answer: Answer) -> int:
    """Count the words of an answer beside its table, citation marks left out."""
    return len(_TABLE_LINE.sub("", _MARKS.sub("", answer.text)).split())


def statements_of(answer: Answer) -> Iterator[Statement]:
    """Yield everything that an answer claims: statements, then the table's cells that state something."""
    yield from answer.statements
    for row in answer.table.rows if answer.table else ():
        yield from (cell for cell in row[1:] if cell.citations or cell.text.strip().lower() != NOT_STATED)


def score_answer(
    case: Case, answer: Answer, articles: Mapping[str, Article]
) -> tuple[dict[str, Ratio], tuple[Problem, ...]]:
    """Score one answer.

    Args:
        case: what a right answer must hold.
        answer: the answer to the last turn.
        articles: the articles by id, to check quotes against.

    Returns:
        The case's share in every metric of the answer, and what is wrong.
    """
    scores: dict[str, Ratio] = {}
    problems = [
        *_score_abstention(case, answer, scores),
        *_score_content(case, answer, scores),
        *_score_citations(answer, articles, scores),
    ]
    scores["passed"] = Ratio(top=float(not problems), bottom=1.0)
    if answer.checks is not None:
        written = len(answer.checks.sentences)
        scores["worded"] = Ratio(top=float(answer.writer != "extractive"), bottom=1.0)
        scores["sentences_dropped"] = Ratio(top=answer.checks.count("dropped"), bottom=written)
        scores["sentences_recited"] = Ratio(top=answer.checks.count("re-cited"), bottom=written)
    return scores, tuple(problems)


def score_crash(case: Case, error: BaseException) -> tuple[dict[str, Ratio], tuple[Problem, ...]]:
    """Score a question that could not be answered at all: nothing found, nothing refused."""
    scores = {"passed": Ratio(top=0.0, bottom=1.0)}
    if case.abstain:
        scores["abstention_recall"] = Ratio(top=0.0, bottom=1.0)
    else:
        scores["wrongly_refused"] = Ratio(top=0.0, bottom=1.0)
        facts, sources = bool(case.facts), bool(case.sources)
        applies = {"all_facts": facts, "fact_recall": facts, "source_any": sources, "source_first": sources}
        scores |= {name: Ratio(top=0.0, bottom=1.0) for name, wanted in applies.items() if wanted}
    return scores, (Problem(fault=Fault.CRASHED, detail=f"{type(error).__name__}: {error}"),)


def score_similarity(outcomes: Sequence[Outcome], embed: Embed) -> list[Ratio]:
    """Return each outcome's cosine between answer and reference, in one pass of the model.

    A refused or crashed answer counts 0; an outcome without a reference does not count.
    """
    ratios = [NOT_APPLICABLE if one.reference is None else Ratio(top=0.0, bottom=1.0) for one in outcomes]
    texts: dict[int, tuple[str, str]] = {
        i: (plain_text(one.answer), one.reference)
        for i, one in enumerate(outcomes)
        if one.reference is not None and one.answer is not None and not one.answer.abstained
    }
    if texts:
        said = embed([answer for answer, _ in texts.values()])
        wanted = embed([reference for _, reference in texts.values()])
        for row, i in enumerate(texts):
            ratios[i] = Ratio(top=round(max(0.0, float(said[row] @ wanted[row])), 4), bottom=1.0)
    return ratios


def quantiles(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return words (median, p95, max, of answers that are not abstentions) and p50 and p95 of each stage in ms."""
    answers = [one.answer for one in outcomes if one.answer is not None]
    words = [count_words(answer) for answer in answers if not answer.abstained]
    found: dict[str, float] = {}
    if words:
        found = {"words_p50": _quantile(words, 0.5), "words_p95": _quantile(words, 0.95), "words_max": max(words)}
    for stage in STAGES if answers else ():
        times = [float(getattr(answer.timings_ms, stage)) for answer in answers]
        found[f"{stage}_ms_p50"] = _quantile(times, 0.5)
        found[f"{stage}_ms_p95"] = _quantile(times, 0.95)
    return found


def _quantile(values: Sequence[float], share: float) -> float:
    return round(float(np.quantile(values, share)), 3)


def _score_abstention(case: Case, answer: Answer, scores: dict[str, Ratio]) -> list[Problem]:
    right = float(answer.abstained and case.abstain)
    scores["abstention_precision"] = Ratio(top=right, bottom=float(answer.abstained))
    scores["abstention_recall"] = Ratio(top=right, bottom=float(case.abstain))
    scores["wrongly_refused"] = Ratio(top=float(answer.abstained and not case.abstain), bottom=float(not case.abstain))
    confidence = f"confidence {answer.confidence:.2f}"
    if answer.abstained and not case.abstain:
        return [Problem(fault=Fault.WRONGLY_REFUSED, detail=f"the articles answer this ({confidence})")]
    if case.abstain and not answer.abstained:
        return [Problem(fault=Fault.WRONGLY_ANSWERED, detail=f"the articles do not answer this ({confidence})")]
    return []


def _score_content(case: Case, answer: Answer, scores: dict[str, Ratio]) -> list[Problem]:
    problems: list[Problem] = []
    if case.facts:
        missing = range(len(case.facts)) if answer.abstained else missing_facts(plain_text(answer), case.facts)
        scores["fact_recall"] = Ratio(top=1.0 - len(missing) / len(case.facts), bottom=1.0)
        scores["all_facts"] = Ratio(top=float(not missing), bottom=1.0)
        if not answer.abstained:
            problems += [
                Problem(fault=Fault.FACT_MISSING, detail=f"fact {i + 1}: {' or '.join(case.facts[i])}") for i in missing
            ]
    if case.sources:
        cited = [citation.article_id for citation in answer.citations]
        right = [article_id in case.sources for article_id in cited]
        scores["source_any"] = Ratio(top=float(any(right)), bottom=1.0)
        scores["source_first"] = Ratio(top=float(bool(right) and right[0]), bottom=1.0)
        if not any(right) and not answer.abstained:
            came = ", ".join(dict.fromkeys(cited)) or "none"
            expected = " or ".join(case.sources)
            problems.append(Problem(fault=Fault.WRONG_SOURCE, detail=f"cited: {came}; expected: {expected}"))
    return problems


def _score_citations(answer: Answer, articles: Mapping[str, Article], scores: dict[str, Ratio]) -> list[Problem]:
    problems: list[Problem] = []
    verbatim: dict[int, Quote] = {}
    for citation in answer.citations:
        article = articles.get(citation.article_id)
        if article is not None and article.text[citation.start : citation.end] == citation.quote:
            verbatim[citation.number] = Quote(citation.quote, citation.heading)
        else:
            where = f"[{citation.number}] {citation.article_id} {citation.start}:{citation.end}"
            detail = f"{where} quotes {citation.quote!r}, the article has " + (
                repr(article.text[citation.start : citation.end]) if article else "no such id"
            )
            problems.append(Problem(fault=Fault.QUOTE_DIFFERS, detail=detail))
    scores["quote_validity"] = Ratio(top=len(verbatim), bottom=len(answer.citations))
    claims = [] if answer.abstained else list(statements_of(answer))
    pairs = supporting = covered = 0
    for claim in claims:
        covered += bool(claim.citations)
        if not claim.citations:
            problems.append(Problem(fault=Fault.UNCITED, detail=claim.text))
            continue
        pairs += len(claim.citations)
        supporting += sum(_citation_supports(claim, number, verbatim) for number in claim.citations)
        verdict = _check(claim.text, [verbatim[n] for n in claim.citations if n in verbatim])
        if not verdict.ok and all(n in verbatim for n in claim.citations):
            detail = f"{claim.text} ({'; '.join(verdict.reasons)})"
            problems.append(Problem(fault=Fault.UNSUPPORTED, detail=detail))
    scores["citation_coverage"] = Ratio(top=covered, bottom=len(claims))
    scores["citation_precision"] = Ratio(top=supporting, bottom=pairs)
    return problems


def _citation_supports(claim: Statement, number: int, verbatim: Mapping[int, Quote]) -> bool:
    """Return whether one citation does its part: it supports the claim alone, or the others need it to.

    Source: citation precision of ALCE (Gao et al., Enabling Large Language Models to Generate Text with
    Citations, 2023), with `supports` in place of its entailment model.
    """
    if number not in verbatim:
        return False
    if _check(claim.text, [verbatim[number]]).ok:
        return True
    others = [verbatim[n] for n in claim.citations if n in verbatim and n != number]
    if claim.text == LEAD:
        return bool(others)
    return _check(claim.text, [verbatim[number], *others]).ok and not _check(claim.text, others).ok


def _check(text: str, quotes: Sequence[Quote]) -> Support:
    """Check a statement; the assistant's own "the articles differ" stands when it cites more than one quote."""
    if text == LEAD:
        is_shown = len(quotes) > 1
        return Support(is_shown, () if is_shown else ("only one side is quoted",))
    return supports(text, quotes)
