"""What the chat shows of a conversation, as HTML."""

from __future__ import annotations

from html.parser import HTMLParser

from assistant.types import Answer, Citation, Statement, Table
from ingest.domain import Domain, Starters
from ui.conversation import Exchange, article_link, history, render_conversation

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'&amp;"


def citation(number: int, article: str = "a b/c", title: str = "An article") -> Citation:
    return Citation(
        number=number,
        article_id=article,
        title=title,
        publisher=None,
        heading="Costs > Savings",
        quote="**Cost**: low\n",
        start=4,
        end=18,
        score=0.5,
    )


def answered(text: str, citations: tuple[Citation, ...], **more: object) -> Answer:
    numbers = tuple(c.number for c in citations)
    values: dict[str, object] = {
        "question": text,
        "query": text,
        "abstained": not citations,
        "text": text,
        "statements": (Statement(text=text, citations=numbers),) if citations else (),
        "citations": citations,
        "confidence": 0.5,
    }
    return Answer.model_validate(values | more)


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_no_text_becomes_markup_wherever_it_stands() -> None:
    cell = Statement(text=HOSTILE, citations=(1,))
    table = Table(columns=(HOSTILE, HOSTILE), rows=((Statement(text=HOSTILE, citations=()), cell),))
    source = citation(1, article=HOSTILE, title=HOSTILE).model_copy(
        update={"publisher": HOSTILE, "heading": HOSTILE, "quote": HOSTILE}
    )
    answer = answered(HOSTILE, (source,), table=table, suggestions=(HOSTILE,), query=HOSTILE + "?")
    domain = Domain(title=HOSTILE, greeting=HOSTILE, starters=(Starters(theme=HOSTILE, questions=(HOSTILE,)),))
    exchanges = [
        Exchange(HOSTILE),
        Exchange(HOSTILE, answer=answer),
        Exchange(HOSTILE, answer=answered(HOSTILE, (), suggestions=(HOSTILE,))),
        Exchange(HOSTILE, problem=HOSTILE, retry=True),
        Exchange(HOSTILE, problem=HOSTILE),
    ]
    for html in (render_conversation(domain, exchanges), render_conversation(domain, ())):
        for tag, attributes in _Tags(html).tags:
            assert tag not in ("script", "img")
            assert not any(name.startswith("on") for name in attributes)
    asked = [a["data-ask"] for _tag, a in _Tags(render_conversation(domain, exchanges)).tags if "data-ask" in a]
    assert set(asked) == {HOSTILE}


def test_a_citation_links_to_its_span_of_the_article() -> None:
    assert article_link(citation(1)) == "/articles/a%20b%2Fc?start=4&end=18#quote"


def test_sources_are_grouped_by_article_in_order_of_first_use() -> None:
    exchange = Exchange("?", answer=answered("?", (citation(1, "x"), citation(2, "y"), citation(3, "x"))))
    assert [[s.number for s in article.sources] for article in exchange.articles] == [[1, 3], [2]]
    assert exchange.sources[1].quote == "Cost: low"


def test_only_answered_questions_are_history() -> None:
    answer = answered("What is KPO?", (citation(1),))
    exchanges = [Exchange("What is KPO?", answer=answer), Exchange("?!", problem="no words"), Exchange("…")]
    assert [turn.question for turn in history(exchanges)] == ["What is KPO?"]


def test_an_abstention_an_error_and_an_answer_look_different() -> None:
    domain = Domain()
    answer = render_conversation(domain, [Exchange("?", answer=answered("?", (citation(1),)))])
    abstention = render_conversation(domain, [Exchange("?", answer=answered("?", ()))])
    refusal = render_conversation(domain, [Exchange("?", problem="no words")])
    failure = render_conversation(domain, [Exchange("?", problem="a fault", retry=True)])
    assert "answer abstained" in abstention
    assert "answer refused" in refusal
    assert "answer failed" in failure
    assert 'class="answer"' in answer
    assert "Try again" in failure
    assert "Try again" not in refusal
