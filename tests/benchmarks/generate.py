"""Write corpora of any size for benchmarks, the same for the same seed.

    python -m tests.benchmarks.generate FOLDER CHUNKS [SEED]

An article has twenty sections of two sentences, each section a chunk. Words are as unevenly frequent as in
English, from an English dictionary, so that the vocabulary grows with the corpus as it does in life.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.embed import Embedder, TokenVectors, unit

SECTIONS = 20
SEED = 7
_SERVICES = ("payroll", "patent research", "claims handling", "market research", "technical support", "data entry")
_PLACES = ("Manila", "Krakow", "Mexico City", "Bangalore", "Nairobi", "Lisbon", "Cebu", "Cairo")


@lru_cache(maxsize=1)
def _dictionary() -> tuple[Sequence[str], Sequence[int]]:
    """Return English words and the running sums of their frequencies."""
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = [line.split() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    words = [word for word, _count in lines if len(word) > 3]
    return words, list(accumulate(int(count) for word, count in lines if len(word) > 3))


def make_article(number: int, sections: int = SECTIONS, seed: int = SEED, edition: int = 0) -> str:
    """Return an article as Markdown; another edition differs in its first section."""
    words, weights = _dictionary()
    lines = [f"---\ntitle: Report {number} on outsourcing\n---\n"]
    for section in range(sections):
        chance = random.Random(f"{seed} {number} {section} {edition if section == 0 else 0}")
        picked = chance.choices(words, cum_weights=weights, k=16)
        place, service = chance.choice(_PLACES), chance.choice(_SERVICES)
        lines.append(
            f"## {picked[0].capitalize()} and {picked[1]}\n\n"
            f"In {place}, {service} for {' '.join(picked[2:7])} costs {chance.randrange(5, 500)} dollars an hour. "
            f"A provider of {picked[7]} needs {chance.randrange(2, 90)} days for {' '.join(picked[8:16])}.\n"
        )
    return "\n".join(lines)


def write_corpus(folder: Path, chunks: int, seed: int = SEED) -> None:
    """Write a corpus of so many chunks."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(-(-chunks // SECTIONS)):
        sections = min(SECTIONS, chunks - number * SECTIONS)
        path = folder / f"report-{number:06d}.md"
        path.write_text(make_article(number, sections, seed), encoding="utf-8")


def questions(chunks: int, count: int, seed: int = SEED) -> Iterator[str]:
    """Yield questions on sections of a corpus, each different."""
    words, weights = _dictionary()
    for i in range(count):
        number = random.Random(f"{seed} question {i}").randrange(-(-chunks // SECTIONS))
        section = i % min(SECTIONS, chunks)
        chance = random.Random(f"{seed} {number} {section} 0")
        picked = chance.choices(words, cum_weights=weights, k=16)
        place, service = chance.choice(_PLACES), chance.choice(_SERVICES)
        asked = (
            f"What does {service} for {picked[2]} {picked[4]} cost in {place}?",
            f"How many days does a provider of {picked[7]} need for {picked[9]}?",
            f"Who does {service} for {picked[3]} and {picked[5]}?",
        )
        yield asked[i % len(asked)]


class GeneratedEmbedder(Embedder):
    """Gives texts vectors made of a random vector for each token, for corpora too large for the model.

    A question goes through the model all the same, so that its time is what it would be.
    """

    _table: npt.NDArray[np.float32]

    @classmethod
    def of(cls, embedder: Embedder) -> GeneratedEmbedder:
        """Wrap a loaded model, whose tokens it uses."""
        made = cls(f"generated:{embedder.name}", "generated", embedder.model, embedder.precision)
        chance = np.random.default_rng(SEED)
        made._table = chance.standard_normal((len(embedder.model.tokenizer), embedder.dimension), dtype=np.float32)
        return made

    def encode_tokens(self, texts: Sequence[str], *, batch_size: int = 32) -> Iterator[tuple[int, TokenVectors]]:
        """Yield a text's vectors."""
        for at in range(0, len(texts), 1_000):
            part = list(texts[at : at + 1_000])
            encoded = self._model.tokenizer(
                part,
                truncation=True,
                max_length=self._model.max_seq_length,
                add_special_tokens=False,
                return_offsets_mapping=True,
            )
            for i, (ids, offsets) in enumerate(zip(encoded["input_ids"], encoded["offset_mapping"], strict=True)):
                vectors = self._table[ids]
                whole = unit(vectors.mean(axis=0)) if ids else np.zeros(self.dimension, np.float32)
                starts = np.array([start for start, _end in offsets], dtype=np.int64)
                yield at + i, TokenVectors(np.array(ids, dtype=np.int64), starts, vectors, whole)

    def read(self, text: str) -> TokenVectors:
        """Let the model read a question, and give it the vectors that the corpus has for such words."""
        next(Embedder.encode_tokens(self, [text]))
        return next(self.encode_tokens([text]))[1]


if __name__ == "__main__":
    write_corpus(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else SEED)
