"""Keep the answers that were given last, so that the same question is not answered twice from the same articles."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from assistant.types import Answer, Turn

# A conversation longer than this is rarely repeated, and its key would be larger than its answer.
_MOST_TURNS = 20

Key = tuple[str, str, str, tuple[Turn, ...]]


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """How often an answer was there already, how often it was not, and how many are kept."""

    hits: int
    misses: int
    size: int


class AnswerCache:
    """Answers by snapshot, writer, question and history, the one used longest ago leaving first. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._hits = self._misses = 0
        self._lock = Lock()

    def get(self, snapshot: str, writer: str, question: str, history: Sequence[Turn]) -> Answer | None:
        """Return the answer that was given; None where there is none."""
        with self._lock:
            key = (snapshot, writer, question, tuple(history))
            found = self._kept.get(key)
            if found is None:
                self._misses += 1
            else:
                self._hits += 1
                self._kept.move_to_end(key)
            return found

    def put(self, snapshot: str, writer: str, question: str, history: Sequence[Turn], answer: Answer) -> None:
        """Keep an answer, if it is the writer's own: what stands in for a writer that failed is not kept."""
        if self._size < 1 or len(history) > _MOST_TURNS or answer.writer != writer:
            return
        with self._lock:
            self._kept[snapshot, writer, question, tuple(history)] = answer
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def counts(self) -> CacheCounts:
        """Return how well it serves."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, len(self._kept))
