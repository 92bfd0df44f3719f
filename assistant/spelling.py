"""Mend typing errors and short forms in a question, against the corpus' own words first.

A word is left alone when the corpus or a general English dictionary knows it, unless it is a rare one that a corpus
word turns into by a common slip ("costumer"); else the nearest known word takes its place, the corpus' words before
others. Words that were typed as one ("callcenter", "withBPO") are two again. Names and new words that are near nothing
stay as typed, so that the assistant can say that no article mentions them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from bm25s.stopwords import STOPWORDS_EN_PLUS
from rapidfuzz import process
from rapidfuzz.distance import OSA

from ingest.keywords import stems

# Letters, and what follows an apostrophe: of "aren't" neither part is a word of its own.
_WORD = re.compile(r"([^\W\d_]+)((?:['’][^\W\d_]+)?)")
_SHORTEST = 4
# Short forms of messages and notes, which are no typing errors: no known word is near them.
_SHORT_FORMS = {
    "abt": "about", "alot": "a lot", "acct": "account", "accts": "accounts", "adv": "advantages", "asap": "quickly",
    "bcoz": "because", "bcz": "because", "biz": "business", "btw": "between", "btwn": "between", "bw": "between",
    "coz": "because", "cust": "customer", "cuz": "because", "def": "definition", "defn": "definition",
    "dept": "department", "diff": "difference", "diffs": "differences", "disadv": "disadvantages",
    "dnt": "do not", "edu": "education", "emp": "employees", "eqv": "equivalent", "govt": "government",
    "hav": "have", "hw": "how", "hwo": "how", "inc": "included", "incl": "included", "ind": "industry",
    "lvl": "level", "mfg": "manufacturing",
    "mgmt": "management", "mgt": "management", "mkt": "market", "mktg": "marketing", "ofc": "office",
    "pls": "please", "plz": "please", "ppl": "people", "proc": "process", "qual": "qualification",
    "quals": "qualifications", "r": "are", "req": "required", "reqd": "required", "reqs": "requirements",
    "svc": "service", "svcs": "services", "thru": "through", "thx": "thanks", "u": "you", "ur": "your",
    "vol": "volume", "w": "with", "wanna": "want to", "wat": "what", "wats": "what is", "whats": "what is",
    "whch": "which", "whts": "what is", "wht": "what", "wich": "which", "wot": "what", "wots": "what is", "wut": "what",
    "wuts": "what is",
    "wrk": "work", "yr": "year", "yrs": "years",
}  # fmt: skip
# Short forms that are a letter or a digit, or words of their own elsewhere: only between two words.
_BETWEEN = (
    (re.compile(r"(?<=\w )n(?= \w)"), "and"),
    (re.compile(r"(?<=\w )4(?= [a-z]+(?<!s)\b)"), "for"),
    (re.compile(r"^y(?= (?:is|are|do|does|did|would|should|not|use|r)\b)", re.IGNORECASE), "why"),
)
# The general words that a typing error is mended to: rarer ones are more often wrong than right.
_COMMON = 10_000
_FREQUENT = 300
# So long a word in capitals, where not all is, is an acronym: an unknown one is no error, but said to be missing.
_ACRONYM = 5
# So long a word has few others of the same letters.
_SURELY = 6
# Of vowels "o" alone: "loosing" is a typing error, "retirees" and "carers" are words.
_DOUBLED = re.compile(r"([^aeiu])\1")
_VOWELS = re.compile(r"[aeiou]")
# An acronym and a word without a space between them: "BPOand", "withBPO".
_JOINED = re.compile(r"([A-Z]{2,})([a-z]{2,})|([A-Za-z][a-z]+)([A-Z]{2,})")
# A corpus word is a part of a longer one only where the corpus uses it so often: others make names ("freshdesk").
_USED = 3
# Two words of which none links have so many letters together: shorter ones make names ("bitcoin").
_PARTED = 8
# What links words, so that a word typed onto it says nothing; particles make words and names ("upwork").
_LINKS = frozenset(word for word in STOPWORDS_EN_PLUS if len(word) > 1) - {
    "about", "above", "after", "back", "below", "down", "off", "out", "over", "under", "up", "us", "re", "co",
}  # fmt: skip


class Speller:
    """Mends words that neither the corpus nor English knows, and rare ones that are a corpus word misspelt."""

    def __init__(self, corpus_words: Mapping[str, int]) -> None:
        self._counts = corpus_words
        self._all = frozenset(corpus_words)
        self._corpus = frozenset(word for word in self._all if word.isalpha() and len(word) >= _SHORTEST)
        # Of words that are as near, the one that the corpus uses most.
        self._corpus_list = sorted(self._corpus, key=lambda word: (-corpus_words[word], word))
        self._of_stem = {stem: word for word in reversed(self._corpus_list) for stem in stems(word)}

    def knows(self, word: str) -> bool:
        """Tell whether the corpus or English has a word (lower case)."""
        return word in self._corpus or word in _english()

    def mend(self, text: str) -> str:
        """Return a text with its misspelt words mended and short forms written out; all else as it was."""
        for pattern, whole in _BETWEEN:
            text = pattern.sub(whole, text)
        shouted = text.isupper()

        def mended(match: re.Match[str]) -> str:
            word, rest = match.groups()
            is_acronym = word.isupper() and not shouted and len(word) <= _ACRONYM
            is_part = bool(rest) and rest[1:].lower() != "s"
            return match.group() if is_acronym or is_part else self._mend_word(word) + rest

        return _WORD.sub(mended, text)

    def _mend_word(self, word: str) -> str:
        lower = word.lower()
        if lower in _SHORT_FORMS and lower not in self._all and not word.isupper():
            return _SHORT_FORMS[lower]
        if len(lower) == 3 and not word.isupper() and lower not in self._all:
            known = lower + "s" in self._all
            return word if known else _swapped(lower) or self._lengthened(lower) or word
        if len(lower) < _SHORTEST or lower in self._corpus:
            return word
        if is_english(lower):
            # A rare word with a capital is a name.
            return (self._respelt(lower) if word.islower() else None) or word
        if joined := self._joined_to_acronym(word):
            return joined
        # A capital or two inside is an acronym or a name: only a very near corpus word may replace it.
        plain = word.islower()
        slack = 1 if word[0].isupper() or len(lower) <= 5 else 2 if len(lower) <= 9 else 3
        nearest = (
            self._inflected(lower)
            or _nearest(lower, self._corpus_list, 1)
            or (_nearest(lower, _common_words(), 1) if plain else None)
            or self._parted(lower, of_links=not plain)
            or _nearest(lower, self._corpus_list, slack)
            or self._longer(lower)
            or (self._nearly_parted(lower) or _nearest(lower, _common_words(), min(slack, 2)) if plain else None)
        )
        if nearest is None:
            return word
        return nearest.capitalize() if word[0].isupper() else nearest

    def _inflected(self, word: str) -> str | None:
        """Return the corpus word that a word which nobody else uses is a form of ("nearshoring", of "nearshore")."""
        return next((self._of_stem[stem] for stem in stems(word) if stem in self._of_stem), None)

    def _respelt(self, word: str) -> str | None:
        """Return the corpus word that a rare English word is when its letters are put right ("costumer", "loosing").

        Only vowels that changed places count, or one letter that is doubled, or not: other rare words are meant.
        """
        if len(word) < _SURELY or _english()[word] < _COMMON:
            return None
        near = (other for other in self._corpus_list if other[0] == word[0] and abs(len(other) - len(word)) <= 1)
        return next((other for other in near if _same_letters(other, word)), None)

    def _joined_to_acronym(self, word: str) -> str | None:
        """Return an acronym and the word that was typed onto it ("BPOand"), both known; None for any other word."""
        joined = _JOINED.fullmatch(word)
        parts = [part for part in joined.groups() if part] if joined else []
        return " ".join(parts) if parts and all(map(self._is_whole, parts)) else None

    def _parted(self, word: str, *, of_links: bool) -> str | None:
        """Return the two words that were typed as one; None where it is none such.

        Each links, or is one that the corpus often uses, or it is a known word behind one that links ("thesupplier").
        With `of_links` both must link, as a word with a capital may be a name.
        """

        def fits(part: str) -> bool:
            if part in _LINKS:
                return True
            is_long = len(word) >= _PARTED and len(part) >= _SHORTEST - 1
            return not of_links and is_long and self._counts.get(part, 0) >= _USED

        def follows(first: str, second: str) -> bool:
            return not of_links and first in _LINKS and len(second) >= _SURELY - 1 and self.knows(second)

        pairs = [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
        fitting = [pair for pair in pairs if all(map(fits, pair)) or follows(*pair)]
        # Of several ways, the one whose rarer word the corpus uses most.
        best = max(fitting, key=lambda pair: min(self._counts.get(part, 0) for part in pair), default=())
        return " ".join(best) or None

    def _nearly_parted(self, word: str) -> str | None:
        """Return the two words that were typed as one, one of them misspelt ("thebenfits", "fulform"), or None."""
        for at in range(_SHORTEST - 1, len(word) - _SHORTEST + 1):
            first, second = word[:at], word[at:]
            if second in self._corpus and (mended := self._lengthened(first)):
                return f"{mended} {second}"
            if len(second) < _SURELY or not self._is_whole(first) or is_english(second):
                continue
            if mended := _nearest(second, self._corpus_list, 1):
                return f"{first} {mended}"
        return None

    def _is_whole(self, part: str) -> bool:
        return part in _LINKS or part.lower() in self._all

    def _lengthened(self, word: str) -> str | None:
        """Return the corpus word that lacks one letter in a word of three ("ful"); None for a real word."""
        return None if is_english(word) else _nearest(word, self._corpus_list, 1)

    def _longer(self, word: str) -> str | None:
        """Return the shortest corpus word that a clipped word ("pharma") begins."""
        longer = [other for other in self._corpus_list if len(word) >= 5 and other.startswith(word)]
        return min(longer, key=len, default=None)


def _same_letters(one: str, other: str) -> bool:
    """Tell whether two words differ only in the order of their vowels, or in one letter that is doubled."""
    if len(one) != len(other):
        return _DOUBLED.sub(r"\1", one) == _DOUBLED.sub(r"\1", other)
    return _VOWELS.sub("-", one) == _VOWELS.sub("-", other) and sorted(one) == sorted(other)


def is_english(word: str) -> bool:
    """Tell whether a general English dictionary has a word (lower case)."""
    return word in _english()


def _nearest(word: str, known: list[str], slack: int) -> str | None:
    # A first letter is rarely mistyped, and asking for it keeps names from turning into other words.
    same = [other for other in known if other[0] == word[0] and abs(len(other) - len(word)) <= slack]
    found = process.extract(word, same, scorer=OSA.distance, score_cutoff=slack, limit=1)
    return found[0][0] if found else None


def _swapped(word: str) -> str | None:
    """Return the very common word of three letters that two swapped letters make ("teh"); None for a real word."""
    frequent = _frequent_short()
    if is_english(word):
        return None
    swaps = (word[1] + word[0] + word[2], word[0] + word[2] + word[1])
    return next((swap for swap in swaps if swap in frequent), None)


@cache
def _frequent_short() -> frozenset[str]:
    return frozenset(word for word, rank in _english().items() if rank < _FREQUENT and len(word) == 3)


@cache
def _english() -> dict[str, int]:
    """Return the general English words with their rank, the most frequent first."""
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return {line.split(" ", 1)[0]: rank for rank, line in enumerate(lines)}


@cache
def _common_words() -> list[str]:
    return [word for word, rank in _english().items() if rank < _COMMON and len(word) >= _SHORTEST]
