"""Rank the chunks of an index for a query, and their sentences with them.

Both signals, vectors and BM25, at both levels, chunk and sentence, fused linearly. The candidates are the
chunks nearest by vector and the best by BM25; only these are read and ranked. Does not decide whether the
passages answer the question: see `assistant.abstain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.index import OpenIndex
from assistant.settings import SearchSettings
from assistant.types import Passage
from ingest.embed import Embedder
from ingest.keywords import stems
from ingest.pipeline import sentence_id
from ingest.store import StoredChunk
from ingest.types import Vectors

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A ranked chunk.

    `score` is the fused similarity divided by the sum of the weights, so it lies between -1 and 1;
    `cosine` is the chunk's own; `sentence_scores` and `sentence_cosines` have shape (n_sentences,).
    """

    stored: StoredChunk
    score: float
    cosine: float
    sentence_scores: Scores
    sentence_cosines: Scores


def search(index: OpenIndex, query: str, vector: Vectors, settings: SearchSettings) -> list[Hit]:
    """Rank chunks for a query.

    Args:
        index: the open snapshot.
        query: the words to search for.
        vector: the query's unit vector, shape (dim,).
        settings: weights and numbers of candidates.

    Returns:
        The candidates, best first; equal scores in the order of their chunk ids.
    """
    query_stems = stems(query)
    chunk_words = _normalised(index.chunk_keywords.scores(query_stems))
    sentence_words = _normalised(index.sentence_keywords.scores(query_stems))
    stored = index.chunks.get(_candidates(index, vector, chunk_words, settings))
    hits = [_score(index, one, vector, chunk_words, sentence_words, settings) for one in stored]
    return sorted(hits, key=lambda hit: (-hit.score, hit.stored.chunk.id))


def to_passage(index: OpenIndex, hit: Hit) -> Passage:
    """Return a hit as the public value."""
    chunk = hit.stored.chunk
    article = index.articles[chunk.article_id]
    return Passage(
        article_id=article.id,
        title=article.title,
        publisher=article.publisher,
        url=article.url,
        heading=chunk.heading,
        quote=chunk.text,
        start=chunk.start,
        end=chunk.end,
        score=round(hit.score, 4),
    )


class ArticleRetriever(BaseRetriever):
    """The ranking as a LangChain retriever: `retriever.invoke(question)` gives Documents, best first.

    A Document's metadata are the fields of `Passage` but the quote, which is its page content.
    """

    index: Any
    embedder: Any
    settings: SearchSettings = SearchSettings()
    top_k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        index: OpenIndex = self.index
        embedder: Embedder = self.embedder
        hits = search(index, query, embedder.encode([query])[0], self.settings)
        passages = [to_passage(index, hit) for hit in hits[: self.top_k]]
        return [Document(page_content=p.quote, metadata=p.model_dump(exclude={"quote"})) for p in passages]


def _candidates(index: OpenIndex, vector: Vectors, chunk_words: Scores, settings: SearchSettings) -> list[str]:
    ids = index.store.nearest(vector, min(settings.candidates, index.manifest.chunks))
    best = np.argsort(-chunk_words, kind="stable")[: settings.keyword_candidates]
    by_words = (index.chunk_keywords.ids[i] for i in best if chunk_words[i] > 0)
    return list(dict.fromkeys([*ids, *by_words]))


def _score(
    index: OpenIndex,
    stored: StoredChunk,
    vector: Vectors,
    chunk_words: Scores,
    sentence_words: Scores,
    settings: SearchSettings,
) -> Hit:
    chunk = stored.chunk
    cosine = float(stored.vector @ vector)
    cosines = stored.sentence_vectors @ vector
    rows = [index.sentence_keywords.row(sentence_id(chunk, i)) for i in range(len(chunk.sentences))]
    by_sentence = settings.sentence_vector * cosines + settings.sentence_keyword * sentence_words[rows]
    by_chunk = settings.chunk_vector * cosine + settings.chunk_keyword * float(
        chunk_words[index.chunk_keywords.row(chunk.id)]
    )
    total = settings.chunk_vector + settings.sentence_vector + settings.chunk_keyword + settings.sentence_keyword
    best_vector = settings.sentence_vector * float(cosines.max())
    best_words = settings.sentence_keyword * float(sentence_words[rows].max())
    return Hit(
        stored=stored,
        score=(by_chunk + best_vector + best_words) / total,
        cosine=cosine,
        sentence_scores=(by_sentence + by_chunk) / total,
        sentence_cosines=cosines,
    )


def _normalised(scores: Scores) -> Scores:
    top = float(scores.max(initial=0.0))
    return scores / top if top > 0 else scores
