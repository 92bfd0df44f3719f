"""Tell whether a statement gives one thing's owner another thing: "the client's costs" for "the provider's costs"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.support.lexicon import lexicon
from assistant.support.text import TOKEN, read_words
from assistant.support.verbs import verb_at

_GENITIVE = re.compile(r"(?P<owner>(?:[\w-]+ )?[\w-]+)(?:'s|s')\s+(?P<rest>.+)$")
_OF = re.compile(r"(?P<thing>[\w-]+) of (?:(?:the|a|an|its|their) )?(?P<rest>.+)$", re.IGNORECASE)
_END = re.compile(
    r"[,;:.()]|\b(?:is|are|was|were|has|have|can|may|might|will|must|should|of|in|for|to|by|with|on|from|at|and|or|that"
    r"|which|who|than|as|through|because|so|if|when|while|whether|where|what|like)\b",
    re.IGNORECASE,
)
# How many words of a noun group are read.
_MOST = 3


def changes_owner(said: str, proof: str) -> str:
    """Return a thing that a statement gives to another owner, where both texts name both; "" where there is none."""
    known = lexicon()
    ours, theirs = (frozenset(one for one in read_owned(text) if one[0] in known.actors) for text in (said, proof))
    for owner, thing in ours:
        right = {other for other, theirs_thing in theirs if known.same(thing, theirs_thing)}
        if not right or any(known.same(owner, other) for other in right):
            continue
        spoken, quoted = ({word.stem for word in read_words(text)} for text in (said, proof))
        is_quoted = any(known.same(owner, one) for one in quoted)
        if is_quoted and any(known.same(one, other) for one in spoken for other in right):
            return thing
    return ""


@lru_cache(maxsize=4096)
def read_owned(text: str) -> frozenset[tuple[str, str]]:
    """Return (owner, thing) for "the owner's thing" and "the thing of the owner", as stems."""
    return frozenset(_read(text))


def _read(text: str) -> Iterator[tuple[str, str]]:
    for start in [match.start() for match in TOKEN.finditer(text)]:
        if match := _GENITIVE.match(text[start:]):
            for owner in _last(match["owner"]):
                yield from ((owner, thing) for thing in _heads(match["rest"]))
        if match := _OF.match(text[start:]):
            for thing in _last(match["thing"]):
                yield from ((owner, thing) for owner in _heads(match["rest"]))


def _last(text: str) -> list[str]:
    return [word.stem for word in read_words(text)][-1:]


def _heads(text: str) -> list[str]:
    """Return the stems of the noun group that a text begins with."""
    group = _END.split(text)[0]
    tokens = TOKEN.findall(group)
    lowered = [token.lower() for token in tokens]
    verb = next((place for place in range(1, len(tokens)) if verb_at(lowered, place)), len(tokens))
    return [word.stem for word in read_words(" ".join(tokens[: min(verb, _MOST)]))][-1:]
