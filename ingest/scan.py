"""Find the files of a corpus and tell which of them changed, reading only those that may have.

A file whose size, times and inode are those of the last ingest has the content that it had then; all else is
read, and its checksum decides. Times of the last seconds before an ingest prove nothing, as a file can change
twice within one tick of a clock; such files are read again the next time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.articles import is_candidate, nothing_readable, read_article
from ingest.errors import UnreadableArticle
from ingest.types import Article, Skipped

_SEEN = "seen.json"
_DOUBTFUL_NS = 3_000_000_000


@dataclass(slots=True)
class Source:
    """A file of the corpus that holds an article. `article` is None where the file did not have to be read."""

    id: str
    file: str
    path: Path
    sha256: str
    article: Article | None

    def read(self, max_file_bytes: int) -> Article:
        """Return the article, reading it now if that was not done yet.

        Raises:
            UnreadableArticle: it cannot be read any more.
        """
        if self.article is None:
            self.article = read_article(self.path, max_file_bytes=max_file_bytes)
        return self.article


@dataclass(frozen=True, slots=True)
class Found:
    """The articles of a folder, ordered by id, and the files that were skipped. `seen` is for the next time."""

    folder: Path
    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    seen: dict[str, list[object]]


def find_sources(folder: Path, index: Path, *, max_file_bytes: int) -> Found:
    """Find every article of a folder and its subfolders.

    Raises:
        CorpusError: the folder holds no readable article.
    """
    known, now = _load_seen(folder, index), time.time_ns()
    sources: dict[str, Source] = {}
    skipped: list[Skipped] = []
    seen: dict[str, list[object]] = {}
    for path in list_files(folder):
        name = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", errors="replace")
        try:
            stamp = _stamp(path)
            before = known.get(name)
            if before is not None and before[:-1] == stamp:
                source = Source(path.stem, name, path, str(before[-1]), None)
            else:
                article = read_article(path, max_file_bytes=max_file_bytes)
                source = Source(article.id, name, path, article.sha256, article)
            if source.id in sources:
                raise UnreadableArticle(f"another file has the same name, {source.id}; rename one of them")
        except UnreadableArticle as error:
            skipped.append(Skipped(name, str(error)))
        else:
            sources[source.id] = source
            if stamp is not None and now - max(stamp[1], stamp[2]) > _DOUBTFUL_NS:
                seen[name] = [*stamp, source.sha256]
    if not sources:
        raise nothing_readable(folder, skipped)
    return Found(folder, tuple(sources[key] for key in sorted(sources)), tuple(skipped), seen)


def list_files(folder: Path) -> list[Path]:
    """Return the files of a corpus that may be articles, in the order of their paths."""
    return sorted(path for path in folder.rglob("*") if is_candidate(path, folder))


def save_seen(found: Found, index: Path) -> None:
    """Write down what the files of a corpus looked like, for the next ingest."""
    path = index / _SEEN
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"folder": str(found.folder.resolve()), "files": found.seen}), encoding="utf-8")
    fresh.replace(path)


def _load_seen(folder: Path, index: Path) -> dict[str, list[object]]:
    try:
        read = json.loads((index / _SEEN).read_bytes())
        return dict(read["files"]) if read["folder"] == str(folder.resolve()) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # only a shortcut: without it, every file is read


def _stamp(path: Path) -> Sequence[int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
