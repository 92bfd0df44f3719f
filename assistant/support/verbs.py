"""Tell which word of an English sentence is a verb, without a tagger: by its form, and by the word before it.

Knows the verbs of words.yaml alone. A verb that is as often a noun ("benefits", "costs") counts only where what stands
before it agrees with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.support.lexicon import lexicon

_BEFORE_NOUN = frozenset(
    re.findall(
        r"\S+",
        "a an the this these those its their his her our your my of for in with on at by from into about as "
        "than between through without per all every each no any more most less main own such other another "
        "client's low-level high-level new",
    )
)
_BEFORE_VERB = frozenset(
    re.findall(
        r"\S+",
        "to can may might could will would shall should must do does did not never they it who which we you i "
        "also often always usually typically frequently generally sometimes then rarely seldom hardly cannot "
        "only even still mostly mainly primarily",
    )
)
_BE = frozenset(["is", "are", "was", "were"])
_BEHIND_NOUN = frozenset(["of", "is", "are", "was", "were", "include", "includes", "has", "have", "can", "may"])
_ADJECTIVE = ("al", "ive", "ous", "ic", "ful", "less", "ary")
_VOWELS = "aeiou"


def verb_at(tokens: Sequence[str], place: int) -> str:
    """Return the base form of the verb at a place of a sentence's tokens in lower case, "" where there is none."""
    base = _forms().get(tokens[place], "")
    if not base:
        return ""
    before = tokens[place - 1] if place else ""
    if before in _BEFORE_NOUN or before.endswith("'s") or (before in _BE and tokens[place] == base):
        return ""
    token, behind = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else ""
    if base not in lexicon().nouns_too or token.endswith("ed") or before in _BEFORE_VERB or before.endswith("ly"):
        return base
    if behind in _BEHIND_NOUN or not behind or before.endswith(_ADJECTIVE):
        return ""
    # Subject and verb agree: "providers benefit", "the provider benefits".
    is_plural = before.endswith("s") and not before.endswith("ss")
    return base if is_plural != (token != base) else ""


@cache
def _forms() -> dict[str, str]:
    """Return every finite form and past participle of the known verbs with its base."""
    known = lexicon()
    forms: dict[str, str] = {}
    for base in known.verbs:
        ends_in_e, ends_in_y = base.endswith("e"), base.endswith("y") and base[-2] not in _VOWELS
        third = f"{base[:-1]}ies" if ends_in_y else f"{base}es" if base.endswith(("s", "x", "ch", "sh")) else f"{base}s"
        past = f"{base}d" if ends_in_e else f"{base[:-1]}ied" if ends_in_y else f"{base}ed"
        forms |= {base: base, third: base, past: base, f"{base}{base[-1]}ed": base}
    forms |= {form: base for form, base in known.irregular.items() if base in known.verbs}
    return forms
