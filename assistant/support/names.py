"""Compare the names and acronyms of a statement with those of its proof."""

from __future__ import annotations

import re

from assistant.support.lexicon import lexicon
from assistant.support.text import NUMBER_WORDS, SENTENCE, TOKEN
from ingest.keywords import stems

_ACRONYM = re.compile(r"[A-Z][A-Z0-9&]*[A-Z]")


def name_faults(said: str, proof: str) -> list[str]:
    """Name the acronyms and capitalised names that the proof lacks, be it by initials or by another case."""
    lowered = {token.lower() for token in TOKEN.findall(proof)}
    lowered |= {token.removesuffix("'s") for token in lowered}
    known = lowered | {token.removesuffix("s") for token in lowered} | _initials(proof)
    known |= {name for token in known for name in lexicon().places.get(token, ())}
    known_stems = set(stems(proof))
    faults = []
    for sentence in SENTENCE.split(said):
        tokens = TOKEN.findall(sentence)
        capitalised = [token for token in tokens if token[0].isupper()]
        is_title = len(tokens) > 3 and len(capitalised) > 0.6 * len(tokens)
        for position, token in enumerate(tokens):
            bare = token.removesuffix("'s")
            if bare.endswith("s") and _ACRONYM.fullmatch(bare[:-1]):
                bare = bare[:-1]
            is_acronym = _ACRONYM.fullmatch(bare) is not None
            is_name = position > 0 and bare[0].isupper() and len(bare) > 1 and not is_title
            is_name = is_name or (position == 0 and not is_acronym and _opens_with_name(bare, tokens, known_stems))
            spelt_out = is_name and bare.lower() in lexicon().function
            if (is_acronym or is_name) and not spelt_out and not _is_known(bare.lower(), known):
                faults.append(f"the name {bare} is not quoted")
    return list(dict.fromkeys(faults))


def _opens_with_name(word: str, tokens: list[str], known: set[str]) -> bool:
    """Tell whether a sentence's first word is a name that is not quoted: unknown, and followed by a verb in -s."""
    known_words = lexicon().function, lexicon().negations, lexicon().greater, lexicon().lesser, NUMBER_WORDS
    if not word[0].isupper() or len(tokens) < 2 or any(word.lower() in words for words in known_words):
        return False
    own = stems(word)
    if not own or any(stem in known or stem in lexicon().groups for stem in own):
        return False
    is_one = tokens[1].lower() in ("is", "has", "was")
    return is_one or (tokens[1].endswith("s") and tokens[1].islower() and not word.lower().endswith("s"))


def abbreviate(said: str, proof: str) -> str:
    """Return a statement with each name whose initials stand in the proof by those initials."""
    known = {token for token in TOKEN.findall(proof) if _ACRONYM.fullmatch(token)}
    for acronym in known:
        words = r"\s+".join(rf"{letter}[a-z]+" for letter in acronym if letter.isalpha())
        if acronym.isalpha():
            said = re.sub(rf"\b{words}\b(?:\s*\({acronym}\))?", acronym, said)
    return said


def _is_known(name: str, known: set[str]) -> bool:
    return any(all(part in known for part in one.split("-")) for one in (name, name.removesuffix("s")))


def _initials(text: str) -> set[str]:
    """Return the initials of every two to five words in a row, so that a spelt-out term proves its acronym."""
    letters = [token[0].lower() for token in TOKEN.findall(text)]
    return {"".join(letters[at : at + size]) for size in range(2, 6) for at in range(len(letters) - size + 1)}
