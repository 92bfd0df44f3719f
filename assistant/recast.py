"""Put a question that asks in a roundabout way into the form in which it is read best.

Works on how a question is built, with the sides masked; knows no subject. What it returns is shown to the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.focus import asks, clauses
from assistant.sides import SideFinder

# How a side's name is masked in the patterns, and a choice between two of them.
_MARK = "§"
_SIDE = rf"(?:an? |the )?{_MARK}"
_CHOICE = rf"{_SIDE} or {_SIDE}(?: (?:partner|provider|compan\w+|firm|services?|model|vendor|work))?"

# When not to use the one side that is named: "when should I not use KPO?", "why would we avoid BPO?".
_NOT_FOR = re.compile(
    r"(?=.*\b(?:use|choose|pick|take|hire|buy|go|opt|outsource|recommend|make|avoid|idea|choice|fit|suitable)\b)"
    r"^\W*(?:when|why|in (?:what|which) cases?)\b(?:(?:should|would|might|do|does|is|are|could|can)n['’]t\b"
    r"|(?: (?!not\b|never\b|avoid\b)\w+\b){0,5} (?:not|never|no|avoid|rather not))\b"
    r"(?: to)?(?: (?:i|we|you|one|use|choose|pick|take|hire|buy|go|for|with|opt|outsource|recommend|make|be|sense|an?"
    r"|the)\b)*\W*(?:§|sense\W*|a good (?:idea|choice|fit)\W*|suitable\W*|the right (?:choice|fit)\W*)\W*$",
    re.IGNORECASE,
)
# A subject and what is meant by it: "Nearshoring: what is meant with that?".
_LABELLED = re.compile(
    r"\W*(?!(?:i|we|my|our|you|your|they)\b)((?:[\w&-]+ ){0,3}[\w&-]+)"
    r"\s*(?:[:,;–—?-]|\.{2,})\s+(?:and )?what(?:['’]?s| is| does| do \w+| did \w+)"
    r"(?: (?:it|that|this|meant|mean|the meaning|by|with|of|exactly|all about|about)\b)+\W*",
    re.IGNORECASE,
)
# "Which is better for payroll?": what it is for.
_BETTER_FOR = re.compile(
    r"\W*which (?:one )?(?:is|would be|works) (?:the )?(?:better|best|right)\b"
    r"(?: (?:choice|option|fit|one|model|kind|type|way|side))? for (.+?)\W*",
    re.IGNORECASE,
)
# Whether a piece of work is of the one side that is named: "Is data entry KPO?", "My boss says that payroll is KPO",
# "Typing of receipts: KPO, then?". What stands before, between and behind the two:
_SAYS = (
    r"(?:(?:so|then|and|but|well)\W+)?(?:(?:is it (?:true|right|correct) that|am i right(?: in thinking)? that|"
    r"(?:i|we) (?:think|thought|guess|bet|assume|suppose|believe|heard|was told|were told)(?: that)?|"
    r"(?:my|our|the|a|some) \w+ (?:says?|said|claims?|thinks?|believes?|swears?|insists?|told (?:me|us))(?: that)?"
    r")\W+)?"
)
_AS = (
    r"(?:(?:really|just|still|also|actually|usually|typically|always|considered|regarded as|seen as|classed as|"
    r"counted as|as|an? (?:kind|type|form|sort|case|example) of)\W+)*(?:an?\W+)?"
)
_ENDS = (
    r"§(?:\W+(?:work|jobs?|tasks?|services?|functions?))?(?:\W+(?:then|correct|right|yes|no|or not|isn['’]t it))?\W*"
)
_IS_SIDE = tuple(
    re.compile(rf"\W*{_SAYS}{form}\W+{_AS}{_ENDS}", re.IGNORECASE)
    for form in (
        r"(?:is|are|would you (?:call|say)|do you call)\W+(?P<work>\w.*?)",
        r"(?:does|do|can|would)\W+(?P<work>\w.*?)\W+(?:counts?|pass(?:es)? (?:for|as)|belongs? to|falls? under)",
        r"(?P<work>\w.*?)\W+(?:is|are|counts? as|passes (?:for|as)|belongs? to|falls? under)",
    )
)
_SO_IT_IS = re.compile(
    rf"\W*{_SAYS}(?P<work>\w.*?)\s*[.,;:–—?-]\W*(?:"
    rf"(?:so )?(?:is (?:that|this|it)|that['’]s|that is|would that be|so)\W+{_AS}{_ENDS}"
    rf"|(?:an?\W+)?§(?:\W+\w+)?\W+(?:then|correct|right|yes|or not)\W*)",
    re.IGNORECASE,
)
# What is no piece of work: what points elsewhere, what ends as no thing does ("Is training needed in BPO?", "Is AI
# replacing BPO?"), and what is said of a side ("The subject of my essay is KPO").
_POINTS = re.compile(
    r"^(?:(?-i:[Ii]t)|that|this|they|there|he|she|you|we|i|everything|anything|something|sorry|wait|interesting|great|"
    r"ok|okay|h+m+|well|no|yes|thanks|hi|hello|please|cool|nice|good|fine|right|really|so)\b",
    re.IGNORECASE,
)
_NO_WORK = re.compile(
    r"\b(?:with|in|by|of|for|from|to|than|about|under|and|or|via|at|on|as|not|like|without|through|into|within|inside|"
    r"between|behind|against|over|per|using|use|uses|mean|means|what|the|a|an|more|less|most|\w+ed|any|some|same|similar|"
    r"alike|equal|different|one|ones|kind|type|sort|model|side|variety|thing|known|new|better|worse|must|cheaper|dearer|"
    r"pricier|faster|slower|harder|easier|riskier|bigger|larger|smaller|safer|older|younger|simpler|higher|lower|\w+est|"
    r"(?:replac|leav|do|adopt|los|us|choos|gett|kill|offer|provid|sell|buy|becom|grow|join|enter|mov|hir|chang|driv|tak|"
    r"mak|go|hav|consider|threaten|overtak|eat|beat|affect|hurt|help|need|want|dropp|quitt|reduc|end|transform|disrupt)"
    r"ing)\W*$"
    r"|\b(?:subject|topic|question|answer|assignment|essay|thesis|favou?rite|form|abbreviation|acronym|option|choice|"
    r"difference|risk|benefit|drawback|advantage|disadvantage|point)s?\b(?: of\b.*)?\W*$",
    re.IGNORECASE,
)
_ASKS_OTHERWISE = re.compile(
    r"^\W*(?:what|who|why|how|when|where|which|tell|explain|define|describe|give|name|list|show|compare)\b"
    r"|\b(?:what|which|how|why|whose)\b[^.,:;]*$",
    re.IGNORECASE,
)
# Who chooses, and what for, if that is said: "Should a bakery use BPO or KPO for its pay slips?".
_VERB = (
    r"(?:use|choose|pick|take|hire|need|want|buy|select|consider|adopt|get|favou?r|go (?:for|with)|opt for|turn to|"
    r"look (?:for|at)|work with|sign up for|contract|employ|rather \w+|outsource (?:to|through|via))"
)
_SHOULD_USE = re.compile(
    rf"\s*(?:should|would|could|must|can|shall|do|does|would it be better if)\s+(?P<asker>\w[\w'’&/ -]*?)\s+"
    rf"(?:\w+ly\s+|rather\s+|better\s+)?{_VERB}\s+{_CHOICE}(?:\s+(?:for\s+|(?=to\b))(?P<task>.+?))?[\s.?!]*",
    re.IGNORECASE,
)
_WE_ARE = re.compile(
    rf"\s*(?:we are|we['’]?re|i am|i['’]?m|(?:i|we) (?:run|own|have|manage|lead|head|keep|operate))\s+"
    rf"(?:just |only )?(?:an?|the|my|our)\s+(?P<asker>\w[\w'’&/ -]*?)\s*[.,;:!–—-]+\s*(?:so |and )?(?:{_CHOICE}"
    r"|which(?: one| of (?:the two|them|these))?(?: (?:is|are|would|be|should|do|does|could|can|fits?|suits?|i|we|us|"
    r"me|it|the|right|best|better|for|need|use|choose|take|want|pick|go|with))*)[\s.?!]*",
    re.IGNORECASE,
)
# What stands in the place of a task and is none: "for less than a year", "for now".
_NO_TASK = re.compile(
    r"\d|^(?:less|more|at|the first|free|now|good|us|me|them|it|this|that|ever|a while)\b", re.IGNORECASE
)
# Who chooses is somebody of a kind. A name is not: whether the articles know it is told elsewhere.
_OF_A_KIND = re.compile(r"(?:[Aa]n?|[Mm]y|[Oo]ur|[Tt]he|[Tt]his|[Yy]our)\b.*|[^A-Z]+")
_LONGEST_ASKER = 5
_NOBODY = re.compile(r"i|we|you|one|they|it|he|she|people|somebody|someone|anybody|companies|everyone", re.IGNORECASE)
# Longer texts tell stories; matching the patterns with them would take long.
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Recast:
    """A question in the form that is read, and the `asker` where a choice is for one and nothing says what for."""

    text: str
    asker: str = ""


def recast(text: str, finder: SideFinder) -> Recast:
    """Return a question in the form that is read best.

    Args:
        text: the question, its sides named as the domain names them first (`SideFinder.rename`).
        finder: tells the sides that a text names.
    """
    if len(text) > _LONGEST:
        return Recast(text)
    masked = finder.mask(text, _MARK)
    named = set(finder.in_order(text))
    choice = f"{' or '.join(finder.names)}?"
    if len(finder.names) > 1:
        if not named and (found := _BETTER_FOR.fullmatch(text)):
            # How a choice is asked for would weigh in what it is about.
            return Recast(f"{found.group(1)}: {choice}")
        if len(named) != 1 and (for_whom := _of_asker(masked, choice)):
            return for_whom
        if len(named) == 1 and (work := _work_of_one_side(masked)):
            return Recast(f"{work}: {choice}")
    if found := _LABELLED.fullmatch(text):
        return Recast(f"What is {found.group(1)}?")
    if len(named) == 1 and _NOT_FOR.search(masked):
        return Recast(f"What are the drawbacks of {finder.names[named.pop()]}?")
    return Recast(text)


def _of_asker(masked: str, choice: str) -> Recast | None:
    """Return a choice that is asked for somebody as one of what it is for, else of who asks."""
    found = _SHOULD_USE.fullmatch(masked) or _WE_ARE.fullmatch(masked)
    if found is None:
        return None
    task = (found.groupdict().get("task") or "").removeprefix("to ")
    if task:
        return Recast(f"{task}: {choice}") if _MARK not in task and not _NO_TASK.search(task) else None
    asker = found["asker"]
    if _NOBODY.fullmatch(asker) or not _OF_A_KIND.fullmatch(asker) or len(asker.split()) > _LONGEST_ASKER:
        return None
    return Recast(f"{asker}: {choice}", asker)


def _work_of_one_side(masked: str) -> str | None:
    """Return the piece of work of which a text asks whether it is of the side that it names, once and last."""
    if masked.count(_MARK) != 1 or _ASKS_OTHERWISE.search(masked):
        return None
    if found := _SO_IT_IS.fullmatch(masked):
        work = found["work"]
        told = not any(asks(work[slice(*span)]) for span in clauses(work))
        return work if told and not _POINTS.search(work) else None
    works = (found["work"] for pattern in _IS_SIDE if (found := pattern.fullmatch(masked)))
    return next((work for work in works if not _POINTS.search(work) and not _NO_WORK.search(work)), None)
