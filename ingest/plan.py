"""Decide what an ingest has to do: which articles to embed, which to copy, and which segments stay as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ingest import snapshots
from ingest.errors import IndexDamaged
from ingest.segments import Gone, Segment
from ingest.snapshots import Home, Manifest, Pointer
from ingest.types import Article, Chunk

GONE = "gone.json"
# A segment is merged when the one being written is not much smaller: so few are left, and each chunk is
# written again a few times only, however many ingests there are.
_MUCH = 4

Fresh = Mapping[str, tuple[Article, Sequence[Chunk]]]


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The snapshot in use when an ingest begins, with its segments by the snapshot that wrote each."""

    folder: Path
    manifest: Manifest
    segments: dict[str, Segment]
    gone: dict[str, Gone]

    def live(self, segment: str) -> list[str]:
        """Return the articles of a segment that are in use."""
        gone = set(self.gone_of(segment))
        return [article_id for article_id in self.segments[segment].articles if article_id not in gone]

    def gone_of(self, segment: str) -> tuple[str, ...]:
        """Return the articles of a segment that are not in use."""
        return self.gone[segment].articles if segment in self.gone else ()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is to be done.

    `fresh` are articles to embed, with their chunks; `moved` are those to copy, with the segment that each lies
    in now; `kept` are the segments that go on being used, with how many of their chunks and sentences; `lost`
    is what is in use in each segment but no longer will be.
    """

    fresh: Fresh
    moved: dict[str, str]
    kept: dict[str, tuple[int, int]]
    lost: dict[str, list[str]]


def open_before(home: Home, pointer: Pointer | None, content: str) -> Before | None:
    """Open the snapshot in use; None when there is none, or when it is damaged.

    One that holds what is wanted already is read whole, so that an ingest mends what is damaged; else damage
    shows in what is read of it.
    """
    if pointer is None:
        return None
    try:
        folder = home.fetch(pointer.current)
        manifest = snapshots.read_manifest(folder)
        if manifest.content == content:
            snapshots.check_snapshot(home, pointer.current)
        segments = {stamp.snapshot: Segment.open(home.fetch(stamp.snapshot)) for stamp in manifest.segments}
        return Before(folder, manifest, segments, read_gone(folder))
    except IndexDamaged:
        return None


def read_gone(folder: Path) -> dict[str, Gone]:
    """Read what of each segment a snapshot does not use.

    Raises:
        IndexDamaged: it cannot be read.
    """
    try:
        return {name: Gone.model_validate(gone) for name, gone in json.loads((folder / GONE).read_bytes()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise IndexDamaged(f"The index {folder} cannot be read: {error}. {snapshots.mending(folder)}") from error


def make_plan(wanted: Set[str], fresh: Fresh, before: Before | None, merge_chunks: int) -> Plan:
    """Decide what the new segment holds, and which ones stay.

    Args:
        wanted: the ids of all articles of the corpus.
        fresh: those to embed.
        before: the snapshot in use, if it can be built on.
        merge_chunks: a segment with fewer chunks is always merged.
    """
    plan = Plan(fresh, {}, {}, {})
    if before is None:
        return plan
    live = {name: before.live(name) for name in before.segments}
    sizes: dict[str, tuple[int, int]] = {}
    for stamp in before.manifest.segments:
        name, segment = stamp.snapshot, before.segments[stamp.snapshot]
        plan.lost[name] = [one for one in live[name] if one in fresh or one not in wanted]
        counts = [segment.count(one) for one in plan.lost[name]]
        sizes[name] = (
            stamp.chunks - sum(chunks for chunks, _ in counts),
            stamp.sentences - sum(sentences for _, sentences in counts),
        )
    size = sum(len(chunks) for _article, chunks in fresh.values())
    for name in sorted(sizes, key=lambda name: sizes[name]):
        chunks = sizes[name][0]
        unused = len(before.segments[name]) - chunks
        if chunks < max(merge_chunks, _MUCH * size) or unused > chunks:
            lost = set(plan.lost[name])
            plan.moved.update({one: name for one in live[name] if one not in lost})
            size += chunks
        else:
            plan.kept[name] = sizes[name]
    return plan
