"""Clean what is compared, and read it as content words with their polarity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.support.lexicon import Lexicon, lexicon, word_stems

NUMBER_WORDS = frozenset(
    re.findall(
        r"\w+",
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand",
    )
)
_SPACE = re.compile(r"\s+")
_EDGES = " .;:,!?\"'"
TOKEN = re.compile(r"[^\W_]+(?:['&-][^\W_]+)*", re.UNICODE)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"[,;:()]|\b(?:but|while|whereas|although|though|however)\b", re.IGNORECASE)
# How many content words a negation reaches: those that it surely denies, and those that it may. How far before "no"
# and "without" a word may be denied with them.
_DENIED = 3
_REACH = 6
_HARDLY = 2
_BEFORE_NO = 3
_NOT_THIS = frozenset([("instead", "of"), ("rather", "than"), ("opposed", "to"), ("except", "for")])
_TURNS = frozenset(
    re.findall(
        r"\S+",
        "turn turns turned turning change changes changed transform transforms transformed convert",
    )
)
_BUT_THAT = re.compile(r"^\s*(?:on|in|rather|instead|also|to|by|for|with|about)\b", re.IGNORECASE)
# A clause with one of these says something of its own, which a negation before its comma does not reach.
_SAYS_ANEW = re.compile(
    r"\b(is|are|was|were|has|have|had|can|will|may|might|must|should|does|do|so|but|which|who|it|they|then|because|since"
    r"|as|if|when)\b",
    re.IGNORECASE,
)
_BE = frozenset(["is", "are", "was", "were", "be", "been"])
_PARTICIPLE = ("ed", "en", "necessary", "optional")
# Shorter words that begin with "un" deny nothing.
_SHORT = 5
_NOUN_NEGATIONS = frozenset(["no", "without", "none", "nothing", "lack", "lacks", "lacking"])


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its stem, and whether it is asserted.

    `polarity` is 1 when asserted, -1 when denied, 0 when it may be either, as the verb before "no".
    """

    stem: str
    polarity: int


def verbatim(said: str, quote: str) -> bool:
    """Tell whether a statement stands in a quote word for word, and nothing before it takes it back."""
    flat = _SPACE.sub(" ", quote)
    needle = _SPACE.sub(" ", said).strip(_EDGES).casefold()
    found = flat.casefold().find(needle) if needle else -1
    if found < 0 or not _at_word_edges(flat, found, found + len(needle)):
        return False
    before = SENTENCE.split(flat[:found])[-1] if found else ""
    return not any(_is_negation(token, lexicon()) for token in TOKEN.findall(before.lower()))


def _at_word_edges(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())


def read_words(text: str) -> tuple[Word, ...]:
    """Return the content words of a cleaned text, in its order."""
    found: list[Word] = []
    start = 0
    goes_on = False
    for start, end in _clause_spans(text):
        clause = text[start:end]
        if text[:start].lower().endswith("but") and _BUT_THAT.match(clause):
            found = _open_first(found)
        words, open_end = _read_clause(clause, goes_on=goes_on and not _SAYS_ANEW.search(clause))
        found += words
        goes_on = open_end and clause.rstrip()[-1:] in (",", "(", ")")
    return tuple(_join_phrases(found))


def _open_first(words: list[Word]) -> list[Word]:
    """Return words with the first denied one open: "does not focus on this but on that" denies it of this only."""
    first = next((place for place, word in enumerate(words) if word.polarity < 0), len(words))
    return [Word(word.stem, 0) if place == first else word for place, word in enumerate(words)]


def _clause_spans(text: str) -> list[tuple[int, int]]:
    cuts = [0]
    for match in (*SENTENCE.finditer(text), *_CLAUSE.finditer(text)):
        cuts.append(match.end())
    cuts = sorted({*cuts, len(text)})
    return list(pairwise(cuts))


def _read_clause(text: str, *, goes_on: bool) -> tuple[list[Word], bool]:
    """Return the words of a clause, and whether a negation in it reaches beyond its end.

    `goes_on` tells that a list goes on of which the clause before denied something.
    """
    known = lexicon()
    words = [token.lower() for token in TOKEN.findall(text)]
    found: list[Word] = []
    # How many words to come are denied, may be denied, and are set aside: neither asserted nor denied.
    denied, maybe, aside = 0, len(words) if goes_on else 0, 0
    for place, token in enumerate(words):
        following = words[place + 1 : place + 4]
        if _is_negation(token, known) and not (following and following[0] in known.undo):
            denied = 1 if following[:1] == ["as"] or (following and following[0] in known.confining) else _DENIED
            maybe = 0 if denied == 1 else _REACH
            if token in _NOUN_NEGATIONS:
                found[-_BEFORE_NO:] = [Word(word.stem, 0) for word in found[-_BEFORE_NO:]]
            elif place and words[place - 1] in _BE:
                # "Expertise is not required", "is not the aim": what is denied may stand before.
                found = [Word(word.stem, 0) for word in found]
                denied = 1 if any(one.endswith(_PARTICIPLE) for one in following) else denied
            continue
        if token == "and" and denied:
            # What is listed behind may be denied with it, or be said anew.
            denied = 0
            continue
        if token == "than" or (token == "from" and {"into", "to"} & set(words[place + 1 :]) and _TURNS & set(words)):
            # What is compared with, or turned into something else.
            aside = _REACH
        elif token == "and" or (token in ("into", "to") and "from" in words[:place]):
            aside = 0
        if tuple(words[place : place + 2]) in _NOT_THIS:
            denied, maybe = _DENIED, _REACH
            continue
        if token in known.hardly or (token in known.scant and not (place and words[place - 1] == "a")):
            reach = _HARDLY if token in known.hardly else 1
            denied, maybe = max(denied, reach), max(maybe, reach)
            if token in known.function:
                continue
        elif token in known.function or token in known.undo | known.bare | known.negations:
            continue
        for stem, sign in _signed_stems(token, known):
            if not stem.isdigit() and token not in NUMBER_WORDS and stem not in known.function:
                is_own = token in known.hardly | known.scant
                found.append(Word(stem, sign if is_own else -sign if denied else 0 if maybe or aside else sign))
                if not is_own and (stem not in known.light or denied == 1):
                    denied -= bool(denied)
                    maybe -= bool(maybe)
                    aside -= bool(aside)
    return found, bool(denied or maybe)


def _signed_stems(token: str, known: Lexicon) -> list[tuple[str, int]]:
    """Return the stems of a token, each with 1, or -1 where a syllable before it denies it, as in "unpaid"."""
    token = token.removesuffix("'s")
    if token in known.denying:
        return [(stem, -1) for stem in word_stems(known.denying[token])]
    if token.startswith("non-"):
        return [(stem, -1) for stem in word_stems(token.removeprefix("non-"))]
    if token.startswith("un") and len(token) > _SHORT and token not in known.not_denying:
        return [(stem, -1) for stem in word_stems(token.removeprefix("un"))]
    return [(stem, 1) for stem in word_stems(token)]


def _is_negation(token: str, known: Lexicon) -> bool:
    return token in known.negations or token.endswith("n't")


def _join_phrases(words: Sequence[Word]) -> list[Word]:
    """Return the words with each known phrase as one; its parts that are function words were left out before."""
    phrases = lexicon().phrases
    joined: list[Word] = []
    at = 0
    while at < len(words):
        row = next(
            (p for p in phrases if len(p) <= len(words) - at and tuple(w.stem for w in words[at : at + len(p)]) == p),
            None,
        )
        size = len(row) if row else 1
        polarity = min((word.polarity for word in words[at : at + size]), key=abs)
        polarity = words[at].polarity if size == 1 else polarity
        joined.append(Word("_".join(row) if row else words[at].stem, polarity))
        at += size
    return joined


@lru_cache(maxsize=8192)
def meanings(text: str) -> frozenset[str | int]:
    """Return what a text's content words are known by: their stems, and the numbers of the groups that they are in."""
    known = lexicon()
    stems = {word.stem for word in read_words(text)}
    groups = {group for stem in stems for group in known.groups.get(stem, ())}
    against = {other for stem in stems for other in known.opposed_to.get(stem, ())}
    return frozenset(stems | groups | against)


def shared(words: Sequence[Word], evidence: frozenset[str | int]) -> float:
    """Return the share, 0 to 1, of words that evidence knows by their stem, their group or their opposite.

    Light words are left out. No statement is supported where this is low; it is quick to tell.
    """
    known = lexicon()
    wanted = [word.stem for word in words if word.stem not in known.light]
    if not wanted:
        return 1.0
    found = sum(stem in evidence or bool(known.groups.get(stem, frozenset()) & evidence) for stem in wanted)
    return found / len(wanted)
