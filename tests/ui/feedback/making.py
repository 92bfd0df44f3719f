"""Answers to give feedback on."""

from __future__ import annotations

from assistant.types import Answer, Citation, Statement


def answered(question: str, *articles: str, query: str | None = None) -> Answer:
    """An answer that cites these articles; an abstention where there are none."""
    citations = tuple(
        Citation(
            number=number,
            article_id=article,
            title=article.title(),
            publisher=None,
            heading="Costs",
            quote="KPO costs more than BPO.",
            start=0,
            end=24,
            score=0.5,
        )
        for number, article in enumerate(articles, start=1)
    )
    return Answer(
        question=question,
        query=query or question,
        abstained=not articles,
        text="KPO costs more than BPO. [1]" if articles else "None of the articles answers this.",
        statements=tuple(Statement(text=c.quote, citations=(c.number,)) for c in citations),
        citations=citations,
        confidence=0.5,
    )
