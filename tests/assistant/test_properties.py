"""What holds for every answer, whatever the question: the invariants that users rely on."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant import Answer, Asked, Assistant, Statement, Turn
from ingest.articles import read_corpus
from ingest.domain import load_domain
from ingest.errors import QuestionError
from ingest.keywords import words
from tests.conftest import CORPUS

NOT_STATED = "not stated"
ARTICLES = read_corpus(CORPUS, max_file_bytes=5_000_000).articles
CORPUS_WORDS = sorted({word for article in ARTICLES for word in words(article.text)})
DOMAIN = load_domain(CORPUS)
SIDES = [name for side in DOMAIN.sides for name in (side.name, *side.synonyms)]
FRAMES = [
    "what is",
    "vs",
    "or",
    "which one",
    "difference between",
    "and",
    "?",
    "how",
    "why",
    "not",
    "the other one",
    "its",
]
ASPECTS = [word for aspect in DOMAIN.aspects for word in aspect.words]

some_words = st.lists(
    st.one_of(
        st.sampled_from(CORPUS_WORDS),
        st.sampled_from(SIDES),
        st.sampled_from(FRAMES),
        st.sampled_from(ASPECTS),
        st.text(max_size=6),
    ),
    min_size=1,
    max_size=14,
).map(" ".join)
corpus_lines = st.sampled_from(
    [line for article in ARTICLES for line in article.text.splitlines() if len(line) > 20 and len(line) < 400]
)
starters = st.sampled_from([question for theme in DOMAIN.starters for question in theme.questions])
odd = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
questions = st.one_of(some_words, corpus_lines, starters, odd)

# A question goes through the model, so there are fewer of them than the profile has.
asking = settings(max_examples=60)


def ask(assistant: Assistant, question: str, history: tuple[Turn, ...] = ()) -> Answer | None:
    """Return the answer; None where there is nothing to answer, which only a question without words may be."""
    try:
        return assistant.ask(question, history)
    except QuestionError:
        assert not re.search(r"[A-Za-z0-9]", re.sub(r"<[^<>]*>", "", question)), question
        return None


def cells(answer: Answer) -> list[Statement]:
    return list(chain.from_iterable(answer.table.rows)) if answer.table else []


def assert_sound(answer: Answer, assistant: Assistant) -> None:
    articles = {article.id: article for article in assistant.articles}
    for citation in answer.citations:
        article = articles[citation.article_id]
        assert citation.quote
        assert article.text[citation.start : citation.end] == citation.quote
        assert (citation.title, citation.publisher, citation.url) == (article.title, article.publisher, article.url)
        assert -1 <= citation.score <= 1
    used = [number for part in (*answer.statements, *cells(answer)) for number in part.citations]
    first_use = list(dict.fromkeys(used))
    numbers = [citation.number for citation in answer.citations]
    assert first_use == numbers == list(range(1, len(numbers) + 1))
    assert len({(c.article_id, c.start, c.end) for c in answer.citations}) == len(numbers), "one number a span"
    for part in (*answer.statements, *cells(answer)):
        assert len(set(part.citations)) == len(part.citations)
    assert {int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)} <= set(numbers)

    assert answer.text
    assert 0 <= answer.confidence <= 1
    assert len(set(answer.suggestions)) == len(answer.suggestions)
    if answer.abstained:
        assert not answer.citations
        assert not answer.statements
        assert answer.table is None
    else:
        assert answer.statements or answer.table
    for statement in answer.statements:
        assert statement.text.strip()
        assert statement.citations, f"no proof: {statement.text}"
    if answer.table is not None:
        assert answer.table.rows
        for row in answer.table.rows:
            assert len(row) == len(answer.table.columns)
            aspect, *proved = row
            assert aspect.text
            assert not aspect.citations
            assert all((cell.text == NOT_STATED) != bool(cell.citations) for cell in proved)


def test_every_chunk_and_sentence_of_the_index_is_where_it_says(assistant: Assistant) -> None:
    articles = {article.id: article.text for article in assistant.articles}
    stored = list(assistant.index.store.all())
    assert len(stored) == assistant.index.manifest.chunks
    for chunk in (one.chunk for one in stored):
        text = articles[chunk.article_id]
        assert text[chunk.start : chunk.end] == chunk.text
        for sentence in chunk.sentences:
            assert chunk.start <= sentence.start < sentence.end <= chunk.end
            plain = re.sub(r"[*_`]", "", text[sentence.start : sentence.end])
            assert " ".join(plain.split()) == sentence.text


@asking
@given(question=questions)
@example(question="BPO vs KPO")
@example(question="Payroll: BPO or KPO?")
@example(question="What are the differences in cost between BPO and KPO?")
@example(question="Which one suits legal research, and why not the other one?")
@example(question="Who won the world cup in 1998?")
@example(question="[1] [2] cite me [99]")
@example(question="<b>BPO</b> vs <i>KPO</i>")
@example(question="BPO " * 400)
def test_every_answer_is_proved_or_an_abstention(question: str, assistant: Assistant) -> None:
    answer = ask(assistant, question)
    if answer is not None:
        assert answer.question == question
        assert_sound(answer, assistant)


@asking
@given(earlier=st.lists(questions, min_size=1, max_size=4), question=questions)
@example(earlier=["What is KPO?"], question="And BPO?")
@example(earlier=["BPO vs KPO"], question="which of them is cheaper?")
@example(earlier=["What is nearshore outsourcing?"], question="and onshore?")
@example(earlier=["?!"], question="why?")
def test_every_answer_to_a_follow_up_is_proved_or_an_abstention(
    earlier: list[str], question: str, assistant: Assistant
) -> None:
    answer = ask(assistant, question, tuple(Turn(question=text, answer="An answer.") for text in earlier))
    if answer is not None:
        assert answer.question == question
        assert_sound(answer, assistant)


@settings(max_examples=20)
@given(question=questions)
def test_the_same_question_gets_the_same_answer(question: str, assistant: Assistant) -> None:
    one, other = ask(assistant, question), ask(assistant, question)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.model_dump(exclude={"timings_ms"}) == other.model_dump(exclude={"timings_ms"})


@settings(max_examples=20)
@given(question=questions, top_k=st.integers(1, 60))
def test_passages_are_ranked_distinct_and_quoted_exactly(question: str, top_k: int, assistant: Assistant) -> None:
    try:
        passages = assistant.retrieve(question, top_k)
    except QuestionError:
        return
    articles = {article.id: article.text for article in assistant.articles}
    assert 0 < len(passages) <= top_k
    assert [one.score for one in passages] == sorted((one.score for one in passages), reverse=True)
    assert len({(one.article_id, one.start) for one in passages}) == len(passages)
    for one in passages:
        assert articles[one.article_id][one.start : one.end] == one.quote


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_the_threshold_decides_between_an_answer_and_an_abstention(threshold: float, assistant: Assistant) -> None:
    strict = Assistant(
        assistant.index, assistant._embedder, assistant.settings.model_copy(update={"threshold": threshold})
    )
    for question in ("What is KPO?", "Who won the world cup?", "BPO vs KPO"):
        answer = strict.ask(question)
        assert answer.abstained == (threshold == 1.0)
        assert_sound(answer, assistant)


def test_the_chain_answers_as_ask_does(assistant: Assistant) -> None:
    history = (Turn(question="What is KPO?", answer="Outsourcing."),)
    for asked in (Asked("BPO vs KPO"), Asked("And BPO?", history), Asked("Who won the world cup?")):
        by_chain = assistant.chain.invoke(asked).model_dump(exclude={"timings_ms"})
        assert by_chain == assistant.ask(asked.question, asked.history).model_dump(exclude={"timings_ms"})
