"""Tell what is said to the assistant itself, and asks nothing of its subject: "Hello", "Can you help me?".

No article answers that, however near one comes in its words ("Forbes covers topics like ..."). English only.
"""

from __future__ import annotations

import re

from assistant.tidy import is_courtesy

# What is answered to it.
INVITATION = "Ask what you would like to know. The articles answer these, for example."

_ME = r"(?:bot|chat ?bot|chat|assistant)"
_HELP = r"help(?: (?:me|us))?(?: out)?"
_CAN = r"(?:can|could|do|will)"
_KINDS = (
    r"(?:(?:real|actual|live|human|proper)\s)?(?:human(?: being)?|person|real|alive|machine|computer|robot|a\.?i\.?|"
    rf"artificial intelligence|language model|llm|program|chat ?gpt|gpt|app|tool|website|{_ME})"
)
_ASKED = (
    # Who is this?
    r"(?:who|what) (?:exactly )?(?:are|r) (?:you|u)(?: exactly)?",
    r"who (?:made|built|created|trained|developed|programmed) you",
    r"who am i (?:talking|speaking|chatting|writing) (?:to|with)",
    rf"(?:are|r) (?:you|u) (?:just |only )?(?:an? |the )?{_KINDS}(?: or (?:just |only )?(?:an? |the )?{_KINDS})?",
    rf"am i (?:talking|speaking|chatting|writing) (?:to|with) (?:an? |the )?{_KINDS}",
    r"(?:tell (?:me|us) (?:something |more )?about|introduce) yourself",
    r"what(?:['’]?s| is) your (?:name|purpose|job|role|task)",
    # What is it for?
    rf"what (?:all |else )?{_CAN} you (?:do|know|answer|offer|cover|{_HELP}|tell (?:me|us))(?: for (?:me|us))?"
    r"(?: with| about)?(?: here)?",
    r"(?:what|which) (?:(?:kinds?|sorts?|types?) of )?(?:topics?|subjects?|questions?|things?|areas?) "
    rf"{_CAN} (?:you (?:cover|answer|know|handle|{_HELP}|deal)|i ask you)(?: with| about| of)?",
    r"what languages? (?:can|do) you (?:speak|know|understand)",
    r"what (?:can|could|may) i ask(?: you)?(?: about)?(?: here)?",
    rf"how (?:do|can|should) (?:you (?:work|{_HELP})|i use (?:you|this {_ME}))",
    rf"(?:how does|what is|what['’]?s|what does) this {_ME}(?: (?:work|do|for|about))?",
    # Is anybody there?
    rf"(?:(?:can|could|will|would|do) (?:you|some(?:one|body)|any(?:one|body)) )?(?:(?:please|pls|plz) )?{_HELP}"
    r"(?: with (?:something|(?:a|some|my|our) questions?))?",
    r"(?:i|we) (?:need|want|could use) (?:some |your )?help(?: with something)?",
    r"(?:(?:can|may|could) i ask (?:you )?|(?:i|we) have )(?:an?|some|another) (?:quick )?questions?(?: for you)?",
    r"(?:is )?(?:any(?:one|body)|some(?:one|body)) (?:there|here)",
    r"are you (?:there|here|online|awake|listening|working)",
    r"how are you(?: doing)?(?: today)?|how is it going|(?:good ?)?bye(?: bye)?|good night|see you(?: later)?",
    r"test(?:ing)?(?: (?:test(?:ing)?|1|2|3|one|two|three))+|ping",
)
_TALK = re.compile(rf"\W*(?:{'|'.join(_ASKED)})\W*", re.IGNORECASE)
# Nothing longer is small talk.
_MOST_CHARS = 200


def is_small_talk(text: str) -> bool:
    """Tell whether a text greets, thanks, or asks about the assistant itself."""
    if len(text) > _MOST_CHARS:
        return False
    # "2024?" has no letter either, but may be a question after another.
    return _TALK.fullmatch(text) is not None or (is_courtesy(text) and not re.search(r"\d", text))
