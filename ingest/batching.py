"""Let concurrent questions share forward passes of the model.

Whoever finds no pass running begins one; questions that come meanwhile wait for its end and go together into
the next, which the first of them runs. A single reader is never kept waiting for others, and the wait is
bounded by one pass: a few milliseconds.
"""

from __future__ import annotations

from threading import Event, Lock
from typing import Self

from ingest.embed import Embedder, TokenVectors

# How many questions go into a pass: few numbers, as PyTorch has to prepare for each shape that a pass has.
_SIZES = (32, 24, 16, 12, 8, 6, 4, 3, 2, 1)


class BatchingEmbedder(Embedder):
    """An embedder whose `read` many threads may call at once. `passes` and `texts` count what it did."""

    _most: int
    _lock: Lock
    _waiting: list[_Waiting]
    _running: bool
    passes: int
    texts: int

    @classmethod
    def of(cls, embedder: Embedder, most: int = 32) -> Self:
        """Wrap a loaded model; `most` bounds the texts of one pass."""
        made = cls(embedder.name, embedder.sha256, embedder.model, embedder.precision)
        made._most, made._lock, made._waiting, made._running = most, Lock(), [], False
        made.passes = made.texts = 0
        return made

    def read(self, text: str) -> TokenVectors:
        """Embed one text with its tokens."""
        own = _Waiting(text)
        with self._lock:
            self._waiting.append(own)
            leads = not self._running
            self._running = True
        if not leads:
            own.woken.wait()
        if own.read is None and own.error is None:
            self._run()
        if own.error is not None:
            raise own.error
        assert own.read is not None
        return own.read

    def _run(self) -> None:
        """Embed what is waiting, the caller's own text first, and let the first that came meanwhile go on."""
        with self._lock:
            number = next(size for size in _SIZES if size <= min(len(self._waiting), self._most))
            batch, self._waiting = self._waiting[:number], self._waiting[number:]
            self.passes += 1
            self.texts += len(batch)
        try:
            for i, read in self.encode_tokens([one.text for one in batch], batch_size=len(batch)):
                batch[i].read = read
        except BaseException as error:
            for one in batch:
                one.error = error
            raise
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._running = following is not None
            for one in batch:
                one.woken.set()
            if following is not None:
                following.woken.set()


class _Waiting:
    """A text whose reader waits: for its vectors, for what went wrong, or, without either, to run the next pass."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.woken = Event()
        self.read: TokenVectors | None = None
        self.error: BaseException | None = None
