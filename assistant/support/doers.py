"""Find who does what a verb says: the words of a sentence that stand for the doer."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.support.text import TOKEN, read_words
from assistant.support.verbs import verb_at

_FINITE = frozenset(re.findall(r"\w+", "is are was were has have had can may might will must should"))
_BREAK = re.compile(r"[,;:]|\b(?:and|or|but|because|since|so|which|who|that|to|if|when|while|why|how|where)\b", re.I)
_CLAUSE_BREAK = re.compile(r"[,;:]|\b(?:because|since|so|which|who|that|if|when|while|why|how|where)\b", re.IGNORECASE)
_BY_WHOM = re.compile(
    r"\bby (?!\w+ing\b)(?P<who>[^,;.]+?)"
    r"(?=\s+(?:of|in|for|to|that|which|who|when|through|with|bring|reduce|is|are|can|will)\b"
    r"|[,;.]|$)",
    re.IGNORECASE,
)
# A deed before "by", so that it tells no noun's doer.
_DEED = re.compile(r"(?:ed|en|one|un|own|ld|nt|ut|down|up|out|by|ne|id|aid|ught|than)\s+$")
# Behind these a noun does what the next verb says: "lets a business grow".
_LETTING = re.compile(r"\b(?:helps?|lets?|allows?|enables?|makes?|causes?|ensures?(?: that)?)\b", re.IGNORECASE)
# Words that tell when and how, not who.
_NO_ACTORS = frozenset(
    re.findall(r"\w+", "today now time same even often usual main effect far long term year decade ever")
)


def doers_by_noun(text: str) -> frozenset[str]:
    """Return who did it by a noun: "improvements by the provider"."""
    found = [
        actor_stems(match["who"])
        for match in _BY_WHOM.finditer(text)
        if not _DEED.search(text[: match.start()].lower())
    ]
    return frozenset().union(*found)


def doer(before: str) -> frozenset[str]:
    """Return the words for who does what follows."""
    if lets := list(_LETTING.finditer(before)):
        near = actor_stems(before[lets[-1].end() :])
        if near and not _BREAK.search(before[lets[-1].end() :]):
            return near
    breaks = list(_BREAK.finditer(before))
    if not breaks:
        return actor_stems(before)
    last = breaks[-1]
    near = actor_stems(before[last.end() :])
    if near:
        return near
    if last.group().lower() == "which" and before[: last.start()].rstrip().endswith(","):
        # What comes before the comma, as a whole.
        return actor_stems(before[: last.start()])
    if last.group().lower() in ("who", "which", "that"):
        words = read_words(before[: last.start()])
        return frozenset(word.stem for word in words[-1:])
    if last.group().lower() in ("and", "or", "but"):
        # "It has skill and can handle": who has it, can.
        return subject(before)
    return actor_stems(before) if last.group() == "," else frozenset()


def subject(before: str) -> frozenset[str]:
    """Return the words for who does what the last clause begins to say: what stands before its first verb."""
    if lets := list(_LETTING.finditer(before)):
        before = before[lets[-1].end() :]
    for clause in reversed(_CLAUSE_BREAK.split(before)):
        at = _first_verb(clause)
        if at < len(clause) or lets:
            return actor_stems(clause[:at])
    return frozenset()


def _first_verb(text: str) -> int:
    """Return where the first verb of a text begins, its length where there is none."""
    tokens = list(TOKEN.finditer(text))
    words = [token.group().lower() for token in tokens]
    for place, token in enumerate(tokens):
        if place and (words[place] in _FINITE or verb_at(words, place)):
            return token.start()
    return len(text)


def comma_before_clause(text: str) -> int:
    """Return the place of the first comma behind which there is a clause with a verb, 0 where there is none."""
    commas = [*(match.start() for match in re.finditer(",", text)), len(text)]
    for comma, following in pairwise(commas):
        clause = text[comma + 1 : following]
        if _first_verb(clause) < len(clause):
            return comma
    return 0


def actor_stems(text: str) -> frozenset[str]:
    """Return the stems of a text's content words, those that are denied marked."""
    words = [word for word in read_words(text) if word.stem not in _NO_ACTORS]
    return frozenset(word.stem if word.polarity >= 0 else f"-{word.stem}" for word in words)
