"""Tell what a reader says to an answer without a subject of its own: "Tell me more", "Are you sure?", "Shorter".

So is what points to an entry of a list in it: "Explain the second one". English only.
"""

from __future__ import annotations

import re

_PLEASE = r"(?:please\W+)?(?:(?:can|could|would|will) you (?:please )?)?"
_IT = r"(?:that|this|it)"
# More of what was answered: "Tell me more", "what else?", "in more detail, please".
_MORE = re.compile(
    rf"\W*{_PLEASE}"
    r"(?:(?:tell|give|show) (?:me|us) (?:(?:some|a (?:bit|little)|any) )?more(?: (?:details?|info(?:rmation)?))?"
    r"|say more|(?:some |any )?more(?: (?:details?|info(?:rmation)?))?|go on|continue|keep going|elaborate|expand"
    r"|what else"
    r"|(?:is there )?anything (?:else|more)|(?:(?:in )?more |further )?details?"
    r"|(?:i|we)(?:['’]d| would)? (?:like|want|love|need) to (?:know|hear|learn) more|show more|is there more"
    rf"|explain (?:{_IT} )?(?:further|more|in (?:more )?detail))"
    rf"(?: (?:on|about|of|to) {_IT})?(?:\W+please)?\W*",
    re.IGNORECASE,
)
# The same once more, with its proof: "Are you sure?", "Who says so?", "I don't understand".
_PROOF = r"(?:sources?|citations?|references?|proof|evidence)"
_DOUBTS = (
    rf"(?:(?:are|r) you|you(?:['’]?re| are)) (?:sure|certain|serious|positive|kidding|joking)(?: (?:about|of) {_IT})?",
    rf"really|seriously|is {_IT} (?:really |actually )?(?:true|so|right|correct|accurate|certain|a fact)",
    rf"says who|who says(?: (?:so|{_IT}))?|according to (?:whom|who|what)|based on what|how do you know(?: {_IT})?",
    rf"(?:(?:what|which|where) (?:is|are|was) )?(?:(?:your|the|its|any) )?{_PROOF}(?: (?:of|for) {_IT})?|prove {_IT}",
    rf"(?:have you got|do you have|got) (?:any |an? )?{_PROOF}(?: (?:of|for) {_IT})?",
    rf"where (?:do|did|does) (?:it|they|you) (?:say|get|have|read|find) (?:so|{_IT})(?: from)?",
    r"(?:sorry\W+)?(?:i|we) (?:don['’]?t|do not|didn['’]?t|did not|can['’]?t|cannot) "
    rf"(?:understand|get|follow|believe)(?: (?:{_IT}|you))?",
    rf"what do you mean(?: (?:by|with) {_IT})?|what does {_IT} mean|(?:explain|clarify)(?: {_IT})?",
    rf"(?:say|tell me|explain) {_IT} again|repeat(?: {_IT})?|come again|pardon(?: me)?|huh",
    r"(?:i['’]?m|i am) (?:lost|confused)",
)
_AGAIN = re.compile(rf"\W*{_PLEASE}(?:{'|'.join(_DOUBTS)})(?:\W+please)?\W*", re.IGNORECASE)
_PLAIN = r"(?:simple|simpler|plain|plainer|easy|easier|other|few|fewer|short|layman['’]?s?)"
# The same in few words: "Shorter, please", "In plain English?", "Explain it like I'm five".
_SHORTER = re.compile(
    rf"\W*{_PLEASE}(?:(?:make|keep|put|say|explain|give|describe|tell)(?: (?:me|us|{_IT}))* )?(?:"
    rf"(?:(?:much|a bit|even) )?(?:shorter|short|simpler|simple|brief|briefer|briefly|simply)"
    rf"|(?:a|the) (?:short|shorter|simple|simpler|brief) (?:version|answer|summary|explanation|one)"
    rf"|in (?:short|brief|a nutshell|(?:a )?{_PLAIN} (?:words?|terms|english|language))|(?:a|the) (?:summary|gist)"
    rf"|like (?:i['’]?m|i am|to) (?:five|5|a (?:child|kid|beginner|five.year.old))|eli5|tl;?\W?dr|too long"
    rf"|(?:summari[sz]e|shorten|simplify)(?: {_IT})?|sum {_IT} up|boil {_IT} down"
    rf")(?:\W+please)?\W*",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4}
_PLACES |= {"5th": 4, "last": -1}
_NUMBERS = {"one": 0, "two": 1, "three": 2, "four": 3, "five": 4, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4}
_ENTRIES = (
    r"(?:one|point|item|bullet|entry|thing|reason|benefit|advantage|drawback|disadvantage|challenge|risk|example|"
    r"service|type|kind|sort)"
)
_ENTRY = re.compile(
    rf"\W*{_PLEASE}"
    r"(?:(?:explain|describe|expand on|elaborate on|go into|(?:what|how) about|what(?:['’]s| is| are| does)|"
    r"(?:tell me|say|know|read)(?: (?:a bit |some)?more)? (?:about|on|of)|(?:more|details?) (?:about|on|of)) )?"
    rf"(?:the (?P<place>{'|'.join(_PLACES)})(?: {_ENTRIES})?"
    rf"|(?:number|point|item|no\.?|#) ?(?P<number>{'|'.join(_NUMBERS)}))"
    r"(?: (?:of|on|in) (?:these|them|those|that list|the list))?(?: mean)?(?:\W+please)?\W*",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^- (.+)$", re.MULTILINE)
# What a list's entry is called: what stands before its colon, else as much as can be read as a name.
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


def listed_entry(text: str, answer: str) -> str | None:
    """Return the name of the entry that a text points to in the one list of an answer; None where there is none.

    Args:
        text: what the reader says: "Explain the second one".
        answer: the answer before, its entries on lines that begin with "- ".
    """
    found = _ENTRY.fullmatch(text)
    blocks = [block for block in answer.split("\n\n") if len(_LISTED.findall(block)) > 1]
    if found is None or len(blocks) != 1:
        return None
    entries = _LISTED.findall(blocks[0])
    place = _PLACES[found["place"].lower()] if found["place"] else _NUMBERS[found["number"].lower()]
    if place >= len(entries):
        return None
    name, colon, _ = entries[place].partition(": ")
    return " ".join(name.rstrip(". ").split()[: None if colon else _NAME_WORDS])
