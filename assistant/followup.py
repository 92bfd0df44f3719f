"""Resolve a follow-up into a question that can be understood alone.

By rules, without a model: pronouns take the subject of the turn before, an elliptic question ("And KPO?")
takes its frame, "the other one" takes the other side. A question that names its own subject is left as it is,
so a change of topic is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.fill import FollowUp, fill, fill_by_order
from assistant.focus import asks, clauses
from assistant.pointing import FORMER, IT, LATTER, points, points_back
from assistant.question import Ask, Question, QuestionReader
from assistant.reactions import REACTIONS, listed_entry, wants_again, wants_less, wants_more
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
_CHANGE = re.compile(
    r"\b((?:different|new|next|separate|another) (?:thing|topic|question|subject)|something else|never mind|"
    r"chang(?:e of|ing(?: the)?|e the) (?:topic|subject)|switching (?:topics?|subjects?)|on another note|unrelated|"
    r"forget (?:that|it))\b[^.:?!,]*[.:?!,]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:(?:and|so|but|ok(?:ay)?)\b[\s,]*)*(?:what|how) about\b", re.IGNORECASE)
# As many turns tell what a question means.
_TURNS = 4
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


class Resolved(NamedTuple):
    """A question that can be understood alone.

    `more` tells whether it wishes for more than was answered before; `is_sure` that a language model could tell no
    better what was meant.
    """

    text: str
    more: bool = False
    is_sure: bool = False


class _Answered(NamedTuple):
    """A question as it was understood, with its answer."""

    question: str
    answer: str


def resolve(
    question: str, earlier: Sequence[str], reader: QuestionReader, finder: SideFinder, answers: Sequence[str] = ()
) -> Resolved:
    """Return a question that can be understood without the ones before it.

    Args:
        question: the question, cleaned.
        earlier: the reader's questions before it, oldest first.
        reader: tells a question's words.
        finder: tells the sides that a text names.
        answers: what was answered to the questions before, one each or none at all.
    """
    if talk := next(filter(is_small_talk, _bared(question)), None):
        return Resolved(talk, is_sure=True)
    told = zip(earlier, answers or [""] * len(earlier), strict=True)
    # What only thanks, agrees, chats or reacts is no turn.
    turns = [(text, answer) for text, answer in told if _is_turn(text)][-_TURNS:]
    if not turns:
        return Resolved(_within(question, reader, finder))
    resolved, last = Resolved(""), _Answered("", "")
    said: list[int] = []
    for typed, answer in (*turns, (question, "")):
        text = " ".join(typed.split())
        if _CHANGE.search(text):
            said.clear()
        pointed = _entry(text, last, said, reader, finder)
        resolved = pointed or _resolve_one(text, resolved.text, tuple(said), reader, finder)
        # The list that one entry of was asked for is still the one to point to.
        last = last if pointed else _Answered(resolved.text, answer)
        said += finder.in_order(resolved.text)
    return resolved


def _is_turn(text: str) -> bool:
    bare = _LEAD.sub("", _NOTED.sub("", text)).strip(" .!?")
    return bool(bare) and not any(_says(text, tell) for tell in (is_small_talk, *REACTIONS))


def _says(text: str, tell: Callable[[str], bool]) -> bool:
    """Tell whether a text, with or without what joins it to the turn before, is of the kind that is told."""
    return any(map(tell, _bared(text)))


def _bared(text: str) -> list[str]:
    """Return a text without what it agrees or thanks with, and without what joins it to the turn before as well."""
    text = _NOTED.sub("", text) or text
    # "What about a source?" asks of one.
    bare = text if _ABOUT.match(text) else _CORRECTS.sub("", _LEAD.sub("", text))
    return [text, bare or text]


def _entry(
    text: str, last: _Answered, said: Sequence[int], reader: QuestionReader, finder: SideFinder
) -> Resolved | None:
    """Return the question for an entry of the last answer's list that a text points to; None where it does not."""
    text = _NOTED.sub("", text) or text
    rest = _LEAD.sub("", text) or text
    entry = listed_entry(rest, *last)
    sides = list(dict.fromkeys(finder.in_order(last.question)))
    if entry is None or len(sides) > 1 or not reader.read(last.question).content:
        return None
    if rest != text and len(set(said)) > 1 and (FORMER.search(rest) or LATTER.search(rest)):
        # "And the second one?" is the other side, where both were told of.
        return None
    return Resolved(": ".join([*(finder.names[side] for side in sides), f"{entry}?"]), more=True, is_sure=True)


def _resolve_one(
    question: str, before: str, said: tuple[int, ...], reader: QuestionReader, finder: SideFinder
) -> Resolved:
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
        return Resolved(rest if changed else question)
    if _says(question, wants_more):
        return Resolved(before, more=True, is_sure=True)
    if _says(question, wants_again):
        return Resolved(before, is_sure=True)
    if _says(question, wants_less):
        return Resolved(f"{before.rstrip('?. ')}: in one sentence?", is_sure=True)
    if _WHY.match(rest):
        return Resolved(f"Why? {before}")
    turn = FollowUp(rest, reader.read(rest), before, reader.read(before), said, reader, finder)
    return Resolved(_fill(turn, question))


def _fill(turn: FollowUp, question: str) -> str:
    """Return a question with what it leaves out, or as it is where it leaves out nothing."""
    rest, now, reader, finder = turn.text, turn.now, turn.reader, turn.finder
    if (subject := _fronted(rest, now, reader)) is not None:
        # The pronoun stands for what comes before it, not for what was asked before.
        if now.sides:
            return rest
        if turn.then.ask is Ask.CHOOSE and subject["fits"]:
            return f"{subject['subject']}: {turn.choice()}?"
    if points_back(rest, now, finder) or rest != question or not (now.sides or now.content):
        return fill_by_order(turn) if LATTER.search(rest) or FORMER.search(rest) else fill(turn)
    return question


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
