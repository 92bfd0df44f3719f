"""The whole path from articles to an index, top to bottom.

    corpus/ -> read -> split -> embed what is new -> write a snapshot -> make it current

A snapshot holds all that answering needs; the corpus folder is not read again until the next ingest.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ingest import snapshots
from ingest.articles import Corpus, nothing_readable, read_corpus
from ingest.chunks import CHUNKER_VERSION, split_article
from ingest.domain import Domain, load_domain
from ingest.embed import Embedder
from ingest.errors import IndexDamaged, IndexMissing
from ingest.keywords import KeywordIndex, words
from ingest.reader_questions import ReaderQuestions, read_reader_questions
from ingest.settings import IngestSettings
from ingest.snapshots import Manifest, ModelStamp
from ingest.store import ChunkStore, StoredChunk, StoredQuestion
from ingest.types import Article, Chunk, IndexReport, Kind, Sentence, Skipped
from ingest.vectors import Embedded, EmbeddingCache, Text

# The files and folders of a snapshot, beside its manifest.
ARTICLES = "articles.json"
DOMAIN = "domain.json"
STORE = snapshots.STORE
CHUNK_KEYWORDS = "bm25_chunks"
SENTENCE_KEYWORDS = "bm25_sentences"
QUESTIONS = "questions.json"
QUESTION_VECTORS = "question_vectors.npy"
TOKEN_COUNTS = "token_counts.npy"
VOCABULARY = "vocabulary.json"

Progress = Callable[[str, int, int], None]


class _Snapshot(NamedTuple):
    folder: Path
    manifest: Manifest


class _Texts(NamedTuple):
    """Everything that is embedded, in the order in which it is embedded."""

    chunks: list[Text]
    sentences: list[Text]
    questions: list[Text]
    asked: list[tuple[Text, ...]]

    @property
    def all(self) -> list[Text]:
        return [*self.chunks, *self.sentences, *self.questions, *(text for own in self.asked for text in own)]


def build_index(
    corpus: Path,
    index: Path,
    *,
    settings: IngestSettings | None = None,
    embedder: Embedder | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
) -> IndexReport:
    """Ingest a folder of articles and make the result the index in use.

    Where nothing has changed since the snapshot in use, that one stays and the report says so (`embedded` 0).

    Args:
        corpus: the folder of articles.
        index: the folder of the index; made when it does not exist.
        settings: how to split and embed.
        embedder: a loaded model, to save loading it again; it must be the one that `settings` names.
        progress: called with (stage, done, total) as the work goes on.

    Raises:
        CorpusError: the folder is missing or holds no readable article.
        SettingsError: the domain file is wrong.
        ModelError: the embedding model cannot be loaded.
        IndexBusy: another ingest is running on the same index.
    """
    began = time.perf_counter()
    settings = settings or IngestSettings()
    domain = load_domain(corpus)
    found = read_corpus(corpus, max_file_bytes=settings.max_file_bytes)
    asked = read_reader_questions(corpus)
    progress("read", len(found.articles), len(found.articles))
    with snapshots.locked(index):
        snapshots.remove_stale(index)
        embedder = embedder or Embedder.load(settings.model)
        content = _content_digest(found, domain, asked, settings, embedder)
        before = _whole_snapshot(index)
        same_model = before is not None and before.manifest.model.sha256 == embedder.sha256
        if before is not None and same_model and before.manifest.content == content:
            return _report(index, before.manifest, began, embedded=0)
        chunks, found = _split(found, settings, embedder, progress)
        found = dataclasses.replace(found, skipped=(*found.skipped, *asked.skipped, *asked.unmatched(chunks)))
        folder = _fresh_folder(index, f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{content[:8]}")
        texts = _texts_to_embed(chunks, domain, asked)
        cache = EmbeddingCache.open(before.folder if before is not None and same_model else None, embedder)
        embedded, reused = cache.embed(
            texts.all,
            embedder,
            batch_size=settings.batch_size,
            progress=lambda done, total: progress("embed", done, total),
        )
        cache.save(folder, texts.all)
        _write_store(folder, chunks, texts, embedded, progress)
        _write_keywords(folder, chunks)
        _write_prepared(folder, texts, embedded)
        _write_json(folder / ARTICLES, [dataclasses.asdict(article) for article in found.articles])
        _write_json(folder / DOMAIN, domain.model_dump(mode="json"))
        manifest = _manifest(folder.name, content, found, chunks, embedder, folder)
        _write_json(folder / snapshots.MANIFEST, manifest.model_dump(mode="json"))
        snapshots.make_current(index, folder.name, keep_current=before is not None)
        snapshots.remove_stale(index)
        return _report(index, manifest, began, embedded=reused[: len(chunks)].count(False))


def sentence_context(chunk: Chunk, sentence: Sentence) -> str:
    """Return what is embedded and indexed for a sentence: itself, with what it cannot be read without."""
    if sentence.intro is not None:
        lead = next((s.text for s in chunk.sentences if (s.start, s.end) == sentence.intro), chunk.heading)
        return f"{lead} {sentence.text}"
    if chunk.kind is Kind.TABLE_ROW:
        return f"{last_heading(chunk)}: {sentence.text}"
    return sentence.text


def last_heading(chunk: Chunk) -> str:
    """Return the innermost heading above a chunk (a table row's label, an FAQ's question); "" without one."""
    return chunk.heading.rsplit(" > ", 1)[-1]


def sentence_id(chunk: Chunk, position: int) -> str:
    """Return the id of a chunk's sentence in the keyword index."""
    return f"{chunk.id}:{position}"


def _split(
    found: Corpus, settings: IngestSettings, embedder: Embedder, progress: Progress
) -> tuple[list[Chunk], Corpus]:
    """Split all articles; an article without a chunk is skipped, as nothing of it could be quoted."""
    chunks: list[Chunk] = []
    kept: list[Article] = []
    skipped = list(found.skipped)
    for done, article in enumerate(found.articles, start=1):
        own = split_article(article, settings, embedder.token_spans)
        chunks.extend(own)
        if own:
            kept.append(article)
        else:
            skipped.append(Skipped(found.files[article.id], "it holds no sentence, list or table"))
        progress("split", done, len(found.articles))
    if not chunks:
        raise nothing_readable(found.folder, skipped)
    return chunks, dataclasses.replace(found, articles=tuple(kept), skipped=tuple(skipped))


def _texts_to_embed(chunks: Sequence[Chunk], domain: Domain, asked: ReaderQuestions) -> _Texts:
    faq = (last_heading(chunk) for chunk in chunks if chunk.kind is Kind.FAQ)
    starters = (question for theme in domain.starters for question in theme.questions)
    return _Texts(
        chunks=[Text(chunk.embedded_text) for chunk in chunks],
        sentences=[
            Text(sentence_context(chunk, sentence), lead=last_heading(chunk))
            for chunk in chunks
            for sentence in chunk.sentences
        ],
        questions=[Text(question) for question in dict.fromkeys([*starters, *faq])],
        asked=[
            tuple(Text(question, lead="") for question in asked.of(chunk.article_id, sentence.text))
            for chunk in chunks
            for sentence in chunk.sentences
        ],
    )


def _write_store(
    folder: Path, chunks: Sequence[Chunk], texts: _Texts, embedded: Sequence[Embedded], progress: Progress
) -> None:
    """Write chunks with their sentences and the questions that each sentence answers."""
    sentences = iter(embedded[len(chunks) : len(chunks) + len(texts.sentences)])
    questions = iter(embedded[len(chunks) + len(texts.sentences) + len(texts.questions) :])
    asked = iter(texts.asked)
    stored = []
    for chunk, one in zip(chunks, embedded, strict=False):
        own = list(islice(sentences, len(chunk.sentences)))
        answers = [list(islice(questions, len(next(asked)))) for _ in own]
        stored.append(
            StoredChunk(
                chunk,
                one.vector,
                np.stack([sentence.vector for sentence in own]),
                tuple(sentence.tokens for sentence in own),
                tuple(tuple(StoredQuestion(one.vector, one.tokens) for one in answered) for answered in answers),
            )
        )
    store = ChunkStore.create(folder / STORE)
    store.add(stored, lambda done: progress("write", done, len(chunks)))
    store.close()


def _write_keywords(folder: Path, chunks: Sequence[Chunk]) -> None:
    KeywordIndex.build([chunk.id for chunk in chunks], [chunk.embedded_text for chunk in chunks]).save(
        folder / CHUNK_KEYWORDS
    )
    numbered = [(chunk, i, s) for chunk in chunks for i, s in enumerate(chunk.sentences)]
    KeywordIndex.build(
        [sentence_id(chunk, i) for chunk, i, _ in numbered],
        [sentence_context(chunk, s) for chunk, _, s in numbered],
    ).save(folder / SENTENCE_KEYWORDS)


def _write_prepared(folder: Path, texts: _Texts, embedded: Sequence[Embedded]) -> None:
    """Write what answering would otherwise have to compute: known questions, word statistics."""
    sentences = embedded[len(texts.chunks) : len(texts.chunks) + len(texts.sentences)]
    at = len(texts.chunks) + len(texts.sentences)
    vectors = [one.vector for one in embedded[at : at + len(texts.questions)]] or [np.zeros_like(embedded[0].vector)]
    _write_json(folder / QUESTIONS, [text.text for text in texts.questions])
    np.save(folder / QUESTION_VECTORS, np.stack(vectors)[: len(texts.questions)])
    counts = Counter(int(token) for one in sentences for token in np.unique(one.token_ids))
    np.save(folder / TOKEN_COUNTS, np.array(sorted(counts.items()), dtype=np.int64).reshape(-1, 2))
    asked = (text for own in texts.asked for text in own)
    vocabulary = Counter(word for text in (*texts.chunks, *texts.questions, *asked) for word in set(words(text.text)))
    _write_json(folder / VOCABULARY, dict(sorted(vocabulary.items())))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _fresh_folder(index: Path, name: str) -> Path:
    """Make the new snapshot's folder; two ingests within one second get different names."""
    for suffix in ("", *(f"-{n}" for n in range(2, 1000))):
        folder = snapshots.snapshot_folder(index, name + suffix)
        if not folder.exists():
            folder.mkdir(parents=True)
            return folder
    raise FileExistsError(name)


def _whole_snapshot(index: Path) -> _Snapshot | None:
    """Return the snapshot in use; None when there is none, or when anything of it is damaged."""
    try:
        folder, manifest = snapshots.read_current(index)
        snapshots.check_snapshot(folder, manifest)
    except (IndexMissing, IndexDamaged):
        return None
    return _Snapshot(folder, manifest)


def _content_digest(
    found: Corpus, domain: Domain, asked: ReaderQuestions, settings: IngestSettings, embedder: Embedder
) -> str:
    parts = [
        str(snapshots.FORMAT),
        str(CHUNKER_VERSION),
        settings.model_dump_json(exclude={"batch_size"}),
        embedder.sha256,
        domain.model_dump_json(),
        asked.sha256,
        *(f"{article.id} {article.sha256}" for article in found.articles),
        *(f"{skipped.file} {skipped.reason}" for skipped in found.skipped),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _manifest(
    snapshot: str, content: str, found: Corpus, chunks: Sequence[Chunk], embedder: Embedder, folder: Path
) -> Manifest:
    # Chroma changes its own files whenever it opens them, so they have no checksum; their count is checked.
    files = sorted(p for p in folder.rglob("*") if p.is_file() and STORE not in p.relative_to(folder).parts)
    return Manifest(
        format=snapshots.FORMAT,
        snapshot=snapshot,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        content=content,
        model=ModelStamp(name=embedder.name, sha256=embedder.sha256, dimension=embedder.dimension),
        chunker=CHUNKER_VERSION,
        articles={article.id: article.sha256 for article in found.articles},
        chunks=len(chunks),
        sentences=sum(len(chunk.sentences) for chunk in chunks),
        skipped={skipped.file: skipped.reason for skipped in found.skipped},
        files={p.relative_to(folder).as_posix(): snapshots.file_sha256(p) for p in files},
    )


def _report(index: Path, manifest: Manifest, began: float, *, embedded: int) -> IndexReport:
    return IndexReport(
        index=index,
        snapshot=manifest.snapshot,
        articles=len(manifest.articles),
        chunks=manifest.chunks,
        sentences=manifest.sentences,
        embedded=embedded,
        reused=manifest.chunks - embedded,
        seconds=time.perf_counter() - began,
        skipped=tuple(Skipped(file, reason) for file, reason in manifest.skipped.items()),
    )
