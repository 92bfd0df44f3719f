"""Resolve a follow-up into a question that can be understood alone.

By rules, without a model: pronouns take the subject of the turn before, an elliptic question ("And KPO?")
takes its frame, "the other one" takes the other side. A question that names its own subject is left as it is,
so a change of topic is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.focus import asks, clauses
from assistant.question import Ask, Question, QuestionReader, asks_to_compare
from assistant.sides import SideFinder
from ingest.keywords import stems

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
_OTHER = re.compile(
    r"\bthe other( one| side| way round|(?: model| kind| type| sort| form)(?: of \w+)?)?\b"
    r"(?! (?:hand|two|three|four|ones|\w+s)\b)",
    re.IGNORECASE,
)
_LATTER = re.compile(r"\bthe (latter|second one)\b|\bthe second(?=\W*$)", re.IGNORECASE)
_FORMER = re.compile(r"\bthe (former|first one)\b|\bthe first(?=\W*$)", re.IGNORECASE)
_BY_NAME = re.compile(r"\bthe (?:latter|former|first one|second one)\b", re.IGNORECASE)
_WHICH = re.compile(r"^which (one|ones)\b", re.IGNORECASE)
_THEM = re.compile(
    r"\b(which of (them|these|those|the two)|both of them|between them|they both|each of them)\b",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"\b(its|their)\b", re.IGNORECASE)
# Not the "that" of "anything that I could read".
_PRONOUN = re.compile(
    r"\b(it|they|them|that(?! (?:i|you|we|they|he|she)\b)|this|those|these|that one|this one)\b", re.IGNORECASE
)
_IT = re.compile(r"\bit\b", re.IGNORECASE)
_SAME = re.compile(r"\bthe same (?:for|of|with|in|true|go)\b|\bsame (?:for|with)\b|\bdo(?:es)? so\b", re.IGNORECASE)
# The most words that a pronoun is replaced by.
_SUBJECT = 3
# The most words of a question that only names a side: "For KPO?".
_ELLIPSIS = 3
# The most words of a correction.
_CORRECTION = 4
# The most words that a phrase like "in the Philippines" has.
_PHRASE = 5
_PHRASED = re.compile(r"^(in|to|for|at|from|with|by|on|among)\s+\S", re.IGNORECASE)
_LAST_PHRASE = re.compile(r"\b(?:for|with|of|in|about|on|to) (?P<of>\w+(?: \w+){0,3})\W*$", re.IGNORECASE)
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (is|are|was|were|any))", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+\b")
_NAMED = re.compile(r"(?<=[a-z,] )(?:the )?(?:[A-Z][\w.&-]* )*[A-Z][\w&-]*[a-z]\b")
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
# A side with what it is for: "KPO for lawyers".
_NARROWED = re.compile(r"§ (?:for|in|of|at) (?:an? |the |our |my )?[\w-]+(?: [\w-]+)?(?=\W*$)", re.IGNORECASE)
# Stands for one thing, or for several.
_ONE = re.compile(r"\b(?:it|its|this|that)\b", re.IGNORECASE)
# What is asked for, with the word that asks: "Which bank uses ..."; and one of something in its place: "a firm".
_HEAD = re.compile(
    r"(which|what) \w+(?: (?:of|in) \w+)? (?=(?:use|do|does|need|offer|can|has|have|is|are)s?\b)", re.IGNORECASE
)
_SOME = re.compile(r"(?:an?|any|another|some) (\w+(?: \w+){0,6}?)\W*", re.IGNORECASE)
# "that sort of work": what it is called there is no subject of its own.
_POINTED = re.compile(r"\b(?:this|that|these|those|such)(?: (?:sort|kind|type|line)s? of)? \w+", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:they|them|these|those|their)\b", re.IGNORECASE)
_THESE = re.compile(r"\b(?:them|these|those)\b", re.IGNORECASE)
_JOINED = re.compile(r"§\W+(?:and|or|vs|versus)\W+(?:the\W+)?§", re.IGNORECASE)
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
    # What only thanks or agrees, or wishes for more of the same, is no turn.
    turns = [text for text in earlier if _LEAD.sub("", _NOTED.sub("", text)).strip(" .!?") and not wants_more(text)]
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
    now, then = reader.read(rest), reader.read(before)
    if (subject := _fronted(rest, now, reader)) is not None:
        # The pronoun stands for what comes before it, not for what was asked before.
        if now.sides:
            return rest
        if then.ask is Ask.CHOOSE and subject["fits"]:
            return f"{subject['subject']}: {_choice(before, finder)}?"
    led = rest != question
    if _points_back(rest, now, finder) or led or not (now.sides or now.content):
        if _LATTER.search(rest) or _FORMER.search(rest):
            return _by_order(rest, now, before, then, said, reader, finder)
        return _fill(rest, now, before, then, reader, finder)
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
    if not story or not told or len(sides) != 1 or not _IT.search(last) or _SOMETHING.search(question[:start]):
        return question
    read = reader.read(last)
    if read.sides or read.content:
        return question
    name = finder.names[sides.pop()]
    # "I heard of LPO, a part of KPO. What is it?" asks about the first.
    acronyms = _ACRONYM.findall(finder.mask(question[:start], name))
    return _IT.sub(acronyms[0] if acronyms else name, last, count=1)


def _points_back(text: str, now: Question, finder: SideFinder) -> bool:
    if any(pattern.search(text) for pattern in (_WHICH, _OTHER, _LATTER, _FORMER, _THEM, _SAME)):
        return True
    if now.sides:
        if not now.content and not asks(text) and len(text.split()) <= _ELLIPSIS:
            return True
        pointed = {stem for phrase in _POINTED.findall(text) for stem in stems(phrase)}
        return _points_out(text, finder) and len(set(now.content) - pointed) <= 1
    return _points(text) or bool(_THERE.search(text)) or len(text.split()) <= 4


def _fill(text: str, now: Question, before: str, then: Question, reader: QuestionReader, finder: SideFinder) -> str:
    order = finder.in_order(before)
    sides = list(dict.fromkeys(order))
    names = finder.names
    if _OTHER.search(text) and len(sides) == 1 and len(names) == 2:
        other = names[1 - sides[0]]
        stripped = _OTHER.sub(other, text)
        if asks_to_compare(text):
            return _PRONOUN.sub(names[sides[0]], stripped, count=1)
        return stripped if reader.read(stripped).content else finder.replace(before, 1 - sides[0])
    if _THEM.search(text) and now.sides:
        # "Which does it belong to, BPO or KPO?": what it is was said before.
        subject = [word for word in re.findall(r"[\w-]+", before) if set(stems(word)) & set(then.content)]
        return _PRONOUN.sub(" ".join(subject), text, count=1) if 0 < len(subject) <= _SUBJECT else text
    if _THEM.search(text) and len(names) > 1:
        meant = sides if len(sides) > 1 else range(len(names))
        return f"{text.rstrip('?. ')}: {' or '.join(names[side] for side in meant)}?"
    if _WHICH.search(text) and now.ask is Ask.CHOOSE and now.content:
        # "Which one is better for payroll?" names what it is for, whatever was asked before.
        return text
    if _WHICH.search(text) and not finder.in_order(text):
        if now.content and len(sides) == 1:
            # The question before is of one side, this one of all.
            return f"{text.rstrip('?. ')}: {' or '.join(names)}?"
        return f"{before.rstrip('?. ')}: {text}"
    if len(now.sides) == 1 and (not now.content or _SAME.search(text)):
        # "And KPO?": the question before, asked of this side.
        return finder.replace(before, next(iter(now.sides))) if sides else f"{before.rstrip('?. ')} {text}"
    if not now.sides and (phrased := _swap_phrase(text, before)):
        return phrased
    if not now.sides and (swapped := _swap_head(text, before)):
        return swapped
    if len(sides) == 1 and now.sides and not now.sides & set(sides) and _begins_with_it(text, finder):
        return _IT.sub(names[sides[0]], text, count=1)
    if now.sides:
        # "And what would KPO analyse for them?" has a subject of its own, and another of the turn before.
        return f"{before.rstrip('?. ')}: {text}" if _points_out(text, finder) else text
    if len(sides) > 1 and now.content and _IT.search(text) and not _JOINED.search(finder.mask(before, "§")):
        return _IT.sub(names[sides[0]], text, count=1)
    places = set(_NAMED.findall(finder.mask(before)))
    if _THERE.search(text) and len(places) == 1:
        return _THERE.sub(f"in {places.pop()}", text, count=1)
    if now.content and _THESE.search(text) and _JOINED.search(finder.mask(before, "§")):
        return _THESE.sub(" and ".join(names[side] for side in sides), text, count=1)
    if then.ask is Ask.CHOOSE and now.aspects and _SEVERAL.search(text):
        # "And the risks, what are they?": no choice any more.
        return f"{text.rstrip('?. ')}: {' and '.join(names)}?"
    if then.ask is Ask.CHOOSE and now.content and not _points(text):
        # "And bookkeeping?": the same choice for other work.
        choice = _choice(before, finder)
        other = text.rstrip("?. ")
        return f"Should {other} use {choice}?" if then.asker else f"{other}: {choice}?"
    if sides and len(sides) < len(names):
        return _with_side(text, now, names[sides[-1]], before, reader, finder)
    if now.content and len(text.split()) <= 4 and not sides and then.content:
        return _swap_subject(text, now, before, then)
    return f"{before.rstrip('?. ')}: {text}" if then.content or sides else text


def _points_out(text: str, finder: SideFinder) -> bool:
    """Tell whether a pronoun stands for something that a text itself does not name before it."""
    for pattern, least in ((_ONE, 1), (_SEVERAL, 2)):
        match = pattern.search(text)
        if match and len(set(finder.find(text[: match.start()]))) < least:
            return True
    return False


def _begins_with_it(text: str, finder: SideFinder) -> bool:
    """Tell whether "it" stands before the first side that a text names: "Is it dearer than KPO?"."""
    found = _IT.search(text)
    return found is not None and not finder.find(text[: found.start()])


def _points(text: str) -> bool:
    return bool(_POSSESSIVE.search(text) or _PRONOUN.search(text))


def _choice(before: str, finder: SideFinder) -> str:
    """Return the sides to choose from: those of the turn before where it names several, else all."""
    sides = list(dict.fromkeys(finder.in_order(before)))
    return " or ".join(finder.names[side] for side in (sides if len(sides) > 1 else range(len(finder.names))))


def _fronted(text: str, now: Question, reader: QuestionReader) -> re.Match[str] | None:
    """Return the match of a question whose pronoun stands for a subject of its own, put before it."""
    found = _FRONTED.fullmatch(text)
    if found is None or now.aspects or _points(found["subject"]) or not reader.read(found["subject"]).content:
        return None
    return found


def _by_order(
    text: str,
    now: Question,
    before: str,
    then: Question,
    said: Sequence[int],
    reader: QuestionReader,
    finder: SideFinder,
) -> str:
    """Put sides in the place of "the former" and "the second": those of the turn before, else those `said` earlier.

    A bare "the first" is one of several sides only where the turn before has no other things to count.
    """
    sides = list(dict.fromkeys(finder.in_order(before)))
    is_alone = not re.search(r"\w", _FORMER.sub("", _LATTER.sub("", text)))
    if len(sides) < 2 and (is_alone or _BY_NAME.search(text) or not then.content):
        sides = list(dict.fromkeys(said))
    if len(sides) < 2:
        return _fill(text, now, before, then, reader, finder)
    named = _FORMER.sub(finder.names[sides[0]], _LATTER.sub(finder.names[sides[-1]], text))
    read = reader.read(named)
    if read.content or len(read.sides) != 1 or asks(named):
        return named
    # "And the second?": the question before, asked of this side.
    return finder.replace(before, next(iter(read.sides))) if len(set(finder.in_order(before))) == 1 else named


def _with_side(text: str, now: Question, name: str, before: str, reader: QuestionReader, finder: SideFinder) -> str:
    """Put the side of the turn before in the place of a pronoun, or behind the question."""
    narrowed = _NARROWED.search(finder.mask(before, "§"))
    # "KPO at all", "KPO in one sentence" say nothing of what it is for.
    whole = name + narrowed.group()[1:] if narrowed and reader.read(narrowed.group()[1:]).content else name
    for pattern, replacement in ((_POSSESSIVE, f"{name}'s"), (_THERE, f"in {name}"), (_PRONOUN, whole)):
        if pattern.search(text):
            filled = pattern.sub(replacement, text, count=1)
            return filled if now.content else f"{before.rstrip('?. ')}: {filled}"
    if not now.content:
        return f"{before.rstrip('?. ')}: {text}"
    return f"{text.rstrip('?. ')} of {name}?"


def _swap_phrase(text: str, before: str) -> str | None:
    """Put a phrase in the place of its like at the end: "Is it dearer in India?", "And in Poland?"."""
    phrase = text.rstrip("?. ")
    match = _PHRASED.match(phrase)
    if not match or len(phrase.split()) > _PHRASE:
        return None
    stem, _, last = before.rstrip("?. ").rpartition(f" {match.group(1).lower()} ")
    if not stem or len(last.split()) >= _PHRASE:
        return None
    return f"{stem} {phrase}?"


def _swap_head(text: str, before: str) -> str | None:
    """Ask the same of something else: "Which bank uses both?", "And a firm that is no bank?"."""
    head, other = _HEAD.match(before), _SOME.fullmatch(text)
    return f"{head.group(1)} {other.group(1)} {before[head.end() :]}" if head and other else None


def _swap_subject(text: str, now: Question, before: str, then: Question) -> str:
    """Ask the question before of another subject: "What does nearshore mean?", "And onshore?"."""
    subject = text.rstrip("?. ")
    names = _NAME.findall(before)
    if subject[:1].isupper() and not subject.isupper() and len(names) == 1:
        return before.replace(names[0], subject)
    content = [word for word in re.findall(r"[\w-]+", before) if set(stems(word)) & set(then.content)]
    if len(content) == 1:
        return re.sub(rf"\b{re.escape(content[0])}\b", subject, before)
    phrase = _LAST_PHRASE.search(before)
    if phrase and len(now.content) == len(subject.split()):
        return f"{before[: phrase.start('of')]}{subject}?"
    return f"{before.rstrip('?. ')}: {subject}?"
