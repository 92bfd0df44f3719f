"""Tell what kind of answer a question wants: a number, a name, or neither."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.question import Ask, Question, asks_for_name

_NUMBER = re.compile(
    r"\d|\b(per ?cent|decades?|centur\w+|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z][\w.&]+")
_ASKS_NUMBER = re.compile(
    r"\bhow (many|big|large|fast|old|long|often|soon|high|low)\b"
    r"|\bhow much (money|(is|are)\b(?!.*\b(allowed|able|expected|supposed|involved|different|alike)\b))"
    r"|\bhow much (do|does|did|will|would|should|can|could)\b.*\b(cost|make|charge|earn|pay|paid|save|spend|grow|get)\b"
    r"|\b(what|which) (year|decade|month|day|percentage|share|number|date|size|rate|price|age)\b"
    r"|\b(since )?when (did|was|were|will|has|have)\b|\b(dollars|pounds|euros?|usd|rupees|pesos)\b|\brate\b|%"
    r"|\b(how much|what(?:['’]s| is| are| was| were| does| do| did)?)\b(?! (we|i|they|you)\b).*"
    r"\b(spend(?!\b.*\b(?:days?|time|hours|mornings?|evenings?|weeks?)\b)|charge[sd]?|earn[s]?|paid|salar\w+|wages?|revenue|turnover|fees?)\b",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    r"\bhow (much|many|big|large|fast|old|long|often|soon|high|low)\b"
    r"|\b(what|which) (year|decade|month|day|percentage|share|number|date|rate|price|age|salar\w+)\b",
    re.IGNORECASE,
)


class Wanted(NamedTuple):
    """Whether an answer needs a number, or somebody's name."""

    number: bool
    name: bool


def wanted_by(question: Question) -> Wanted:
    """Return what a question wants.

    A which-one question wants a side, whatever figures and names it tells; so does one for the side that has more of
    something ("Which has the higher rate?"), unless it asks how much.
    """
    if question.ask is Ask.CHOOSE:
        return Wanted(number=False, name=False)
    number = _ASKS_NUMBER.search(question.asked) is not None
    if question.ask is Ask.COMPARE and not _HOW_MUCH.search(question.asked):
        number = False
    return Wanted(number=number, name=asks_for_name(question.asked))


def has_number(text: str) -> bool:
    """Tell whether a text gives a number, in digits or words."""
    return _NUMBER.search(text) is not None


def has_name(text: str, question: str) -> bool:
    """Tell whether a text names somebody that the question does not; the sides' own names are to be masked before."""
    return any(match.group() not in question for match in _NAME.finditer(text))
