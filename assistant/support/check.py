"""Check whether quotes support a statement, by rules that give the same verdict every time.

A statement that stands in a quote word for word is supported. Any other is cut into claims, and every claim must
agree with one of its quotes: in figures and names, in the side that it speaks of, in what is more and what is less,
in what is asserted and what is denied, in cause and effect, and in its content words. What the rules find wrong is
a veto. How many content words must be quoted is a matter of degree: with an embedding model (`assistant.support.
meaning`) near words count, weighed by what was fitted on pairs; without one a fixed share is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from assistant.sides import SideFinder
from assistant.support.claims import Claim, halves, named, read_claims
from assistant.support.figures import figure_faults
from assistant.support.lexicon import lexicon
from assistant.support.meaning import Calibration, Reader, load_calibration
from assistant.support.names import name_faults
from assistant.support.relations import turns_cause, turns_deed
from assistant.support.text import SENTENCE, TOKEN, Word, clean, verbatim

# Chosen by hand on the paraphrases in tests/assistant/test_support.py.
MIN_COVERAGE = 0.7
MIN_COVERAGE_WHEN_CLOSE = 0.5
CLOSE = 0.75
# No meaning is near enough to make up for more than half of the words.
MIN_COVERAGE_TO_READ = 0.5


# "Only a low degree" claims no more than "a low degree".
_SMALL = frozenset(["entry-level", "low", "little", "minimal", "limited", "basic"])


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


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a quote with its claims."""

    named: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    """How a claim meets a sentence: what is wrong, and which of its words are not there."""

    faults: tuple[tuple[str, str], ...]
    words: tuple[Word, ...]
    lacking: tuple[Word, ...]

    @property
    def rank(self) -> tuple[int, float]:
        return -len(self.faults), -len(self.lacking) / max(len(self.words), 1)


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
    joined = "\n".join(proof.text for proof in proofs)
    everything = "\n".join([joined, *(proof.context for proof in proofs)])
    faults = [("figure", fault) for fault in figure_faults(said, joined)]
    faults += [("name", fault) for fault in name_faults(said, everything)]
    sentences = [sentence for proof in proofs for sentence in _sentences(proof, finder)]
    matches = [_best(claim, sentences, finder) for claim in read_claims(said, finder, around)]
    faults += [fault for match in matches for fault in match.faults]
    if any(turns_cause(named(text, finder), [one.named for one in sentences]) for text in SENTENCE.split(said)):
        faults.append(("relation", "the quotes have cause and effect the other way round"))
    words = [word for match in matches for word in match.words]
    lacking = [word for match in matches for word in match.lacking]
    coverage = 1.0 - len(lacking) / len(words) if words else 1.0
    features: dict[str, float] = {}
    if reader is not None and not faults and coverage < MIN_COVERAGE_TO_READ:
        faults.append(("coverage", _uncovered(lacking, coverage, None, MIN_COVERAGE_TO_READ)))
    elif reader is not None and not faults:
        features = reader.features(said, [proof.text for proof in proofs], words, lacking)
        weights = calibration or load_calibration()
        if not weights.accepts(features):
            faults.append(("coverage", _uncovered(lacking, coverage, weights.probability(features))))
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
def _sentences(proof: Quote, finder: SideFinder | None) -> tuple[_Sentence, ...]:
    read = ((text, read_claims(text, finder, proof.context)) for text in SENTENCE.split(proof.text))
    return tuple(_Sentence(named(text, finder), tuple(claims)) for text, claims in read if claims)


def _overstated(said: str, proof: str) -> list[str]:
    faults = []
    for group in lexicon().strong:
        ours, theirs = _strong(said, group), _strong(proof, group)
        if ours and not theirs:
            faults.append(f"the word {sorted(ours)[0]} is not quoted")
    return faults


def _strong(text: str, group: frozenset[str]) -> set[str]:
    """Return the words of a group in a text, those that "not" takes back left out."""
    tokens = [token.lower() for token in TOKEN.findall(text)]
    return {
        token
        for place, token in enumerate(tokens)
        if token in group
        and not (place and (tokens[place - 1] == "not" or tokens[place - 1].endswith("n't")))
        and not _SMALL & set(tokens[place + 1 : place + 3])
    }


def _best(claim: Claim, sentences: Sequence[_Sentence], finder: SideFinder | None) -> _Match:
    """Return how a claim meets the sentence that supports it best; of several sides, each may have its own."""
    whole = [_match(claim, [sentence]) for sentence in sentences]
    if not any(one.sides for sentence in sentences for one in sentence.claims):
        # Where no sides are told apart, words of several sentences cannot be mixed up between them.
        whole.append(_match(claim, sentences))
    best = max(whole, key=lambda match: match.rank)
    if (best.faults or best.lacking) and len(sentences) > 1:
        for half in halves(claim, finder):
            matches = [max((_match(one, [s]) for s in sentences), key=lambda match: match.rank) for one in half]
            both = _Match(
                tuple(fault for match in matches for fault in match.faults),
                tuple(word for match in matches for word in match.words),
                tuple(word for match in matches for word in match.lacking),
            )
            best = max(best, both, key=lambda match: match.rank)
    if best.faults and len(claim.sides) > 1 and claim.against is None:
        apart = [_best(replace(claim, sides=frozenset({side})), sentences, finder) for side in sorted(claim.sides)]
        worst = min(apart, key=lambda match: match.rank)
        return max(best, worst, key=lambda match: match.rank)
    return best


def _match(claim: Claim, sentences: Sequence[_Sentence]) -> _Match:
    near = [(one, sentence) for sentence in sentences for one in sentence.claims if _speaks_of(claim, one)]
    if not near:
        return _Match((("side", "the quotes do not say it of this side"),), claim.words, claim.words)
    faults: list[tuple[str, str]] = []
    if claim.against is not None:
        fault = _against(claim, [one for one, _ in near])
        faults += [("direction", fault)] if fault else []
    elif claim.degree and (signs := {one.degree for one, _ in near} - {0}) and claim.degree not in signs:
        faults.append(("direction", f"the quotes compare the other way: {_comparing(claim.text)}"))
    proof = [word for one, _ in near for word in one.words]
    faults += [("overstated", fault) for fault in _overstated(claim.text, " ".join(one.text for one, _ in near))]
    lacking, denied = _compare_words(claim.words, proof, compared=claim.relation == "compare")
    faults += [("negation", detail) for detail in denied[:2]]
    turned = [turns_deed(claim.named, one.named) for one, _ in near]
    if turned and all(turned):
        faults.append(("relation", f"the quotes have it done by another: {turned[0]}"))
    return _Match(tuple(faults), claim.words, tuple(lacking))


def _speaks_of(claim: Claim, proof: Claim) -> bool:
    """Tell whether a claim of a quote is of the side that a claim speaks of, or sets the same sides against another."""
    if not claim.sides or claim.sides <= proof.sides:
        return True
    return claim.against is not None and proof.against is not None and claim.sides == {proof.against}


def _against(claim: Claim, proofs: Sequence[Claim]) -> str:
    """Return what is wrong with how a claim sets one side against another, "" where the quotes agree."""
    fault = "the quotes do not compare these sides"
    for proof in proofs:
        if proof.against is None:
            alike = claim.relation == "compare" and claim.degree == proof.degree and claim.degree
            other = claim.relation == "order" and claim.sides | {claim.against} <= proof.sides
            if alike or other:
                return ""
            continue
        turned = claim.sides == {proof.against}
        if turned and not claim.degree:
            fault = "the quotes have the sides the other way round"
        elif claim.relation != "compare" or proof.relation != "compare":
            if claim.relation == proof.relation and not turned:
                return ""
            fault = "the quotes have the sides the other way round" if turned else fault
        elif claim.degree == (-proof.degree if turned else proof.degree):
            return ""
        else:
            fault = f"the quotes compare the other way: {_comparing(claim.text)}"
    return fault


def _comparing(text: str) -> str:
    known = lexicon()
    found = [token for token in TOKEN.findall(text.lower()) if token in known.bare | known.greater | known.lesser]
    return f"the word {found[0]}" if found else "more against less"


def _compare_words(ours: Sequence[Word], theirs: Sequence[Word], *, compared: bool) -> tuple[list[Word], list[str]]:
    """Return the words that a proof lacks, and what is wrong with those it has with another polarity.

    `compared` tells that both compare the same way, by whatever words: "simpler" is "less complex".
    """
    known = lexicon()
    lacking: list[Word] = []
    denied: list[str] = []
    # A light word is held to its polarity only where nothing else is denied.
    bound = any(word.polarity < 0 for word in ours) and all(w.polarity > 0 or w.stem in known.light for w in ours)
    for word in ours:
        meets = [(other, 1) for other in theirs if known.same(word.stem, other.stem)]
        meets += [(other, -1) for other in theirs if known.opposed(word.stem, other.stem)]
        if not meets:
            if word.stem not in known.light:
                lacking.append(word)
        elif compared and any(sign < 0 for _, sign in meets):
            continue
        elif (bound or word.stem not in known.light) and not any(
            _agree(word.polarity, sign * other.polarity) for other, sign in meets
        ):
            how = ("negated", "assert") if word.polarity < 0 else ("asserted", "negate")
            denied.append(f"{word.stem!r} is {how[0]}, the quotes {how[1]} it")
    return lacking, denied


def _agree(ours: int, theirs: int) -> bool:
    return not ours or not theirs or ours == theirs
