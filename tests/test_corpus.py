"""The shipped corpus: in our own words, with its sources named and their questions kept."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from assistant.evaluation.cases import load_cases
from assistant.evaluation.sufficiency import load_mischief
from ingest.articles import read_article, read_corpus
from ingest.domain import load_domain
from ingest.keywords import words
from ingest.settings import IngestSettings
from ingest.types import Article
from tests.conftest import CORPUS

MISCHIEF = Path(__file__).parent / "assistant" / "mischief.yaml"
HELD_OUT = Path(__file__).parent / "faq" / "held-out"
SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
LIMIT = IngestSettings().max_file_bytes
# Words in a row from which on a sentence counts as copied.
COPIED = 8
IDS = ["booth-and-partners", "educba", "glossary-entry", "ninearchs", "what-are-their-differences"]
FAQS = {
    "ninearchs": 4,
    "glossary-entry": 5,
}


@pytest.fixture(scope="module", params=IDS)
def article(request: pytest.FixtureRequest) -> Article:
    return read_article(CORPUS / f"{request.param}.md", max_file_bytes=LIMIT)


@pytest.fixture(scope="module")
def seed_runs() -> dict[tuple[str, ...], str]:
    """Every run of words in the sources, with the source's name."""
    pages = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    if not pages:
        pytest.skip(f"the source pages are not in {SEEDS}")
    return {run: page.name for page in pages for run in runs(words(page.read_text(encoding="utf-8")))}


def runs(text: list[str]) -> list[tuple[str, ...]]:
    return [tuple(text[at : at + COPIED]) for at in range(len(text) - COPIED + 1)]


def own_lines(article: Article) -> list[str]:
    """Return the lines that are ours: headings, which hold titles and the sources' questions, are left out."""
    return [line for line in article.text.splitlines() if line.strip() and not line.startswith("#")]


def test_the_corpus_holds_the_five_articles_and_each_can_be_read() -> None:
    found = read_corpus(CORPUS, max_file_bytes=LIMIT)
    assert [article.id for article in found.articles] == IDS
    assert found.skipped == ()


def test_every_article_has_a_title_of_its_own() -> None:
    titles = [article.title for article in read_corpus(CORPUS, max_file_bytes=LIMIT).articles]
    assert all(titles)
    assert len(set(titles)) == len(IDS)


def test_no_sentence_is_copied_from_a_source(article: Article, seed_runs: dict[tuple[str, ...], str]) -> None:
    copied = [
        f"{' '.join(run)!r} is in {seed_runs[run]}: {line}"
        for line in own_lines(article)
        for run in runs(words(line))
        if run in seed_runs
    ]
    assert not copied, "\n".join(copied)


def test_a_copied_sentence_would_be_found(seed_runs: dict[tuple[str, ...], str]) -> None:
    run, page = next(iter(seed_runs.items()))
    copied = Article("a", "A", f"# Heading\n\nOur own words, then {' '.join(run)}, and more.\n")
    assert [seed_runs[r] for line in own_lines(copied) for r in runs(words(line)) if r in seed_runs] == [page]


@pytest.mark.parametrize(("article", "count"), FAQS.items(), indirect=["article"], ids=FAQS)
def test_the_questions_of_the_sources_are_headings_with_an_answer(article: Article, count: int) -> None:
    asked = re.findall(r"^#+ (.+\?)\n\n(?!#)\S", article.text, re.MULTILINE)
    assert len(asked) >= count
    assert all(re.search("BPO|KPO", question) for question in asked), "each names what it asks about"


def test_addresses_and_dates_are_given_in_full_or_left_out(article: Article) -> None:
    assert article.url is None or re.fullmatch(r"https://\S+", article.url)
    assert article.published is None or re.fullmatch(r"\d{4}(-\d\d){0,2}", article.published)
    assert article.publisher is None or article.publisher.strip()


def test_every_line_is_one_sentence_item_or_row(article: Article) -> None:
    for line in own_lines(article):
        assert re.match(r"(\||[-*] |\d+\. )", line) or re.search(r"[.:!?]$", line), line


def test_tables_have_as_many_cells_in_every_row_as_columns(article: Article) -> None:
    for table in re.findall(r"(?:^\|.*\|\n?)+", article.text, re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


def test_the_domain_names_both_sides_and_questions_to_start_with() -> None:
    domain = load_domain(CORPUS)
    assert [side.name for side in domain.sides] == ["BPO", "KPO"]
    assert domain.aspects
    starters = list(chain.from_iterable(theme.questions for theme in domain.starters))
    assert starters
    assert len(set(starters)) == len(starters)


def test_no_question_that_is_only_scored_is_listed_as_unanswered() -> None:
    listed = {tuple(words(question)) for question in load_domain(CORPUS).unanswered}
    held_out = {tuple(words(one.case.asked[-1])) for one in load_cases([HELD_OUT])}
    held_out |= {tuple(words(text)) for text in load_mischief(MISCHIEF)}
    assert listed
    # Of two words with signs between them nothing can be learnt.
    assert not {text for text in listed & held_out if len(text) > 2}
