"""Resolve a follow-up into a question that can be understood alone.

By rules, without a model: pronouns take the subject of the turn before, an elliptic question ("And KPO?")
takes its frame, "the other one" takes the other side. A question that names its own subject is left as it is,
so a change of topic is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.fill import Turn, fill, fill_by_order
from assistant.focus import asks, clauses
from assistant.pointing import FORMER, IT, LATTER, points, points_back
from assistant.question import Ask, Question, QuestionReader
from assistant.sides import SideFinder
from assistant.small_talk import is_small_talk

# What agrees or thanks before a question says nothing of where it belongs; what joins it to the turn before does.
_NOTED = re.compile(
    r"^(?:(?:h+m+|m+h?m+|a+h+a?|o+h+|i see|great|good|nice|cool|perfect|interesting|wow|whoa|understood|got it|"
    r"all ?right|sure|thx)\b[\s,.:;!-]*)+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:and|n|so|ok(?:ay)?|but|then|fine|right|now|well|thanks|thank you|what about|how about|also)\b"
    r"[\s,.:;!-]*)+",
    re.IGNORECASE,
)
# "Sorry, I meant BPO": the question before, put right.
_CORRECTS = re.compile(
    r"^(?:(?:oh|oops|sorry|wait|hang on|actually|correction|my (?:mistake|bad)|rather|"
    r"no(?=\W+\w+\W*$|\W*,|\W+(?:sorry|wait|i mean))|"
    r"i mean(?:t)?|i was asking about|make (?:it|that))\b[\s,.:;!–—-]*)+",
    re.IGNORECASE,
)
# More of what was answered: "Tell me more", "what else?", "in more detail, please".
_MORE = re.compile(
    r"\W*(?:please\W+)?(?:(?:can|could|would|will) you (?:please )?)?"
    r"(?:(?:tell|give|show) (?:me|us) (?:(?:some|a (?:bit|little)|any) )?more(?: (?:details?|info(?:rmation)?))?"
    r"|say more|(?:some |any )?more(?: (?:details?|info(?:rmation)?))?|go on|continue|keep going|elaborate|expand"
    r"|what else"
    r"|(?:is there )?anything (?:else|more)|(?:(?:in )?more |further )?details?"
    r"|(?:i|we)(?:['’]d| would)? (?:like|want|love|need) to (?:know|hear|learn) more|show more|is there more"
    r"|explain (?:(?:that|this|it) )?(?:further|more|in (?:more )?detail))"
    r"(?: (?:on|about|of|to) (?:that|this|it))?(?:\W+please)?\W*",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b((?:different|new|next|separate|another) (?:thing|topic|question|subject)|something else|never mind|"
    r"chang(?:e of|ing(?: the)?|e the) (?:topic|subject)|switching (?:topics?|subjects?)|on another note|unrelated|"
    r"forget (?:that|it))\b[^.:?!,]*[.:?!,]*",
    re.IGNORECASE,
)
# The most words of a correction.
_CORRECTION = 4
# "RPO" of "RPO, a part of KPO" and "RPO as a part of KPO", not the "HR" of "HR wants KPO".
_ACRONYM = re.compile(r"\b[A-Z]{2,}s?\b(?=\W+(?:as|being|which|within|under|an?|the|one|part)\b)")
# What it is stands in the same story, without a name.
_SOMETHING = re.compile(r"\b(?:some(?:thing|one|body)|one thing|a thing)\b", re.IGNORECASE)
# A subject put before its question, with a word that stands for it there: "our study's data, who would read that?".
_FRONTED = re.compile(
    r"(?!(?:if|when|while|since|because|as|for|in|at|on|of|to|from|by|with|after|before|once|given|according|\w+ly)\b)"
    r"(?P<subject>[^,.?!;:]{3,}), "
    r"(?:(?P<fits>who|whom|which|where|would|should)|what|when|why|how|does|do|did|is|are|can|could|will)\b"
    r"[^.?!;:]*\b(?:it|that|this|they|them|these|those)\b[^.?!;:]*[.?!]?",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^(why|how come|why not|why is (that|this|it)|how so|(?:why|how come) so(?: (?:much|many|little|few))?|"
    r"to what end|what for|for what (?:reason|purpose)|with what (?:aim|purpose))\W*$",
    re.IGNORECASE,
)


def resolve(question: str, earlier: Sequence[str], reader: QuestionReader, finder: SideFinder) -> str:
    """Return a question that can be understood without the ones before it.

    Args:
        question: the question, cleaned.
        earlier: the reader's questions before it, oldest first.
        reader: tells a question's words.
        finder: tells the sides that a text names.
    """
    before = ""
    # What only thanks, agrees or chats, or wishes for more of the same, is no turn.
    turns = [text for text in earlier if _LEAD.sub("", _NOTED.sub("", text)).strip(" .!?") and not wants_more(text)]
    turns = [text for text in turns if not is_small_talk(text)]
    if is_small_talk(question):
        return question
    if not turns:
        return _within(question, reader, finder)
    said: list[int] = []
    for text in (*turns[-4:], question):
        if _CHANGE.search(text):
            said.clear()
        before = _resolve_one(" ".join(text.split()), before, said, reader, finder)
        said += finder.in_order(before)
    return before


def _resolve_one(question: str, before: str, said: Sequence[int], reader: QuestionReader, finder: SideFinder) -> str:
    """Return a question as it can be understood after the one `before`.

    `said` are the sides that the last turns named, in order, since the topic was changed.
    """
    changed = _CHANGE.search(question)
    question = _NOTED.sub("", question) or question
    rest = _LEAD.sub("", _CHANGE.sub("", question)).strip() or question
    corrected = _CORRECTS.sub("", rest)
    if 0 < len(corrected.split()) <= _CORRECTION and not asks(corrected):
        rest = corrected
    if not before or changed:
        return rest if changed else question
    if wants_more(question):
        return before
    if _WHY.match(rest):
        return f"Why? {before}"
    turn = Turn(rest, reader.read(rest), before, reader.read(before), said, reader, finder)
    now = turn.now
    if (subject := _fronted(rest, now, reader)) is not None:
        # The pronoun stands for what comes before it, not for what was asked before.
        if now.sides:
            return rest
        if turn.then.ask is Ask.CHOOSE and subject["fits"]:
            return f"{subject['subject']}: {turn.choice()}?"
    if points_back(rest, now, finder) or rest != question or not (now.sides or now.content):
        return fill_by_order(turn) if LATTER.search(rest) or FORMER.search(rest) else fill(turn)
    return question


def wants_more(text: str) -> bool:
    """Tell whether a text wishes for more of what was answered before, and asks nothing of its own."""
    text = _NOTED.sub("", text)
    return any(_MORE.fullmatch(one) for one in (text, _CORRECTS.sub("", _LEAD.sub("", text))))


def _within(question: str, reader: QuestionReader, finder: SideFinder) -> str:
    """Return the last clause of a question that means what the ones before tell of: "I read of KPO. What is it?"."""
    *story, (start, end) = clauses(question)
    last = question[start:end]
    sides = set(finder.find(question[:start]))
    told = all(question[slice(*span)].endswith((".", "!", ",", ":")) for span in story)
    if not story or not told or len(sides) != 1 or not IT.search(last) or _SOMETHING.search(question[:start]):
        return question
    read = reader.read(last)
    if read.sides or read.content:
        return question
    name = finder.names[sides.pop()]
    # "I heard of LPO, a part of KPO. What is it?" asks about the first.
    acronyms = _ACRONYM.findall(finder.mask(question[:start], name))
    return IT.sub(acronyms[0] if acronyms else name, last, count=1)


def _fronted(text: str, now: Question, reader: QuestionReader) -> re.Match[str] | None:
    """Return the match of a question whose pronoun stands for a subject of its own, put before it."""
    found = _FRONTED.fullmatch(text)
    if found is None or now.aspects or points(found["subject"]) or not reader.read(found["subject"]).content:
        return None
    return found
