"""Write an index that is too large to be made by the model, in the form that an ingest writes.

The chunks are those of a generated corpus, their vectors made of their tokens. An ingest can build on it: the
files of the corpus are there too, with the checksums that the manifest names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ingest import pipeline, snapshots
from ingest.answerable import Answerable
from ingest.articles import read_article
from ingest.build import ANSWERABLE, DOMAIN, DOMAIN_VECTORS, TOKEN_BASIS
from ingest.domain import load_domain
from ingest.plan import GONE, Plan
from ingest.reader_questions import read_reader_questions
from ingest.scan import find_sources, save_seen
from ingest.segments import SegmentWriter, write_json
from ingest.settings import IngestSettings
from ingest.tokens import TokenBasis
from ingest.types import Article, Chunk, Kind, Sentence
from ingest.vectors import Embedded, Text, put_together
from tests.benchmarks.generate import GeneratedEmbedder, write_corpus

_TOGETHER = 200


def build_large(
    corpus: Path,
    index: Path,
    chunks: int,
    embedder: GeneratedEmbedder,
    show: Callable[[int], None] = lambda _done: None,
) -> None:
    """Write a generated corpus of so many chunks and its index."""
    write_corpus(corpus, chunks)
    settings = IngestSettings()
    found = find_sources(corpus, index, max_file_bytes=settings.max_file_bytes)
    home = snapshots.Home(index)
    folder = home.folder(f"{datetime.now(UTC):%Y%m%dT%H%M%S}-generated")
    folder.mkdir(parents=True)
    basis = TokenBasis.fit(embedder)
    writer, vectors = SegmentWriter(folder), home.create_vectors(folder.name)
    written = 0
    for at in range(0, len(found.sources), _TOGETHER):
        stored = []
        for source in found.sources[at : at + _TOGETHER]:
            article = source.article or read_article(source.path, max_file_bytes=settings.max_file_bytes)
            source.article = None
            own = cut(article)
            texts = [text for chunk in own for text in (Text.of_chunk(chunk), *Text.of_sentences(chunk))]
            known: dict[Text, Embedded] = {}
            for i, tokens in embedder.encode_tokens([text.whole for text in texts]):
                packed = basis.pack(tokens) if texts[i].lead is not None else np.zeros((0, 64), np.int8)
                known[texts[i]] = Embedded(tokens.text_vector, packed)
            ready = [put_together(chunk, [()] * len(chunk.sentences), known) for chunk in own]
            sentences = [text.whole for chunk in own for text in Text.of_sentences(chunk)]
            writer.add(article, ready, embedder.token_ids(sentences), {})
            stored += ready
        vectors.add([one.chunk.id for one in stored], np.stack([one.vector for one in stored]))
        written += len(stored)
        show(written)
    vectors.close()
    writer.close(embedder.dimension)
    domain = load_domain(corpus)
    write_json(folder / DOMAIN, domain.model_dump(mode="json"))
    basis.save(folder / TOKEN_BASIS)
    none = np.zeros((0, embedder.dimension), np.float32)
    np.save(folder / DOMAIN_VECTORS, none)
    Answerable.fit(none, none).save(folder / ANSWERABLE)
    write_json(folder / GONE, {})
    recipe = pipeline._recipe(settings, embedder)
    asked = read_reader_questions(corpus)
    recipes = pipeline._content(found, domain, asked, recipe), recipe
    digests = {source.id: asked.digest(source.id, source.sha256) for source in found.sources}
    manifest = pipeline._manifest(folder, recipes, digests, found, Plan({}, {}, {}, {}), written, embedder)
    write_json(folder / snapshots.MANIFEST, manifest.model_dump(mode="json"))
    home.publish(snapshots.Pointer(current=folder.name, number=1))
    save_seen(find_sources(corpus, index, max_file_bytes=settings.max_file_bytes), index)


def cut(article: Article) -> list[Chunk]:
    """Return the chunks of a generated article: its sections."""
    chunks = []
    at = 0
    while (start := article.text.find("## ", at)) >= 0:
        line = article.text.index("\n", start)
        heading, first = article.text[start + 3 : line], line + 2
        end = article.text.find("\n", first)
        end = len(article.text) if end < 0 else end
        middle = article.text.index(". ", first) + 1
        text = article.text[first:end]
        digest = hashlib.sha256(f"{article.id}\0{first}\0{end}\0{heading}\0{text}".encode()).hexdigest()
        sentences = (
            Sentence(first, middle, article.text[first:middle]),
            Sentence(middle + 1, end, article.text[middle + 1 : end]),
        )
        chunks.append(Chunk(digest[:24], article.id, heading, Kind.PROSE, first, end, text, sentences))
        at = end
    return chunks
