"""Put what a follow-up leaves out in its place: a subject, a side, the frame of the question before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.focus import asks
from assistant.pointing import (
    FORMER,
    IT,
    LATTER,
    OTHER,
    POSSESSIVE,
    PRONOUN,
    RIGHT,
    SAME,
    SEVERAL,
    THEM,
    THERE,
    WHICH,
    begins_with_it,
    points,
    points_out,
)
from assistant.question import Ask, Question, QuestionReader, asks_to_compare
from assistant.sides import SideFinder
from ingest.keywords import stems

_BY_NAME = re.compile(r"\bthe (?:latter|former|first one|second one)\b", re.IGNORECASE)
# The most words that a pronoun is replaced by.
_SUBJECT = 3
# The most words that a phrase like "in the Philippines" has.
_PHRASE = 5
_PHRASED = re.compile(r"^(in|to|for|at|from|with|by|on|among)\s+\S", re.IGNORECASE)
_LAST_PHRASE = re.compile(r"\b(?:for|with|of|in|about|on|to) (?P<of>\w+(?: \w+){0,3})\W*$", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+\b")
_NAMED = re.compile(r"(?<=[a-z,] )(?:the )?(?:[A-Z][\w.&-]* )*[A-Z][\w&-]*[a-z]\b")
# A side with what it is for: "KPO for lawyers".
_NARROWED = re.compile(r"§ (?:for|in|of|at) (?:an? |the |our |my )?[\w-]+(?: [\w-]+)?(?=\W*$)", re.IGNORECASE)
# What is asked for, with the word that asks: "Which bank uses ..."; and one of something in its place: "a firm".
_HEAD = re.compile(
    r"(which|what) \w+(?: (?:of|in) \w+)? (?=(?:use|do|does|need|offer|can|has|have|is|are)s?\b)", re.IGNORECASE
)
_SOME = re.compile(r"(?:an?|any|another|some) (\w+(?: \w+){0,6}?)\W*", re.IGNORECASE)
_THESE = re.compile(r"\b(?:them|these|those)\b", re.IGNORECASE)
# Not the "those" of "those people", nor whoever is asked or hired.
_THINGS = re.compile(
    r"(?<!\bask )(?<!\btell )(?<!\bcall )(?<!\bmeet )(?<!\bhire )(?<!\bpay )(?<!\btrain )"
    r"\b(?:them\b|(?:these|those)\b(?=\W*$))",
    re.IGNORECASE,
)
_JOINED = re.compile(r"§\W+(?:and|or|vs|versus)\W+(?:the\W+)?§", re.IGNORECASE)


@dataclass(frozen=True)
class FollowUp:
    """A follow-up with the question before it.

    `text` is the follow-up without what joins it to the turn before ("And ..."), `before` the question before as it
    was understood; `now` and `then` are what the reader of questions found in them. `said` are the sides that the last
    turns named, in order, since the topic was changed.
    """

    text: str
    now: Question
    before: str
    then: Question
    said: tuple[int, ...]
    reader: QuestionReader
    finder: SideFinder

    @property
    def sides(self) -> list[int]:
        """The sides of the question before, each once, in order."""
        return list(dict.fromkeys(self.finder.in_order(self.before)))

    @property
    def bare(self) -> str:
        """The text without the sign at its end."""
        return self.text.rstrip("?. ")

    def appended(self, text: str | None = None) -> str:
        """Return the question before with a text, by itself the follow-up, behind it."""
        return f"{self.before.rstrip('?. ')}: {text or self.text}"

    def choice(self) -> str:
        """Return the sides to choose from: those of the turn before where it names several, else all."""
        sides = self.sides
        return " or ".join([self.finder.names[side] for side in sides] if len(sides) > 1 else self.finder.names)


def fill(turn: FollowUp) -> str:
    """Return the follow-up with what it leaves out, or as it is where nothing of the turn before fits."""
    text, now, before, then, finder = turn.text, turn.now, turn.before, turn.then, turn.finder
    sides, names = turn.sides, finder.names
    if RIGHT.search(text):
        return turn.appended()
    if OTHER.search(text) and len(sides) == 1 and len(names) == 2:
        other = names[1 - sides[0]]
        stripped = OTHER.sub(other, text)
        if asks_to_compare(text):
            return PRONOUN.sub(names[sides[0]], stripped, count=1)
        return stripped if turn.reader.read(stripped).content else finder.replace(before, 1 - sides[0])
    if THEM.search(text) and now.sides:
        # "Which does it belong to, BPO or KPO?": what it is was said before.
        subject = _content(then)
        return PRONOUN.sub(" ".join(subject), text, count=1) if 0 < len(subject) <= _SUBJECT else text
    if THEM.search(text) and len(names) > 1:
        return f"{turn.bare}: {turn.choice()}?"
    if WHICH.search(text) and now.ask is Ask.CHOOSE and now.content:
        # "Which one is better for payroll?" names what it is for, whatever was asked before.
        return text
    if WHICH.search(text) and not finder.in_order(text):
        # "Which one is dearer?" after a question of one side is of all.
        return f"{turn.bare}: {' or '.join(names)}?" if now.content and len(sides) == 1 else turn.appended()
    if len(now.sides) == 1 and (not now.content or SAME.search(text)):
        # "And KPO?": the question before, asked of this side.
        return finder.replace(before, next(iter(now.sides))) if sides else f"{before.rstrip('?. ')} {text}"
    if not now.sides and (swapped := _swap_phrase(turn) or _swap_head(text, before)):
        return swapped
    if len(sides) == 1 and now.sides and not now.sides & set(sides) and begins_with_it(text, finder):
        return IT.sub(names[sides[0]], text, count=1)
    if now.sides:
        # "And what would KPO analyse for them?" has a subject of its own, and another of the turn before.
        return turn.appended() if points_out(text, finder) else text
    is_joined = _JOINED.search(finder.mask(before, "§"))
    if len(sides) > 1 and now.content and IT.search(text) and not is_joined:
        return IT.sub(names[sides[0]], text, count=1)
    places = set(_NAMED.findall(finder.mask(before)))
    if THERE.search(text) and len(places) == 1:
        return THERE.sub(f"in {places.pop()}", text, count=1)
    if now.content and _THESE.search(text) and is_joined:
        return _THESE.sub(" and ".join(names[side] for side in sides), text, count=1)
    if then.ask is Ask.CHOOSE and now.aspects and SEVERAL.search(text):
        # "And the risks, what are they?": no choice any more.
        return f"{turn.bare}: {' and '.join(names)}?"
    if then.ask is Ask.CHOOSE and now.content and not points(text):
        # "And bookkeeping?": the same choice for other work.
        return f"Should {turn.bare} use {turn.choice()}?" if then.asker else f"{turn.bare}: {turn.choice()}?"
    if sides and len(sides) < len(names):
        return _with_side(turn, names[sides[-1]])
    if now.content and len(text.split()) <= 4 and not sides and then.content:
        return _swap_subject(turn)
    return turn.appended() if then.content or sides else text


def fill_by_order(turn: FollowUp) -> str:
    """Put sides in the place of "the former" and "the second": those of the turn before, else those said earlier.

    A bare "the first" is one of several sides only where the turn before has no other things to count.
    """
    text, finder, sides = turn.text, turn.finder, turn.sides
    is_alone = not re.search(r"\w", FORMER.sub("", LATTER.sub("", text)))
    if len(sides) < 2 and (is_alone or _BY_NAME.search(text) or not turn.then.content):
        sides = list(dict.fromkeys(turn.said))
    if len(sides) < 2:
        return fill(turn)
    named = FORMER.sub(finder.names[sides[0]], LATTER.sub(finder.names[sides[-1]], text))
    read = turn.reader.read(named)
    if read.content or len(read.sides) != 1 or asks(named):
        return named
    # "And the second?": the question before, asked of this side.
    return finder.replace(turn.before, next(iter(read.sides))) if len(turn.sides) == 1 else named


def _content(question: Question) -> list[str]:
    """Return the words of a question, spelt right, that carry what it is about."""
    return [word for word in re.findall(r"[\w-]+", question.text) if set(stems(word)) & set(question.content)]


def _with_side(turn: FollowUp, name: str) -> str:
    """Put the side of the turn before in the place of a pronoun, or behind the question."""
    asked, is_own = _content(turn.then), turn.now.content and not turn.now.aspects
    if is_own and turn.then.aspects and len(asked) == 1 and _THINGS.search(turn.text):
        # "How can I reduce them?": the risks that were asked of the side, not the side.
        return _THINGS.sub(f"the {asked[0]} of {name}", turn.text, count=1)
    narrowed = _NARROWED.search(turn.finder.mask(turn.before, "§"))
    # "KPO at all", "KPO in one sentence" say nothing of what it is for.
    whole = name + narrowed.group()[1:] if narrowed and turn.reader.read(narrowed.group()[1:]).content else name
    for pattern, replacement in ((POSSESSIVE, f"{name}'s"), (THERE, f"in {name}"), (PRONOUN, whole)):
        if pattern.search(turn.text):
            filled = pattern.sub(replacement, turn.text, count=1)
            return filled if turn.now.content else turn.appended(filled)
    return f"{turn.bare} of {name}?" if turn.now.content else turn.appended()


def _swap_phrase(turn: FollowUp) -> str | None:
    """Put a phrase in the place of its like at the end: "Is it dearer in India?", "And in Poland?"."""
    match = _PHRASED.match(turn.bare)
    if not match or len(turn.bare.split()) > _PHRASE:
        return None
    stem, _, last = turn.before.rstrip("?. ").rpartition(f" {match.group(1).lower()} ")
    if not stem or len(last.split()) >= _PHRASE:
        return None
    return f"{stem} {turn.bare}?"


def _swap_head(text: str, before: str) -> str | None:
    """Ask the same of something else: "Which bank uses both?", "And a firm that is no bank?"."""
    head, other = _HEAD.match(before), _SOME.fullmatch(text)
    return f"{head.group(1)} {other.group(1)} {before[head.end() :]}" if head and other else None


def _swap_subject(turn: FollowUp) -> str:
    """Ask the question before of another subject: "What does nearshore mean?", "And onshore?"."""
    subject, before = turn.bare, turn.before
    content = _content(turn.then)
    if turn.now.aspects not in ((), turn.then.aspects) and len(content) == 1:
        return f"{subject} of {content[0]}?"
    names = _NAME.findall(before)
    if subject[:1].isupper() and not subject.isupper() and len(names) == 1:
        return before.replace(names[0], subject)
    if len(content) == 1:
        return re.sub(rf"\b{re.escape(content[0])}\b", subject, turn.then.text)
    phrase = _LAST_PHRASE.search(before)
    if phrase and len(turn.now.content) == len(subject.split()):
        return f"{before[: phrase.start('of')]}{subject}?"
    return turn.appended(f"{subject}?")
