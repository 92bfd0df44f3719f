"""Tell where a statement claims more than its proof: all for some, always for often, must for may."""

from __future__ import annotations

import re

from assistant.support.lexicon import lexicon
from assistant.support.text import TOKEN

# "Only a low degree" claims no more than "a low degree".
_SMALL = frozenset(["entry-level", "low", "little", "minimal", "limited", "basic"])
_MUST = re.compile(r"\b(must|obliged|compulsory|mandatory)\b", re.IGNORECASE)
_ONLY_WITH = re.compile(r"\bcan only ([^,;.]*?)\b(with|if|when|by|through)\b", re.IGNORECASE)
_NO_MUST = re.compile(r"\bmust not\b", re.IGNORECASE)
_NEEDED = re.compile(
    r"\b(must|needs?|needed|requires?|required|ha(?:s|ve) to|necessary|should|essential|crucial|vital|important"
    r"|demands?|obliged|bound to|depends?|calls? for|mandatory|compulsory|ideal|expected)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:^|[,;]\s+|\b(?:and|but|while)\s+)most(?=\s+(?:of\s+)?[\w-]+)|\bthe majority of\b|\bmostly\b", re.I
)
_MANY = re.compile(
    r"\b(most|mostly|majority|all|every|almost|nearly|typical|typically|usual|usually|general|generally|common|commonly"
    r"|primarily|mainly|largely|often|normally)\b",
    re.IGNORECASE,
)


# "Others argue that they do not": what is denied is left unsaid, so that no word of it can be looked up.
_UNSAID = re.compile(
    r"\b(?:do|does|did|is|are|was|were|has|have|can|could|will|would|should|may|might|must|need)(?: not|n't)"
    r"(?: (?:so|either|necessarily))?(?=\s*(?:[.,;:!)]|$))|\bcannot(?=\s*(?:[.,;:!)]|$))",
    re.IGNORECASE,
)


# "The most common use", "more people in KPO than in BPO": a rank or a comparison, which a proof must have in some form.
_RANKED = re.compile(
    r"\b(?:the|its|their) (?:most|least|\w{3,}est) (?!of\b|from\b|part\b)[a-z]+"
    r"|\b(?:more|fewer|less) (?!than\b)\w+(?: \w+){0,5} than\b",
    re.I,
)
_COMPARED = re.compile(
    r"\b(?:more|most|less|least|fewer|fewest|than|rather|over|superior|inferior|exceed\w*|outweigh\w*|beyond|above|below"
    r"|better|best|worse|worst|prefer\w*|only|main\w*|chief\w*|primar\w*|large\w*|great\w*|major\w*|top|leading|twice"
    r"|half|double|increas\w*|grow\w*|edge|advantage|upper|compared?|unlike|while|whereas|but|quintessential|classic|ideal"
    r"|typical\w*|common\w*|different|instead|times|\w{3,}er|\w{3,}est|as \w+ (?:\w+ ){0,3}as)\b|\d",
    re.I,
)


def ranks_unsaid(said: str, proof: str) -> list[str]:
    """Name the rank or the comparison that a statement gives to what its proof ranks and compares in no way."""
    match = _RANKED.search(said)
    return [f"the quotes do not say {match.group()!r}"] if match and not _COMPARED.search(proof) else []


def denies_unsaid(said: str, proof: str) -> list[str]:
    """Name the denial of something that a statement does not say again, where its proof has none like it."""
    match = _UNSAID.search(said)
    return [f"what {match.group()!r} denies is not quoted"] if match and not _UNSAID.search(proof) else []


def overstated(said: str, proof: str) -> list[str]:
    """Name what a claim says more strongly than its proof."""
    faults = []
    if _NEEDED.search(proof):
        # "Can only be done with it" is "requires it".
        said = _ONLY_WITH.sub(r"can \1 \2", said)
    for group in lexicon().strong:
        ours, theirs = _strong(said, group), _strong(proof, group)
        if ours and not theirs:
            faults.append(f"the word {sorted(ours)[0]} is not quoted")
    if _MUST.search(_NO_MUST.sub("", said)) and not _NEEDED.search(proof):
        faults.append("the quotes do not say that it must be")
    if _MOST.search(said) and not _MANY.search(proof):
        faults.append("the quotes do not say it of most")
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
