"""Propose cases from the FAQ sections of a corpus: each question, its article, and facts guessed from its answer.

The guesses are for a person to check: figures first, then the words that are rarest in the corpus.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from assistant.evaluation.cases import Case, dump_cases
from ingest.articles import read_corpus
from ingest.chunks import split_article
from ingest.keywords import stems, words
from ingest.settings import IngestSettings
from ingest.types import Chunk, Kind

_HEADER = """\
# Proposed from the FAQ sections of the corpus. Check each fact: it is a guess from the article's answer. A fact that
# any right answer would hold is good; one that only repeats the article's wording is not.
"""
_FIGURE = re.compile(r"\d[\d.,]*\s?%?")
_MOST_FACTS = 3
_SLUG_WORDS = 6


def propose_cases(corpus: Path, token_spans: Callable[[str], list[tuple[int, int]]] | None = None) -> list[Case]:
    """Return a case for each FAQ question of a corpus, in the order of articles and text.

    Args:
        corpus: the folder of articles.
        token_spans: the embedding model's tokenizer, to split as the index does; words by default.

    Raises:
        CorpusError: the folder is missing or holds no readable article.
    """
    settings = IngestSettings()
    found = read_corpus(corpus, max_file_bytes=settings.max_file_bytes)
    chunks = [
        chunk for article in found.articles for chunk in split_article(article, settings, token_spans or _word_spans)
    ]
    spread = Counter(stem for chunk in chunks for stem in set(stems(chunk.text)))
    answers: dict[tuple[str, str], list[Chunk]] = {}
    for chunk in chunks:
        if chunk.kind is Kind.FAQ:
            answers.setdefault((chunk.article_id, chunk.heading.rsplit(" > ", 1)[-1]), []).append(chunk)
    used: set[str] = set()
    return [_propose(article_id, question, parts, spread, used) for (article_id, question), parts in answers.items()]


def proposal_text(cases: Sequence[Case]) -> str:
    """Return proposed cases as a case file that says what to check."""
    return _HEADER + dump_cases(cases)


def _propose(article_id: str, question: str, parts: Sequence[Chunk], spread: Counter[str], used: set[str]) -> Case:
    sentences = [sentence.text for chunk in parts for sentence in chunk.sentences]
    return Case(
        id=fresh_id(question, used),
        question=question,
        facts=tuple((fact,) for fact in _guess_facts(question, " ".join(sentences), spread)),
        sources=(article_id,),
        reference=" ".join(sentences[:2]),
        tags=("source-faq",),
    )


def _guess_facts(question: str, answer: str, spread: Counter[str]) -> list[str]:
    figures = [match.group().strip(" .,") for match in _FIGURE.finditer(answer)]
    asked = set(stems(question))
    rare: dict[str, str] = {}
    for word in words(answer):
        stem = stems(word)
        if len(word) > 3 and len(stem) == 1 and stem[0] not in asked:
            rare.setdefault(stem[0], word)
    by_rarity = sorted(rare, key=lambda stem: spread[stem])
    return list(dict.fromkeys([*figures, *(rare[stem] for stem in by_rarity)]))[:_MOST_FACTS]


def fresh_id(question: str, used: set[str]) -> str:
    """Return a case id made of a question's first words, one that is not in `used`, and add it there."""
    slug = "-".join(re.findall(r"[a-z0-9]+", question.lower())[:_SLUG_WORDS]) or "question"
    candidates: Iterable[str] = (slug, *(f"{slug}-{n}" for n in range(2, 1000)))
    chosen = next(name for name in candidates if name not in used)
    used.add(chosen)
    return chosen


def _word_spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
