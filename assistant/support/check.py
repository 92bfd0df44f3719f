"""Check whether quotes support a statement, by rules that give the same verdict every time.

A statement that stands in a quote word for word is supported. Any other is cut into claims, and every claim must
agree with one of its quotes: in figures and names, in the side that it speaks of, in what is more and what is less,
in what is asserted and what is denied, in cause and effect, and in its content words. What the rules find wrong is
a veto. How many content words must be quoted is a matter of degree: with models at hand (`assistant.support.meaning`)
what they read in a statement and its quotes is weighed, as fitted on pairs; without any a fixed share is needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from assistant.sides import SideFinder
from assistant.support.claims import named, read_claims
from assistant.support.cleaning import clean
from assistant.support.figures import figure_faults
from assistant.support.match import Sentence, best_match
from assistant.support.meaning import Calibration, Reader, load_calibration
from assistant.support.names import abbreviate, name_faults
from assistant.support.relations import turns_cause
from assistant.support.strength import denies_unsaid, ranks_unsaid
from assistant.support.text import SENTENCE, TOKEN, Word, verbatim

# Chosen by hand on the paraphrases in tests/assistant/test_support.py.
MIN_COVERAGE = 0.7
MIN_COVERAGE_WHEN_CLOSE = 0.5
CLOSE = 0.75
# No meaning is near enough to make up for more than a third of the words.
MIN_COVERAGE_TO_READ = 0.65
# A name of a few words before a sentence.
_LABELLED = re.compile(r"(?P<label>(?:[\w()&/'’-]+ ){0,4}[\w()&/'’-]+): (?P<rest>(?:\S+\s+){4}.+)", re.DOTALL)
# A quote of fewer words is read with its context.
_SHORT = 6


@dataclass(frozen=True, slots=True)
class Support:
    """A verdict.

    `reasons` says why not, empty when `ok`; `kinds` names the same in one word each, without the statement's own
    words. `coverage` is the share of content words found, 0 to 1; `features` is what the fitted part weighed.
    """

    ok: bool
    reasons: tuple[str, ...] = ()
    coverage: float = 1.0
    kinds: tuple[str, ...] = ()
    features: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """What may prove a statement. `context`, such as headings, tells the sides where the text names none."""

    text: str
    context: str = ""

    @property
    def alone(self) -> str:
        """The text, with its context where it is too short to be understood alone, as in a table's cell."""
        return f"{self.context}: {self.text}" if self.context and len(self.text.split()) < _SHORT else self.text


def supports(
    statement: str,
    quotes: Sequence[str | Quote],
    *,
    similarity: float | None = None,
    finder: SideFinder | None = None,
    around: str = "",
    reader: Reader | None = None,
    calibration: Calibration | None = None,
) -> Support:
    """Check a statement against the quotes that it cites, taken together.

    Args:
        statement: one sentence or table cell; citation marks and Markdown in it do not count.
        quotes: the quotes it cites.
        similarity: cosine of the statement's and the quotes' meanings, when known and no `reader` is given. A close
            meaning lets fewer content words do; it never makes up for a wrong figure, name or negation.
        finder: tells the sides that are compared; without it, no side is told from another.
        around: names the sides that the statement speaks of where it names none, as "it" does.
        reader: reads meanings; without it, words count only when they or their like are quoted.
        calibration: weighs what `reader` reads; the one that ships with the package unless given.
    """
    said = clean(statement)
    proofs = [Quote(clean(q.text), q.context) if isinstance(q, Quote) else Quote(clean(q)) for q in quotes]
    proofs = [proof for proof in proofs if proof.text]
    if not said or not TOKEN.search(said):
        return Support(False, ("the statement is empty",), 0.0, ("empty",))
    if not proofs:
        return Support(False, ("nothing is quoted",), 0.0, ("empty",))
    if any(verbatim(said, proof.text) for proof in proofs):
        return Support(True)
    if labelled := _LABELLED.match(said):
        # The words of "Customer service: ..." may not make up for what is said behind them.
        label, rest = labelled.group("label", "rest")
        told = supports(rest, proofs, finder=finder, around=f"{around} {label}", reader=reader, calibration=calibration)
        if not told.ok:
            return told
    joined = "\n".join(proof.text for proof in proofs)
    said = abbreviate(said, joined)
    everything = "\n".join([joined, *(proof.context for proof in proofs)])
    faults = [("figure", fault) for fault in figure_faults(said, joined)]
    faults += [("negation", fault) for fault in denies_unsaid(said, joined)]
    faults += [("strength", fault) for fault in ranks_unsaid(said, joined)]
    faults += [("name", fault) for fault in name_faults(said, everything)]
    sentences = [sentence for proof in proofs for sentence in _sentences(proof, finder)]
    matches = [best_match(claim, sentences, finder) for claim in read_claims(said, finder, around)]
    faults += [fault for match in matches for fault in match.faults]
    if any(turns_cause(named(text, finder), [one.named for one in sentences]) for text in SENTENCE.split(said)):
        faults.append(("relation", "the quotes have cause and effect the other way round"))
    quoted = {word.stem for one in sentences for claim in one.claims for word in claim.words}
    mixed = sorted({word.stem for match in matches for word in match.lacking} & quoted)
    faults += [("side", f"the quotes say it of something else: {stem}") for stem in mixed[:1]]
    words = [word for match in matches for word in match.words]
    lacking = [word for match in matches for word in match.lacking]
    coverage = 1.0 - len(lacking) / len(words) if words else 1.0
    features: dict[str, float] = {}
    if reader is not None and not faults and coverage < MIN_COVERAGE_TO_READ:
        faults.append(("coverage", _uncovered(lacking, coverage, None, MIN_COVERAGE_TO_READ)))
    elif reader is not None and not faults:
        features = reader.features(said, [proof.alone for proof in proofs], words, lacking)
        weights = calibration or load_calibration()
        if not weights.accepts(features):
            faults.append(("meaning", _uncovered(lacking, coverage, weights.probability(features))))
    elif reader is None:
        needed = MIN_COVERAGE_WHEN_CLOSE if similarity is not None and similarity >= CLOSE else MIN_COVERAGE
        if coverage < needed:
            faults.append(("coverage", _uncovered(lacking, coverage, None, needed)))
    reasons = tuple(dict.fromkeys(detail for _, detail in faults))
    kinds = tuple(dict.fromkeys(kind for kind, _ in faults))
    return Support(not faults, reasons, coverage, kinds, features)


def _uncovered(lacking: Sequence[Word], coverage: float, probability: float | None, needed: float = 0.0) -> str:
    listed = ", ".join(sorted({word.stem for word in lacking})[:6]) or "none"
    least = f"{needed:.0%} needed" if probability is None else f"supported with probability {probability:.2f}"
    return f"{coverage:.0%} of the content words are quoted, {least}; not quoted: {listed}"


@lru_cache(maxsize=4096)
def _sentences(proof: Quote, finder: SideFinder | None) -> tuple[Sentence, ...]:
    read = ((text, read_claims(text, finder, proof.context)) for text in SENTENCE.split(proof.text))
    return tuple(Sentence(named(text, finder), tuple(claims)) for text, claims in read if claims)
