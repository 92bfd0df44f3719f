"""Answers, cases and outcomes made by hand, for tests of formulas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.evaluation.cases import Case, LocatedCase
from assistant.evaluation.intervals import Ratio
from assistant.evaluation.results import Fault, Outcome, Problem, Run, Setup
from assistant.evaluation.run import summarise
from assistant.evaluation.settings import EvaluationSettings
from assistant.types import Answer, Citation, Passage, Statement
from ingest.types import Article

ARTICLE = Article(id="one", title="One", text="BPO saves 60% of labor costs. KPO needs experts. BPO is not complex.")
OTHER = Article(id="two", title="Two", text="KPO costs more than BPO.")
ARTICLES = {"one": ARTICLE, "two": OTHER}


def case(**fields: Any) -> Case:
    return Case.model_validate({"id": "a-case", "question": "How?", **fields})


def located(a_case: Case, *, part: str = "", file: str = "cases.yaml", line: int = 1) -> LocatedCase:
    return LocatedCase(case=a_case, file=Path(file), line=line, part=part)


def citation(number: int, quote: str, article: Article = ARTICLE) -> Citation:
    start = article.text.index(quote)
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        heading="",
        quote=quote,
        start=start,
        end=start + len(quote),
        score=0.5,
    )


def answer(*claims: tuple[str, Sequence[int]], citations: Sequence[Citation] = (), **fields: Any) -> Answer:
    statements = tuple(Statement(text=text, citations=tuple(numbers)) for text, numbers in claims)
    marked = " ".join(f"{text} {''.join(f'[{n}]' for n in numbers)}".strip() for text, numbers in claims)
    return Answer(
        **{
            "question": "How?",
            "query": "How?",
            "abstained": False,
            "text": marked,
            "statements": statements,
            "citations": tuple(citations),
            "confidence": 0.9,
            **fields,
        }
    )


def abstention(confidence: float = 0.1) -> Answer:
    return answer(abstained=True, text="The articles do not say.", confidence=confidence)


def passage(article: Article, quote: str, score: float = 0.5) -> Passage:
    start = article.text.index(quote)
    return Passage(
        article_id=article.id,
        title=article.title,
        heading="",
        quote=quote,
        start=start,
        end=start + len(quote),
        score=score,
    )


def outcome(id: str = "a-case", *, wrong: str = "", **fields: Any) -> Outcome:
    problems = (Problem(fault=Fault.FACT_MISSING, detail=wrong),) if wrong else ()
    return Outcome(
        **{
            "id": id,
            "kinds": ("single-fact",),
            "part": "",
            "file": "cases.yaml",
            "line": 1,
            "asked": ("How?",),
            "should_abstain": False,
            "answer": answer(
                ("BPO saves 60% of labor costs.", [1]), citations=[citation(1, "BPO saves 60% of labor costs.")]
            ),
            "problems": problems,
            "scores": {"passed": Ratio(float(not wrong), 1.0), "fact_recall": Ratio(float(not wrong), 1.0)},
            **fields,
        }
    )


def run_of(outcomes: Sequence[Outcome], name: str = "") -> Run:
    settings = EvaluationSettings(resamples=200)
    summary = summarise(outcomes, settings)
    return Run(
        setup=Setup(name=name),
        started="2025-01-01T00:00:00+00:00",
        seconds=1.0,
        summary=summary,
        by_kind={"single-fact": summary},
        by_part={"cases": summary},
        outcomes=tuple(outcomes),
    )
