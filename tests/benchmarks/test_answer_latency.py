"""How long a warm answer takes beside one bare pass of the embedding model, both measured in turn in one run.

    make bench

Prints a ratio; asserts no time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median, quantiles

import pytest

from assistant import Assistant
from ingest.embed import Embedder

QUESTIONS = (
    "What are the risks of KPO?",
    "What does nearshore outsourcing mean?",
    "Patent research: BPO or KPO?",
    "What is the difference between BPO and KPO?",
    "Who can provide BPO services?",
)
ROUNDS = 40


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


@pytest.mark.slow
def test_a_warm_answer_beside_a_bare_pass_of_the_model(
    assistant: Assistant, embedder: Embedder, capsys: pytest.CaptureFixture[str]
) -> None:
    bare, answered = [], []
    for _ in range(ROUNDS):
        for question in QUESTIONS:
            bare.append(milliseconds(lambda question=question: embedder.encode([question])))
            answered.append(milliseconds(lambda question=question: assistant.ask(question).model_dump_json()))
    with capsys.disabled():
        print(  # noqa: T201
            f"\nbare encode p50 {median(bare):.1f} ms; answer with JSON p50 {median(answered):.1f} ms, "
            f"p95 {quantiles(answered, n=20)[-1]:.1f} ms; answer / bare {median(answered) / median(bare):.2f}"
        )
    assert len(answered) == ROUNDS * len(QUESTIONS)
