"""Take from what a reader types what says nothing of the question.

That is greetings, thanks and courtesies, and capitals throughout: "Hi, quick question: could you tell me what KPO is?
Thanks!" asks what "what KPO is?" asks, and is to be answered alike. English only; all else stays as typed.
"""

from __future__ import annotations

import re

_GREETING = (
    r"(?:(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|dear)"
    r"(?: (?:there|all|everyone|everybody|team|folks|guys|again|sir|madam|assistant|bot))*\b[\s,.!:–—-]*)"
)
_ANNOUNCING = (
    r"(?:(?:i have |i've got |here is |just |only )?(?:(?:a|an|one|another|quick|short|small|simple|basic|"
    r"silly|dumb|stupid|easy|little|further|more)\b ?)+questions?\b(?: (?:for you|here|please))?\s*[,.:;!–—-]+\s*)"
)
# What stands before a clause that asks in full: not before "I want to know more", which asks by itself.
_ASKING = (
    r"(?:(?:(?:please|pls|plz|kindly|so|well|ok|okay)\b[\s,]*)*"
    r"(?:(?:(?:can|could|would|will) (?:you|some(?:one|body)|any(?:one|body)) )?"
    r"(?:(?:please|kindly|perhaps|maybe|just|quickly) )?(?:tell me|let me know)(?: please)?"
    r"|(?:i|we)(?:['’]d| would)? (?:just )?(?:like|love|want|need|wish) to (?:know|find out|ask(?: you)?)"
    r"|(?:i|we) (?:was|were|am|are) (?:just )?(?:wondering|curious)|i wonder|just (?:curious|wondering)"
    r"|may i ask|can i ask|(?:do|does|would) (?:you|any(?:one|body)) (?:happen to )?know)"
    r"\s*[,.:;–—-]*\s+(?=(?:what|which|who|whom|whose|where|when|why|how|if|whether|is|are|do|does|did|can|could)\b))"
)
_BEFORE = re.compile(rf"^\W*{_GREETING}?{_ANNOUNCING}?{_ASKING}?", re.IGNORECASE)
_AFTER = re.compile(
    r"(?:[\s,.!?;:–—-]*\b(?:thanks|thank you|thankyou|thx|tnx|ty|cheers|please|pls|plz|kindly)\b"
    r"(?: (?:a lot|a million|a bunch|so much|very much|in advance|again|you|all|everyone|for (?:your|the|any) help))*)+"
    r"[\s.!?,;:)]*$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")
# Fewer words in capitals than this may be acronyms.
_SHOUTED = 4


def tidy(text: str) -> str:
    """Return a question without greeting, thanks and courtesies, and in small letters where it is all capitals.

    A text that is nothing else, such as "Thanks!", stays as it is.
    """
    words = _LETTERS.findall(text)
    if len(words) >= _SHOUTED and all(word.isupper() for word in words):
        text = text.lower()
    ended = _AFTER.sub(_end, text)
    found = _BEFORE.sub("", ended).strip()
    return found if _LETTERS.search(found) else text


def is_courtesy(text: str) -> bool:
    """Tell whether a text only greets or thanks."""
    return not _LETTERS.search(_BEFORE.sub("", _AFTER.sub("", text)))


def _end(match: re.Match[str]) -> str:
    """Return the sign that ended the question before its courtesies."""
    return next((sign for sign in match.group() if sign in "?.!"), "")
