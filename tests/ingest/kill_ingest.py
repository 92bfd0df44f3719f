"""Kill ingests and say what each left behind, as JSON lines: `python -m tests.ingest.kill_ingest FOLDER SEED KILLS`.

The model is loaded once; every ingest and every look at its remains runs in a fork of this process. An ingest
is killed by itself, with SIGKILL, at its n-th call of a function, for a random n: the points lie anywhere in it,
and are the same for the same seed.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

# Threads do not survive a fork, so there must be none in the process that forks.
os.environ |= {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}

import bm25s
import chromadb
import torch

from assistant import Assistant
from ingest import build_index, index_status
from ingest.embed import Embedder
from ingest.errors import IndexMissing
from ingest.snapshots import current_snapshot
from ingest.tokens import TokenBasis
from tests.ingest.conftest import COSTS, SKILLS

IMPORTED = (bm25s, chromadb)
QUESTION = "What does payroll cost?"
NEW = COSTS.replace("forty", "fifty")

Profile = Callable[[FrameType, str, Any], None]


def fork(act: Callable[[], object]) -> tuple[int, Any]:
    """Run in a fork; return its exit status (negative: the signal) and what `act` returned, if it did."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            os.write(writer, json.dumps(act()).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        data = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, json.loads(data) if data else None


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(number: int) -> Profile:
    """Die at a call."""
    left = number

    def profile(_frame: FrameType, _event: str, _arg: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            die()

    return profile


def at_switch(event: str) -> Profile:
    """Die right before ("c_call") or after ("c_return") the rename that makes a snapshot current."""

    def profile(_frame: FrameType, what: str, arg: Any) -> None:
        if what == event and arg is os.replace:
            die()

    return profile


class Killer:
    """An index with a finished snapshot, and a changed corpus to ingest."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.corpus, self.base, self.index = folder / "corpus", folder / "base", folder / "index"
        self.embedder = embedder
        self.corpus.mkdir()
        self.write(COSTS)
        status, self.old = fork(lambda: self.build(self.base))
        assert status == 0
        self.write(NEW)
        (self.corpus / "more.md").write_text("---\ntitle: More\n---\n\nAudits are done by accountants.\n")

    def write(self, costs: str) -> None:
        (self.corpus / "costs.md").write_text(costs)
        (self.corpus / "skills.md").write_text(SKILLS)

    def build(self, index: Path) -> str:
        return build_index(self.corpus, index, embedder=self.embedder).snapshot

    def restore(self, base: Path | None) -> None:
        shutil.rmtree(self.index, ignore_errors=True)
        if base is not None:
            shutil.copytree(base, self.index)

    def count_calls(self, base: Path | None) -> int:
        self.restore(base)

        def count() -> int:
            calls = 0

            def profile(_frame: FrameType, _event: str, _arg: Any) -> None:
                nonlocal calls
                calls += 1

            sys.setprofile(profile)
            self.build(self.index)
            sys.setprofile(None)
            return calls

        status, calls = fork(count)
        assert status == 0
        return int(calls)

    def kill(self, base: Path | None, profile: Profile, point: str) -> dict[str, object]:
        self.restore(base)

        def ingest() -> str:
            sys.setprofile(profile)
            return self.build(self.index)

        status, _ = fork(ingest)
        looked, remains = fork(self.look)
        return {"point": point, "status": status, "looked": looked, **(remains or {})}

    def look(self) -> dict[str, object]:
        """Ask what the kill left, then ingest again and ask that."""
        after_kill = self.ask()
        current = current_snapshot(self.index)
        self.build(self.index)
        kept = {path.name for path in (self.index / "snapshots").iterdir()}
        status = index_status(self.index)
        return {
            "answer": after_kill,
            "old": current == self.old,
            "next_answer": self.ask(),
            "next_articles": status.articles,
            "strays": len(kept - {status.snapshot, status.previous}),
        }

    def ask(self) -> str | None:
        try:
            return Assistant.open(self.index, embedder=self.embedder).retrieve(QUESTION, top_k=1)[0].quote
        except IndexMissing:
            return None


def say(kill: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(kill) + "\n")
    sys.stdout.flush()


def main(folder: Path, seed: int, kills: int) -> None:
    torch.set_num_threads(1)
    embedder = Embedder.load()
    TokenBasis.fit(embedder)
    killer = Killer(folder, embedder)
    chance = random.Random(seed)
    calls = killer.count_calls(killer.base)
    for point in sorted(chance.randrange(calls * 99 // 100) + 1 for _ in range(kills)):
        say(killer.kill(killer.base, at_call(point), f"call {point} of {calls}"))
    for event in ("c_call", "c_return"):
        say(killer.kill(killer.base, at_switch(event), event))
    calls = killer.count_calls(None)
    point = chance.randrange(calls * 99 // 100) + 1
    say(killer.kill(None, at_call(point), "first ingest"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
