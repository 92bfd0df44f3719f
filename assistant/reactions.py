"""Tell what a reader says to an answer without a subject of its own: "Tell me more", "Are you sure?", "Shorter".

So is what points to an entry of a list in it: "Explain the second one". English only.
"""

from __future__ import annotations

import re

from ingest.keywords import stems

_PLEASE = r"(?:(?:please|pls|plz)\W+)?(?:(?:can|could|would|will) you (?:please )?)?"
_END = r"(?:\W+(?:please|pls|plz))?\W*"
_IT = r"(?:that|this|it)"
# More of what was answered: "Tell me more", "what else?", "explain that".
_MORE = re.compile(
    rf"\W*{_PLEASE}"
    r"(?:(?:tell|give|show) (?:me|us) (?:(?:some|a (?:bit|little)|any) )?more(?: (?:details?|info(?:rmation)?))?"
    r"|say more|(?:some |any )?more(?: (?:details?|info(?:rmation)?))?|go on|continue|keep going|elaborate|expand"
    r"|what else"
    r"|(?:is there )?anything (?:else|more)|(?:(?:in )?more |further )?details?"
    r"|(?:i|we)(?:['’]d| would)? (?:like|want|love|need) to (?:know|hear|learn) more|show more|is there more"
    rf"|(?:explain|clarify)(?: {_IT})?(?: (?:further|more|in (?:more )?detail))?)"
    rf"(?: (?:on|about|of|to) {_IT})?{_END}",
    re.IGNORECASE,
)
# The same once more, with its proof: "Are you sure?", "Who says so?", "I don't understand".
_PROOF = r"(?:sources?|citations?|proof|evidence)"
_DOUBTS = (
    rf"(?:(?:are|r) you|you(?:['’]?re| are)) (?:sure|certain|serious|positive|kidding|joking)(?: (?:about|of) {_IT})?",
    r"really|seriously|is (?:that|this) (?:really |actually )?(?:true|so|right|correct|accurate|certain|a fact)",
    rf"is it (?:really |actually )?(?:true|so)|says who|who says(?: (?:so|{_IT}))?|according to (?:whom|who|what)",
    rf"(?:(?:what|which|where) (?:is|are|was) )?(?:(?:your|the|any) )?{_PROOF}(?: (?:of|for) {_IT})?|prove {_IT}",
    rf"(?:have you got|do you have|got) (?:any |an? )?{_PROOF}(?: (?:of|for) {_IT})?|how do you know(?: {_IT})?",
    rf"where (?:did|do|have) you (?:get|got|have|read|find|found) {_IT}(?: from)?|where does it say (?:so|{_IT})",
    r"(?:sorry\W+)?(?:i|we) (?:don['’]?t|do not|didn['’]?t|did not|can['’]?t|cannot) "
    rf"(?:understand|get|follow|believe)(?: (?:{_IT}|you))?|(?:i['’]?m|i am) (?:lost|confused)",
    rf"what do you mean(?: (?:by|with) {_IT})?|(?:say|tell me) {_IT} again|repeat(?: {_IT})?|come again|pardon(?: me)?",
    r"huh",
)
_AGAIN = re.compile(rf"\W*{_PLEASE}(?:{'|'.join(_DOUBTS)}){_END}", re.IGNORECASE)
_PLAIN = r"(?:simple|simpler|plain|plainer|easy|easier|other|few|fewer|short|layman['’]?s?)"
# The same in few words: "Shorter, please", "In plain English?", "Explain it like I'm five".
_SHORTER = re.compile(
    rf"\W*{_PLEASE}(?:"
    rf"(?:make|keep|put|say|explain) {_IT} (?:very )?(?:short|simple|brief)"
    rf"|(?:(?:make|keep|put|say|explain|give|describe|tell)(?: (?:me|us|{_IT}))* )?(?:"
    r"(?:(?:much|a bit|even) )?(?:shorter|simpler|briefer|briefly|simply)"
    r"|(?:a|the) (?:short|shorter|simple|simpler|brief) (?:version|answer|summary|explanation)"
    rf"|in (?:short|brief|a nutshell|(?:a )?{_PLAIN} (?:words?|terms)|(?:plain|simple|easy) (?:english|language))"
    r"|(?:a|the) (?:summary|gist)|like (?:i['’]?m|i am|to) (?:five|5|a (?:child|kid|beginner|five.year.old))"
    rf"|eli5|tl;?\W?dr|(?:summari[sz]e|shorten|simplify)(?: {_IT})?|sum {_IT} up|boil {_IT} down)"
    rf"){_END}",
    re.IGNORECASE,
)
_PLACES = {
    name: at
    for at, names in enumerate(
        (
            ("first", "1st", "one", "1"),
            ("second", "2nd", "two", "2"),
            ("third", "3rd", "three", "3"),
            ("fourth", "4th", "four", "4"),
            ("fifth", "5th", "five", "5"),
            ("sixth", "6th", "six", "6"),
            ("seventh", "7th", "seven", "7"),
            ("eighth", "8th", "eight", "8"),
        )
    )
    for name in names
} | {"last": -1}
_ORDINAL = "|".join(name for name in _PLACES if name.endswith(("st", "nd", "rd", "th")))
_CARDINAL = "|".join(name for name in _PLACES if not name.endswith(("st", "nd", "rd", "th")))
_ANY = ("one", "point", "item", "bullet", "entry", "thing")
_ENTRY = re.compile(
    rf"\W*{_PLEASE}"
    r"(?:(?:explain|describe|expand on|elaborate on|go into|(?:what|how) about|what(?:['’]s| is| are| does)|"
    r"(?:tell me|say|know|read)(?: (?:a bit |some)?more)? (?:about|on|of)|(?:more|details?) (?:about|on|of)) )?"
    rf"(?:the (?P<place>{_ORDINAL})(?: (?P<noun>\w+))?"
    rf"|(?:(?:number|point|item|option|bullet) |no\. ?(?=\d)|# ?)(?P<number>{_CARDINAL}))"
    r"(?: (?:of|on|in) (?:these|them|those|that list|the list))?"
    rf"(?: (?:about|mean|in (?:more )?detail))?{_END}",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^- (.+)$", re.MULTILINE)
# As much of a list's entry can be read as its name, where it has none before a colon.
_NAME_WORDS = 9


def wants_more(text: str) -> bool:
    """Tell whether a text wishes for more of what was answered, and asks nothing of its own."""
    return _MORE.fullmatch(text) is not None


def wants_again(text: str) -> bool:
    """Tell whether a text doubts or did not understand what was answered, and asks nothing of its own."""
    return _AGAIN.fullmatch(text) is not None


def wants_less(text: str) -> bool:
    """Tell whether a text wishes for what was answered in few words."""
    return _SHORTER.fullmatch(text) is not None


REACTIONS = (wants_more, wants_again, wants_less)


def listed_entry(text: str, question: str, answer: str) -> str | None:
    """Return the name of the entry that a text points to in the one list of an answer; None where there is none.

    Args:
        text: what the reader says: "Explain the second one". "The second drawback" is one of a list of drawbacks alone.
        question: what the list answers.
        answer: the answer, its entries on lines that begin with "- ".
    """
    found = _ENTRY.fullmatch(text)
    blocks = [block for block in answer.split("\n\n") if len(_LISTED.findall(block)) > 1]
    if found is None or len(blocks) != 1:
        return None
    noun = (found["noun"] or _ANY[0]).lower()
    if noun not in _ANY and not set(stems(noun)) & set(stems(question)):
        return None
    entries = _LISTED.findall(blocks[0])
    place = _PLACES[(found["place"] or found["number"]).lower()]
    if place >= len(entries):
        return None
    name, colon, _ = entries[place].partition(": ")
    return " ".join(name.rstrip(". ").split()[: None if colon else _NAME_WORDS])
