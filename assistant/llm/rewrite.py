"""Have the model rewrite the question of a conversation so that it can be understood alone.

What comes back is used only when it is a question made of the conversation's own words; else the rules of
`assistant.followup` are.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.hygiene import speaks_to_model
from assistant.llm.model import Model
from assistant.llm.prompt import conversation_text, fence, load_prompt
from assistant.question import clean_question, stop_stems
from assistant.sides import SideFinder
from assistant.support.lexicon import lexicon
from assistant.types import Turn
from ingest.errors import QuestionError
from ingest.keywords import stems

# A rewritten question is at most this many times as long as the question with the one before it.
_LONGER = 1.5


def rewrite_question(
    model: Model, question: str, history: Sequence[Turn], finder: SideFinder, *, seconds: float
) -> str | None:
    """Return the question to be understood alone; None where what the model wrote cannot be used.

    Raises:
        ModelFailed: the model did not answer.
    """
    prompt = load_prompt("rewrite").messages(conversation=conversation_text(history), question=fence(question))
    said = model.say(prompt, seconds)
    return accept_rewrite(said, question, history, finder)


def accept_rewrite(said: str, question: str, history: Sequence[Turn], finder: SideFinder) -> str | None:
    """Return what a model wrote as a question, None unless it says nothing that the conversation does not."""
    line = next((line.strip(" \"'*`") for line in said.splitlines() if line.strip()), "")
    before = history[-1].question if history else ""
    most = int(_LONGER * (len(question) + len(before))) + 20
    try:
        cleaned = clean_question(line, most)
    except QuestionError:
        return None
    if question.rstrip().endswith("?") and not cleaned.endswith("?"):
        # Small models answer the question, or tell what it is about.
        return None
    if speaks_to_model(cleaned) and not speaks_to_model(question):
        return None
    known = set(stems(" ".join([question, *(turn.question for turn in history), *finder.names])))
    wanted = {stem for stem in stems(question) if stem not in stop_stems() and stem not in lexicon().function}
    own = {stem for stem in stems(cleaned) if stem not in stop_stems() and stem not in lexicon().function}
    invents = own - known
    forgets = wanted - set(stems(cleaned)) - _named(finder, cleaned)
    swaps = finder.find(question) - finder.find(cleaned)
    return None if invents or forgets or swaps or not own | _named(finder, cleaned) else cleaned


def _named(finder: SideFinder, text: str) -> set[str]:
    """Return the stems of the names of the sides that a text speaks of."""
    return {stem for side in finder.find(text) for stem in stems(finder.names[side])}
