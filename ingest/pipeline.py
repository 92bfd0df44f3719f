"""The whole path from articles to an index, top to bottom.

    corpus/ -> find what changed -> split it -> plan -> embed and write a segment -> a snapshot -> make it current

A snapshot holds all that answering needs; the corpus folder is not read again until the next ingest. Its own
segment holds the articles that changed, and those of earlier segments that are too small to keep apart; the
other segments it goes on using as they are. So an ingest costs what changed, not what the corpus holds.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import secrets
import time
from collections.abc import Iterator, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from ingest import snapshots
from ingest.articles import no_folder, nothing_readable
from ingest.build import Progress, SegmentBuilder
from ingest.chunks import CHUNKER_VERSION, split_article
from ingest.domain import Domain, load_domain
from ingest.embed import Embedder
from ingest.errors import IndexBusy, IndexDamaged, UnreadableArticle
from ingest.plan import Before, Fresh, Plan, make_plan, open_before
from ingest.reader_questions import ReaderQuestions, read_reader_questions
from ingest.scan import Found, Source, find_sources, save_seen
from ingest.segments import Segment, write_json
from ingest.settings import IngestSettings
from ingest.snapshots import Home, Manifest, ModelStamp, Pointer, SegmentStamp
from ingest.store import STORE
from ingest.tokens import TokenBasis
from ingest.types import Article, Chunk, IndexReport, Skipped

# What does not decide the content of an index, but how and where it is made.
_NO_CONTENT = {"batch_size", "precision", "merge_chunks", "store"}


def build_index(
    corpus: Path,
    index: Path,
    *,
    settings: IngestSettings | None = None,
    embedder: Embedder | None = None,
    progress: Progress = lambda _stage, _done, _total: None,
) -> IndexReport:
    """Ingest a folder of articles and make the result the index in use.

    Where nothing has changed since the snapshot in use, that one is checked and stays, and the report says so
    (`embedded` 0).

    Args:
        corpus: the folder of articles.
        index: the folder of the index; made when it does not exist.
        settings: how to split and embed, and where the index lives.
        embedder: a loaded model, to save loading it again; it must be the one that `settings` names.
        progress: called with (stage, done, total) as the work goes on.

    Raises:
        CorpusError: the folder is missing or holds no readable article.
        SettingsError: the domain file is wrong, or the index folder cannot be made.
        ModelError: the embedding model cannot be loaded.
        IndexBusy: another ingest is running on the same index, or was first.
        StoreUnavailable: the Chroma server does not answer.
    """
    began = time.perf_counter()
    settings = settings or IngestSettings()
    if not corpus.is_dir():
        raise no_folder(corpus)
    domain = load_domain(corpus)
    asked = read_reader_questions(corpus)
    found = find_sources(corpus, index, max_file_bytes=settings.max_file_bytes)
    progress("read", len(found.sources), len(found.sources))
    with snapshots.locked(index):
        home = snapshots.open_home(index, settings.store)
        home.remove_stale()
        embedder = embedder or Embedder.load(settings.model, settings.precision)
        recipe = _recipe(settings, embedder)
        content = _content(found, domain, asked, recipe)
        pointer = _read_pointer(home)
        before = open_before(home, pointer, content)
        usable = before if before is not None and before.manifest.model.sha256 == embedder.sha256 else None
        if usable is not None and usable.manifest.content == content:
            save_seen(found, index)
            return _report(index, usable.manifest, began, embedded=0)
        same = usable.manifest.articles if usable is not None and usable.manifest.recipe == recipe else {}
        digests = {source.id: asked.digest(source.id, source.sha256) for source in found.sources}
        changed = {key for key, digest in digests.items() if same.get(key) != digest}
        with ThreadPoolExecutor(1) as beside:
            if usable is None:
                beside.submit(TokenBasis.fit, embedder)  # the model works on it while Python splits; it is kept
            found, fresh = _split(found, changed, settings, embedder, progress)
        found = dataclasses.replace(found, skipped=(*found.skipped, *_unmatched(asked, found, fresh, usable)))
        plan = make_plan({source.id for source in found.sources}, fresh, usable, settings.merge_chunks)
        folder = _fresh_folder(home, content)
        try:
            builder = SegmentBuilder(plan, usable, asked=asked, embedder=embedder, settings=settings, progress=progress)
            written, embedded = builder.write(home, folder)
            builder.write_shared(folder, domain)
            manifest = _manifest(folder, (content, recipe), digests, found, plan, written, embedder)
            write_json(folder / snapshots.MANIFEST, manifest.model_dump(mode="json"))
            home.share(folder.name)
            home.publish(_next(home, pointer, folder.name, keep_current=before is not None))
        except BaseException as error:
            # What was not finished is of no use; where this fails too, the next ingest removes it.
            with contextlib.suppress(Exception):
                home.discard(folder.name)
            if isinstance(error, IndexDamaged) and _read_pointer(home) != pointer:
                # The other one, on another machine, has cleared away what this one had written.
                raise IndexBusy.overtaken(settings.store.name) from error
            raise
        save_seen(found, index)
        home.remove_stale()
        return _report(index, manifest, began, embedded=embedded)


def _split(
    found: Found, changed: Set[str], settings: IngestSettings, embedder: Embedder, progress: Progress
) -> tuple[Found, dict[str, tuple[Article, list[Chunk]]]]:
    """Split the articles that changed; one without a chunk is skipped, as nothing of it could be quoted."""
    to_split = [source for source in found.sources if source.id in changed]
    fresh: dict[str, tuple[Article, list[Chunk]]] = {}
    reasons: dict[str, str] = {}
    for done, source in enumerate(to_split, start=1):
        try:
            fresh[source.id] = _split_one(source, settings, embedder)
        except UnreadableArticle as error:
            reasons[source.id] = str(error)
        progress("split", done, len(to_split))
    sources = tuple(source for source in found.sources if source.id not in reasons)
    skipped = (*found.skipped, *(Skipped(s.file, reasons[s.id]) for s in found.sources if s.id in reasons))
    if not sources:
        raise nothing_readable(found.folder, skipped)
    return Found(found.folder, sources, skipped, found.seen), fresh


def _split_one(source: Source, settings: IngestSettings, embedder: Embedder) -> tuple[Article, list[Chunk]]:
    article = source.read(settings.max_file_bytes)
    chunks = split_article(article, settings, embedder.token_spans)
    if not chunks:
        raise UnreadableArticle("it holds no sentence, list or table")
    return article, list(chunks)


def _fresh_folder(home: Home, content: str) -> Path:
    """Make the new snapshot's folder. Its name is in the order of time, and no other ingest's, on any machine."""
    folder = home.folder(f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{content[:8]}-{secrets.token_hex(3)}")
    folder.mkdir(parents=True)
    return folder


def _read_pointer(home: Home) -> Pointer | None:
    try:
        return home.pointer()
    except IndexDamaged:
        return None


def _next(home: Home, pointer: Pointer | None, snapshot: str, *, keep_current: bool) -> Pointer:
    """Return the pointer to a finished snapshot.

    With `keep_current`, the one in use until now becomes the previous; else, as it is damaged, the one before
    stays the previous.
    """
    if pointer is None:
        return Pointer(current=snapshot, number=1)
    previous = pointer.current if keep_current else pointer.previous
    if previous is not None:
        try:
            snapshots.read_manifest(home.fetch(previous))
        except IndexDamaged:
            previous = None
    return Pointer(current=snapshot, previous=previous, number=pointer.number + 1)


def _recipe(settings: IngestSettings, embedder: Embedder) -> str:
    """Return a digest of what decides an article's chunks and vectors beside its text."""
    parts = [
        str(snapshots.FORMAT),
        str(CHUNKER_VERSION),
        settings.model_dump_json(exclude=_NO_CONTENT),
        embedder.sha256,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _unmatched(asked: ReaderQuestions, found: Found, fresh: Fresh, before: Before | None) -> Iterator[Skipped]:
    """Yield what is to be said of readers' questions that belong to no sentence.

    Of an article that did not change, what was said the last time holds.
    """
    yield from asked.skipped
    sources = {source.id for source in found.sources}
    said = before.manifest.skipped if before is not None else {}
    for article_id, file in asked.files.items():
        if article_id in sources and article_id not in fresh:
            yield from (Skipped(file, said[file]) for _ in range(file in said))
        else:
            yield from asked.unmatched(article_id, fresh[article_id][1] if article_id in fresh else ())


def _content(found: Found, domain: Domain, asked: ReaderQuestions, recipe: str) -> str:
    parts = [
        recipe,
        domain.model_dump_json(),
        *(f"{source.id} {source.sha256}" for source in found.sources),
        *(f"{article_id} {digest}" for article_id, digest in asked.digests.items()),
        *(f"{skipped.file} {skipped.reason}" for skipped in asked.skipped),
        *(f"{skipped.file} {skipped.reason}" for skipped in found.skipped),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _manifest(
    folder: Path,
    recipes: tuple[str, str],
    digests: Mapping[str, str],
    found: Found,
    plan: Plan,
    written: int,
    embedder: Embedder,
) -> Manifest:
    # Chroma changes its own files whenever it opens them, so they have no checksum; their ids are checked.
    files = sorted(p for p in folder.rglob("*") if p.is_file() and STORE not in p.relative_to(folder).parts)
    segments = [SegmentStamp(snapshot=name, chunks=c, sentences=s) for name, (c, s) in plan.kept.items()]
    if written:
        own = Segment.open(folder)
        segments.append(SegmentStamp(snapshot=folder.name, chunks=written, sentences=int(own.chunk_sentences[-1])))
    return Manifest(
        format=snapshots.FORMAT,
        snapshot=folder.name,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        content=recipes[0],
        recipe=recipes[1],
        model=ModelStamp(name=embedder.name, sha256=embedder.sha256, dimension=embedder.dimension),
        precision=embedder.precision,
        chunker=CHUNKER_VERSION,
        articles={source.id: digests[source.id] for source in found.sources},
        chunks=sum(segment.chunks for segment in segments),
        sentences=sum(segment.sentences for segment in segments),
        skipped={skipped.file: skipped.reason for skipped in found.skipped},
        segments=tuple(segments),
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
