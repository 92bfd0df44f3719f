"""Embed texts, carrying over what the snapshot before has of them.

The same text has the same vectors wherever it moved to. What is carried over is looked for among the articles
that changed or went away, so that looking costs what changed, not what the corpus holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from ingest.embed import Embedder
from ingest.segments import last_heading, sentence_context
from ingest.tokens import DIMENSION, TokenBasis
from ingest.types import Chunk, StoredChunk, StoredQuestion, TokenBytes, Vectors


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be embedded. With a `lead` (a heading), tokens are kept and the vector is the text's alone."""

    text: str
    lead: str | None = None

    @property
    def whole(self) -> str:
        """What the model reads."""
        return f"{self.lead}. {self.text}" if self.lead else self.text

    @classmethod
    def of_chunk(cls, chunk: Chunk) -> Self:
        """Return a chunk's text."""
        return cls(chunk.embedded_text)

    @classmethod
    def of_sentences(cls, chunk: Chunk) -> list[Self]:
        """Return the texts of a chunk's sentences."""
        return [cls(sentence_context(chunk, sentence), lead=last_heading(chunk)) for sentence in chunk.sentences]

    @classmethod
    def of_question(cls, question: str) -> Self:
        """Return a reader's question, whose tokens are kept."""
        return cls(question, lead="")


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A text's unit vector (dim,) and its tokens, (n_tokens, DIMENSION); a text without a lead has no tokens."""

    vector: Vectors
    tokens: TokenBytes


class Pool:
    """Embeddings that are known already, by text."""

    def __init__(self, basis: TokenBasis) -> None:
        self.basis = basis
        self._known: dict[Text, Embedded] = {}

    def add(self, stored: StoredChunk) -> None:
        """Learn the embeddings of a chunk and its sentences."""
        self._known[Text.of_chunk(stored.chunk)] = Embedded(stored.vector, _NO_TOKENS)
        texts = Text.of_sentences(stored.chunk)
        for text, vector, tokens in zip(texts, stored.sentence_vectors, stored.tokens, strict=True):
            self._known[text] = Embedded(vector, tokens)
        for question in (question for own in stored.questions for question in own):
            self._known[Text.of_question(question.text)] = Embedded(question.vector, question.tokens)

    def add_question(self, text: str, vector: Vectors) -> None:
        """Learn the embedding of a known question, which has no lead."""
        self._known.setdefault(Text(text), Embedded(vector, _NO_TOKENS))

    def knows(self, text: Text) -> bool:
        """Tell whether a text's embedding is known."""
        return text in self._known

    def embed(
        self,
        texts: Iterable[Text],
        embedder: Embedder,
        *,
        batch_size: int,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> dict[Text, Embedded]:
        """Return the embedding of each text; `progress` gets the number of texts done after each pass."""
        texts = list(dict.fromkeys(texts))
        found = {text: self._known[text] for text in texts if text in self._known}
        fresh = [text for text in texts if text not in found]
        done = len(found)
        for i, tokens in embedder.encode_tokens([text.whole for text in fresh], batch_size=batch_size):
            text = fresh[i]
            if text.lead is None:
                found[text] = Embedded(tokens.text_vector, _NO_TOKENS)
            else:
                first = len(text.whole) - len(text.text)
                found[text] = Embedded(tokens.pooled(first), self.basis.pack(tokens))
            done += 1
            if done % batch_size == 0:
                progress(done)
        progress(done)
        return found


def put_together(chunk: Chunk, asked: Sequence[Sequence[str]], embedded: Mapping[Text, Embedded]) -> StoredChunk:
    """Return a chunk with its embeddings; `asked` are the readers' questions that each sentence answers."""
    sentences: Sequence[Embedded] = [embedded[text] for text in Text.of_sentences(chunk)]
    return StoredChunk(
        chunk,
        embedded[Text.of_chunk(chunk)].vector,
        np.stack([one.vector for one in sentences]),
        tuple(one.tokens for one in sentences),
        tuple(tuple(_stored_question(question, embedded) for question in own) for own in asked),
    )


def _stored_question(question: str, embedded: Mapping[Text, Embedded]) -> StoredQuestion:
    found = embedded[Text.of_question(question)]
    return StoredQuestion(question, found.vector, found.tokens)


_NO_TOKENS: TokenBytes = np.zeros((0, DIMENSION), np.int8)
