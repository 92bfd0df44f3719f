"""Read the corpus folder: every file becomes an article, or a line of the report that says why not.

Reads Markdown with front matter, plain text, and saved pages in the other formats that `ingest.convert`
knows. `README*` files and the domain file are no articles. Does not split or embed.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler

from ingest.convert import Page, clean_page_text, convert_docx, convert_html, convert_pdf
from ingest.domain import DOMAIN_FILE, UNANSWERED_FILE, UNANSWERED_FOLDER
from ingest.errors import CorpusError, UnreadableArticle
from ingest.reader_questions import QUESTIONS_FOLDER
from ingest.types import Article, Skipped
from ingest.yaml_loader import yaml_files

MARKDOWN = (".md", ".markdown")
TEXT = (".txt", ".text")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Byte order marks with the encoding that each announces; the first two bytes of UTF-32's are UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a folder, ordered by id, each one's file by its id, and the files that were skipped."""

    folder: Path
    articles: tuple[Article, ...]
    files: dict[str, str]
    skipped: tuple[Skipped, ...]


def read_corpus(folder: Path, *, max_file_bytes: int) -> Corpus:
    """Read every article of a folder and its subfolders.

    Raises:
        CorpusError: the folder is missing, or holds no readable article.
    """
    if not folder.is_dir():
        raise no_folder(folder)
    articles: dict[str, Article] = {}
    files: dict[str, str] = {}
    skipped: list[Skipped] = []
    for path in sorted(p for p in folder.rglob("*") if is_candidate(p, folder)):
        name = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", errors="replace")
        try:
            article = read_article(path, max_file_bytes=max_file_bytes)
            if article.id in articles:
                raise UnreadableArticle(f"another file has the same name, {article.id}; rename one of them")
        except UnreadableArticle as error:
            skipped.append(Skipped(name, str(error)))
        else:
            articles[article.id] = article
            files[article.id] = name
    if not articles:
        raise nothing_readable(folder, skipped)
    return Corpus(folder, tuple(articles[key] for key in sorted(articles)), files, tuple(skipped))


def no_folder(corpus: Path) -> CorpusError:
    """Return the error that a corpus is not there, or is a file."""
    wrong = "is a file, not a folder" if corpus.exists() else "does not exist"
    return CorpusError(f"The corpus folder {corpus} {wrong}. Name one: bpo-kpo ingest --corpus DIR")


def nothing_readable(folder: Path, skipped: Sequence[Skipped]) -> CorpusError:
    """Return the error that a folder holds no article, with the reason for each of its files."""
    reasons = "".join(f"\n  {s.file}: {s.reason}" for s in skipped)
    return CorpusError(
        f"The corpus folder {folder} holds no readable article. Put Markdown, text, HTML, PDF or DOCX files "
        f"there, then run: bpo-kpo ingest --corpus {folder}{reasons}"
    )


def read_article(path: Path, *, max_file_bytes: int) -> Article:
    """Read one file.

    Raises:
        UnreadableArticle: it is too large, empty, not text, of a damaged or unknown format, or its front
            matter is broken.
    """
    try:
        size = path.stat().st_size
        if size > max_file_bytes:
            raise UnreadableArticle(
                f"it has {size:,} bytes, more than the {max_file_bytes:,} that one file may have; split it, or "
                "raise BPO_KPO_MAX_FILE_BYTES"
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableArticle(f"it cannot be read: {error.strerror or error}") from error
    if not data.strip():
        raise UnreadableArticle("it is empty")
    page = _READERS[path.suffix.lower()](path, data)
    if not page.text.strip():
        raise UnreadableArticle("it holds no text")
    article = Article(
        id=path.stem,
        title=page.title or _first_heading(page.text) or path.stem.replace("-", " ").replace("_", " "),
        text=page.text,
        publisher=page.publisher,
        url=page.url,
        published=page.published,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    _check_unicode(article)
    return article


def _check_unicode(article: Article) -> None:
    """Refuse what cannot be stored: a file name, or an escape in YAML or JSON, may hold lone surrogates."""
    for name in ("id", "title", "publisher", "url", "published"):
        try:
            str(getattr(article, name)).encode()
        except UnicodeEncodeError as error:
            what = "file name" if name == "id" else name
            raise UnreadableArticle(f"its {what} holds characters that are not Unicode; change it") from error


def decode(data: bytes) -> str:
    """Turn a text file's bytes into text whose lines end in a line feed.

    UTF-8, or what a byte order mark announces. Another encoding is never guessed: a wrong guess would turn
    quotation marks and accents into other characters, and the article be quoted with them.

    Raises:
        UnreadableArticle: the bytes are not text, or of another encoding.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\x00" in data:
        raise UnreadableArticle("it is not text: it holds NUL bytes; save it as UTF-8 text")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise UnreadableArticle(
            f"it is not {name} text: byte {error.start + 1:,} of {len(data):,} does not fit; save it as "
            "UTF-8. From Windows-1252, for example: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW"
        ) from error
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise UnreadableArticle("it is not text: it is full of control characters; save it as UTF-8 text")
    return _CONTROL.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")


def _read_markdown(_path: Path, data: bytes) -> Page:
    text = decode(data).strip()
    handler = YAMLHandler()
    if not handler.detect(text):
        return Page(text, None, None, None, None)
    try:
        matter, body = handler.split(text)
    except ValueError as error:
        raise UnreadableArticle("its front matter is not closed; end it with a line of three dashes") from error
    fields = _read_fields(handler, matter)

    def field(name: str) -> str | None:
        value = fields.get(name)
        if isinstance(value, (dict, list)):
            raise UnreadableArticle(f"its front matter field {name!r} is a {type(value).__name__}, expected text")
        return str(value).strip() or None if value is not None else None

    return Page(body.strip(), field("title"), field("publisher"), field("url"), field("published"))


def _read_fields(handler: YAMLHandler, matter: str) -> dict[Any, Any]:
    try:
        # Not the C loader, the handler's default: it crashes the process on brackets nested too deeply.
        fields = handler.load(matter, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UnreadableArticle(f"its front matter is not valid YAML: {reason}") from error
    if fields is not None and not isinstance(fields, dict):
        raise UnreadableArticle(
            f"its front matter is a {type(fields).__name__}, expected fields such as 'title: ...'; where the "
            "line of dashes is meant as a rule, write it as ***"
        )
    return fields or {}


def _first_heading(text: str) -> str | None:
    found = re.search(r"^#{1,6} +(.+?) *#*$", text, re.MULTILINE)
    return found.group(1) if found else None


_READERS: dict[str, Callable[[Path, bytes], Page]] = {
    **dict.fromkeys(MARKDOWN, _read_markdown),
    **dict.fromkeys(TEXT, lambda _path, data: clean_page_text(decode(data))),
    **dict.fromkeys((".html", ".htm", ".xhtml"), lambda _path, data: convert_html(data)),
    ".pdf": lambda path, _data: convert_pdf(path),
    ".docx": lambda path, _data: convert_docx(path),
}


def other_files(folder: Path) -> list[str]:
    """Return the files of a corpus folder that are of no known format and belong to nothing else, in order.

    Hidden files are left out, and so are the domain's, the readers' questions and what is listed as unanswered.
    """
    lists = {path for name in (QUESTIONS_FOLDER, UNANSWERED_FOLDER) for path in yaml_files(folder / name)}
    read = lists | {folder / DOMAIN_FILE, folder / UNANSWERED_FILE}
    found = (path for path in folder.rglob("*") if path.is_file() and path not in read)
    return sorted(
        path.relative_to(folder).as_posix()
        for path in found
        if path.suffix.lower() not in _READERS
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def is_candidate(path: Path, folder: Path) -> bool:
    """Tell whether a file may be an article: of a known format, not hidden, no README and no domain file."""
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts) or not path.is_file():
        return False
    if path.name == DOMAIN_FILE or path.stem.upper() == "README":
        return False
    return path.suffix.lower() in _READERS
