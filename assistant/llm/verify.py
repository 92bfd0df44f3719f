"""Check one sentence that a model wrote against the passages: keep it, cite it anew, or drop it.

The rules are those of `assistant.support`. What counts is a proof that can be shown: one sentence of a passage, or two
of one passage. A sentence passes by the passages that it cites; by another that it was written from, it passes with
that one's citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.hygiene import speaks_to_model
from assistant.llm.sentences import Written
from assistant.llm.sources import Proof, Source
from assistant.sides import SideFinder, Sides
from assistant.support import Support, supports
from assistant.support.claims import read_claims
from assistant.support.cleaning import clean
from assistant.support.lexicon import lexicon
from assistant.support.meaning import Reader
from assistant.support.text import Word, meanings, read_words, shared
from assistant.types import Verdict

# A sentence with fewer content words says nothing that could be proved.
_FEWEST_WORDS = 2
# Words that point back; what they point to is taken from the sentence before, or the sentence is dropped.
_POINTS_BACK = re.compile(r"^(it|its|they|their|both)\b", re.IGNORECASE)
# What these point to cannot be told by rules.
_POINTS_OVER = re.compile(
    r"^(this|these|that|those|such)\b|\b(the (former|latter|other|first one|second one)|the above|as mentioned)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"^\([^()]*\)[.!]?$")
# What a sentence cannot end with.
_OPEN = (":", ",", ";", "-", "–", "—")
_SPEAKS = re.compile(r"\b(I|I'm|I am|me|my|we|us|our|you|your)\b")
# The most pairs of proofs that are looked at together.
_MOST_PAIRS = 20
# The shares of a sentence's words that a proof, or a pair of proofs, has at least.
_LEAST_SHARED = 0.5
_LEAST_SHARED_BY_PAIR = 0.8


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with its verdict; `proofs` are what it may be cited with, each with its source."""

    text: str
    verdict: Verdict
    proofs: tuple[tuple[Source, Proof], ...] = ()
    reasons: tuple[str, ...] = ()


class Verifier:
    """Checks the sentences of one answer, in their order."""

    def __init__(self, sources: Sequence[Source], finder: SideFinder, reader: Reader, *, question: str = "") -> None:
        asked = finder.find(question)
        # A question of one side is not answered with what is said of another alone.
        self._asked = asked if len(asked) == 1 else frozenset[int]()
        self._sources = {source.number: source for source in sources}
        self._finder = finder
        self._reader = reader
        self._said: set[str] = set()
        # The sides that the sentence before spoke of; None when it was dropped, or there was none.
        self._before: Sides | None = None

    def check(self, written: Written) -> Checked:
        """Return the verdict on the next sentence."""
        checked = self._check(written)
        kept = checked.verdict != "dropped"
        self._before = (self._sides_of(written.text) or self._before) if kept else None
        if kept:
            self._said.add(_plain(written.text))
        return checked

    def _sides_of(self, text: str) -> Sides:
        """Return the sides that a sentence speaks of, those left out that it only sets them against."""
        claims = read_claims(clean(text), self._finder)
        return claims[-1].sides if claims else frozenset()

    def _check(self, written: Written) -> Checked:
        if reason := self._refusal(written):
            return Checked(written.text, "dropped", reasons=(reason,))
        cited = [self._sources[number] for number in written.cited if number in self._sources]
        found = self._prove(written.text, cited)
        if isinstance(found, tuple):
            return Checked(written.text, "kept", proofs=found)
        others = [source for source in self._sources.values() if source not in cited]
        elsewhere = self._prove(written.text, others)
        if isinstance(elsewhere, tuple):
            return Checked(written.text, "re-cited", proofs=elsewhere, reasons=_because(written, cited, found))
        return Checked(written.text, "dropped", reasons=_because(written, cited, found if cited else elsewhere))

    def _says_something(self, text: str) -> bool:
        """Tell a statement from a heading or a filler: by two words of content, or one that sets sides in relation."""
        if _is_title(text):
            return False
        known = lexicon()
        words = {word.stem for word in read_words(self._finder.mask(clean(text)))} - known.light
        relates = any(claim.against is not None for claim in read_claims(clean(text), self._finder))
        return len(words) >= (1 if relates else _FEWEST_WORDS)

    def _refusal(self, written: Written) -> str:
        """Return why a sentence is dropped without looking for a proof, "" when it is not."""
        text = written.text
        if not self._says_something(text):
            return "says nothing"
        if _ASIDE.match(text) or not written.whole or text.endswith(_OPEN):
            return "unfinished"
        if _plain(text) in self._said:
            return "repeated"
        if text.rstrip().endswith("?"):
            return "asks"
        if speaks_to_model(text) or _SPEAKS.search(text):
            return "speaks of itself"
        if self._asked and (spoken := self._finder.find(text)) and not spoken & self._asked:
            return "another side"
        if _POINTS_OVER.search(text) or (_POINTS_BACK.match(text) and self._before is None):
            return "points to what is not there"
        return ""

    def _prove(self, text: str, sources: Sequence[Source]) -> tuple[tuple[Source, Proof], ...] | Support:
        """Return what proves a sentence, or the verdict that came nearest to proving it."""
        around = ""
        if _POINTS_BACK.match(text) and self._before:
            around = " ".join(self._finder.names[side] for side in sorted(self._before))
        nearest = Support(False, kinds=("no passage",), coverage=-1.0)
        words = read_words(self._finder.mask(clean(text)))
        for proofs in _candidates(sources, words):
            quotes = [proof.quote for _, proof in proofs]
            verdict = supports(text, quotes, finder=self._finder, around=around, reader=self._reader)
            if verdict.ok:
                return proofs
            if (-len(verdict.kinds), verdict.coverage) > (-len(nearest.kinds), nearest.coverage):
                nearest = verdict
        return nearest


def _candidates(sources: Sequence[Source], words: Sequence[Word]) -> Iterator[tuple[tuple[Source, Proof], ...]]:
    """Yield what may prove a sentence: each sentence alone, then two of one passage, then two of two passages.

    What shares too few words with it is left out; a pair must share more than either of its sentences.
    """
    alone = [(source, proof, meanings(clean(proof.quote.text))) for source in sources for proof in source.proofs]
    shares = [shared(words, evidence) for _, _, evidence in alone]
    ranked = sorted(range(len(alone)), key=lambda i: -shares[i])
    for i in ranked:
        if shares[i] >= _LEAST_SHARED:
            yield (alone[i][:2],)
    near = [i for i in ranked if shares[i] > 0]
    pairs = sorted(combinations(near, 2), key=lambda pair: alone[pair[0]][0] is not alone[pair[1]][0])
    tried = 0
    for i, j in pairs:
        together = shared(words, alone[i][2] | alone[j][2])
        if together >= _LEAST_SHARED_BY_PAIR and together > max(shares[i], shares[j]) and tried < _MOST_PAIRS:
            tried += 1
            yield (alone[i][:2], alone[j][:2])


def _because(written: Written, cited: Sequence[Source], found: Support) -> tuple[str, ...]:
    if not written.cited:
        return ("no citation", *(found.kinds if cited else ()))
    return ("no such passage",) if not cited else found.kinds


def _is_title(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if word.lower() not in lexicon().function]
    return len(words) > _FEWEST_WORDS and all(word[0].isupper() for word in words)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
