"""How time, memory and size grow with the corpus.

    python -m tests.benchmarks.growth CHUNKS [--work FOLDER] [--generated]

Builds an index of so many chunks, then, in a process of its own, asks it questions and changes one article.
With `--generated`, vectors are made of tokens in place of being read by the model.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from assistant import Assistant
from ingest import build_index
from ingest.embed import Embedder, choose_precision
from ingest.settings import IngestSettings
from ingest.snapshots import current_snapshot
from tests.benchmarks.generate import SECTIONS, GeneratedEmbedder, make_article, questions, write_corpus
from tests.benchmarks.large import build_large
from tests.benchmarks.measure import RESULTS, is_read, keep, milliseconds, p50, p95, resident_megabytes

QUESTIONS = 300
WARM = 30


def grow(chunks: int, work: Path, *, generated: bool) -> dict[str, Any]:
    """Build an index of so many chunks and measure it."""
    embedder = load(generated)
    corpus, index = work / "corpus", work / "index"
    cpu, began = time.process_time(), time.perf_counter()
    if generated:
        build_large(corpus, index, chunks, embedder, show)  # type: ignore[arg-type]
    else:
        write_corpus(corpus, chunks)
        settings = IngestSettings(precision=choose_precision())
        build_index(corpus, index, settings=settings, embedder=embedder)
    built = {
        "chunks": chunks,
        "generated": generated,
        "precision": embedder.precision,
        "ingest_seconds": round(time.perf_counter() - began, 1),
        "ingest_cpu_seconds": round(time.process_time() - cpu, 1),
        **sizes(index),
    }
    arguments = [sys.executable, "-m", "tests.benchmarks.growth", str(chunks), "--work", str(work), "--measure"]
    done = subprocess.run(arguments + ["--generated"] * generated, stdout=subprocess.PIPE, text=True, check=True)
    return {**built, **json.loads(done.stdout.splitlines()[-1])}


def measure(chunks: int, work: Path, *, generated: bool) -> dict[str, Any]:
    """Ask questions, then change one article twice: the first ingest after a build reads what it never read before."""
    embedder = load(generated)
    corpus, index = work / "corpus", work / "index"
    bare_memory = resident_megabytes()
    began = time.perf_counter()
    assistant = Assistant.open(index, embedder=embedder)
    opened = time.perf_counter() - began
    asked = list(questions(chunks, QUESTIONS + WARM))
    for question in asked[:WARM]:
        assistant.ask(question)
    bare, answers = [], []
    for question in asked[WARM:]:
        bare.append(milliseconds(lambda question=question: embedder.read(question)))  # type: ignore[misc]
        answers.append(milliseconds(lambda question=question: assistant.ask(question).model_dump_json()))  # type: ignore[misc]
    result: dict[str, Any] = {
        "questions": QUESTIONS,
        "read": sum(is_read(assistant, question) for question in asked[WARM:]),
        "open_seconds": round(opened, 2),
        "bare_p50_ms": p50(bare),
        "answer_p50_ms": p50(answers),
        "answer_p95_ms": p95(answers),
        "resident_mb": resident_megabytes(),
        "resident_before_mb": bare_memory,
    }
    assistant.index.store.close()
    path = corpus / "report-000000.md"
    for edition in (1, 2, 3):
        path.write_text(make_article(0, min(SECTIONS, chunks), edition=edition), encoding="utf-8")
        began = time.perf_counter()
        report = build_index(corpus, index, embedder=embedder)
        result["reingest_seconds"] = round(time.perf_counter() - began, 3)
        assert report.embedded == 1
    return result


def load(generated: bool) -> Embedder:
    """Return the model in the CPU's best precision."""
    embedder = Embedder.load(precision="auto")
    return GeneratedEmbedder.of(embedder) if generated else embedder


def sizes(index: Path) -> dict[str, int]:
    """Return the bytes of the current snapshot, by kind."""
    folder = index / "snapshots" / str(current_snapshot(index))
    total = {"vectors_bytes": 0, "records_bytes": 0, "words_bytes": 0, "other_bytes": 0}
    for path in folder.rglob("*"):
        if path.is_file():
            parts = path.relative_to(folder).parts
            kind = "vectors" if parts[0] == "chroma" else "records" if parts[0].startswith("record") else "other"
            kind = "words" if parts[0].startswith("bm25") else kind
            total[f"{kind}_bytes"] += path.stat().st_size
    return total


def show(done: int) -> None:
    """Say how far a long build is."""
    if done % 20_000 == 0:
        sys.stderr.write(f"{done:,} chunks\n")


def main() -> None:
    """Measure one size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("chunks", type=int)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--generated", action="store_true")
    parser.add_argument("--measure", action="store_true")
    given = parser.parse_args()
    if given.measure:
        sys.stdout.write(json.dumps(measure(given.chunks, given.work, generated=given.generated)) + "\n")
        return
    work = given.work or Path(tempfile.mkdtemp(prefix="bpo-kpo-growth-"))
    try:
        keep(f"growth-{given.chunks}", grow(given.chunks, work, generated=given.generated), given.results)
    finally:
        if given.work is None:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
