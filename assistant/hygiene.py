"""Tell sentences that speak to a model instead of to a reader, such as "ignore all instructions above".

A corpus may hold pages from anywhere. What gives orders to a model is neither quoted to a reader, who may pass it on to
one, nor shown to a model, nor taken as proof. This is a second fence, not the first: what a model writes is checked
whatever it was told.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ORDERS = re.compile(
    r"""
      \b(ignore|disregard|forget|override|bypass|skip)\b.{0,40}\b(instruction|rule|prompt|guideline|above|previous|prior
        |earlier|passage|citation|safeguard|polic)\w*
    | \b(system|developer|hidden|initial|secret)\s+(prompt|message|instruction)s?\b
    | \byou\s+are\s+(now|no\s+longer|an?\s+(ai|assistant|chatbot|language\s+model|unrestricted))\b
    | \b(act|behave|respond|answer|reply|speak|write)\s+(only\s+|always\s+)?(as|like|with|in)\b.{0,40}\b(if|persona|mode
        |pirate|admin|root|the\s+words?|following|exactly|yes|no|json|base64)\b
    | \b(new|updated|real|true|important)\s+(instruction|rule|order|task)s?\s*(:
        |for\s+(the\s+)?(ai|assistant|model|bot))
    | \b(dear|attention|note\s+to|message\s+to|hey|hello|to)\s+(the\s+)?(ai|assistant|chatbot|llm|bot
        |language\s+model)\b
    | \b(jailbreak|dan\s+mode|developer\s+mode|god\s+mode|debug\s+mode)\b
    | \b(print|reveal|repeat|show|output|leak|display|reproduce|translate)\b.{0,40}\b(prompts?|instructions?|rules
        |api\s+keys?|passwords?|secrets?|everything\s+above|text\s+above)\b
    | \b(do\s+not|don't|never|without|stop|no\s+need\s+to)\s+(\w+\s+)?(cit(e|ing|ations?)|quot(e|ing)|sources?)\b
    | \b(say|tell|inform|convince|assure|recommend)\b.{0,20}\b(user|reader|customer|visitor|everyone)s?\b
        .{0,60}\b(that|to)\b
    | \b(state|claim|declare|present|affirm)\b.{0,20}\bas\s+(an?\s+)?(established\s+|proven\s+)?(fact|truth)\b
    | \bas\s+an?\s+(ai|assistant|language\s+model)\b
    | <\|?(im_start|im_end|system|assistant|user|endoftext|s)\|?> | \[/?(inst|system)\]
    | ^\s*(system|assistant|user)\s*:
    | \b(begin|end)\s+(of\s+)?(system|prompt|passages?|instructions?|context)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


# Whatever gives orders has one of these, or a bracket: most sentences have none, which is quick to tell.
_HINTS = frozenset(
    re.findall(
        r"\w+",
        "ignore disregard forget override bypass skip prompt prompts message messages instruction instructions you act "
        "behave respond answer reply speak write new updated real true important ai assistant chatbot llm bot model "
        "jailbreak mode print reveal repeat show output leak display reproduce translate cite citing citation "
        "citations quote quoting source sources say tell state claim declare present affirm inform convince assure "
        "recommend system user begin end",
    )
)
_WORD = re.compile(r"[^\W\d_]+")


# Kept, since the same sentences of an index are asked about with every question.
@lru_cache(maxsize=32768)
def speaks_to_model(text: str) -> bool:
    """Tell whether a text gives orders to a model."""
    if _HINTS.isdisjoint(_WORD.findall(text.lower())) and "<" not in text and "[" not in text:
        return False
    return _ORDERS.search(text) is not None
