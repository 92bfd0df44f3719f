"""How a question is typed decides neither whether it is answered nor whether the answer is right."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.evaluation.cases import Case, load_cases
from assistant.evaluation.facts import missing_facts
from assistant.evaluation.metrics import plain_text

FAQ = Path(__file__).parents[1] / "faq"
# Every third case: several ways of typing each are quick to ask.
EVERY = 3
# The share of the cases that pass as they are written and must pass as they are typed; what leaves words in doubt less.
LEAST = 0.95
LEAST_IN_DOUBT = 0.9

Typed = Callable[[str, random.Random], str]


def run_on(text: str, chance: random.Random) -> str:
    """Leave out a space between two words."""
    gaps = [match.start() for match in re.finditer(r"(?<=[a-z]{2}) (?=[A-Za-z]{2})", text)]
    at = chance.choice(gaps) if gaps else len(text)
    return text[:at] + text[at + 1 :]


def mistyped(text: str, chance: random.Random) -> str:
    """Leave out, double or exchange a letter inside a longer word."""
    longer = list(re.finditer(r"\b[a-z]{6,}\b", text))
    if not longer:
        return text
    word = chance.choice(longer)
    at = chance.randrange(word.start() + 1, word.end() - 2)
    slip = chance.choice(["", text[at] * 2, text[at + 1] + text[at]])
    return text[:at] + slip + text[at + (2 if len(slip) == 2 and slip[0] != slip[1] else 1) :]


def lowered(text: str) -> str:
    """Return a text that begins as one does inside a sentence."""
    return text if text[:2].isupper() else text[0].lower() + text[1:]


WAYS: dict[str, Typed] = {
    "in capitals": lambda text, _: text.upper(),
    "without capitals and signs": lambda text, _: re.sub(r"[?.!,]", "", text).lower(),
    "with a greeting": lambda text, _: f"Hi, quick question: {lowered(text)}",
    "with a wish": lambda text, _: f"I'd like to know: {lowered(text)}",
    "with thanks": lambda text, _: f"{text} Thanks!",
    "with the full names": lambda text, _: text.replace("BPO", "business process outsourcing").replace(
        "KPO", "knowledge process outsourcing"
    ),
    "without a space": run_on,
    "mistyped": mistyped,
}


def passes(assistant: Assistant, case: Case, text: str) -> bool:
    answer = assistant.ask(text)
    return answer.abstained is case.abstain and not missing_facts(plain_text(answer), case.facts)


@pytest.fixture(scope="module")
def passing(assistant: Assistant) -> list[Case]:
    cases = [one.case for one in load_cases([FAQ / "held-out", FAQ / "source-faqs.yaml"]) if len(one.case.asked) == 1]
    return [case for case in cases[::EVERY] if passes(assistant, case, case.asked[0])]


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_what_is_answered_and_what_is_refused_stays_so(assistant: Assistant, passing: list[Case], way: str) -> None:
    typed = [(case, WAYS[way](case.asked[0], random.Random(case.id))) for case in passing]
    other = [(case, text) for case, text in typed if text != case.asked[0]]
    failed = [text for case, text in other if not passes(assistant, case, text)]
    assert len(other) >= 80
    least = LEAST_IN_DOUBT if WAYS[way] in (run_on, mistyped) else LEAST
    assert len(failed) <= (1 - least) * len(other), "\n".join(failed)
