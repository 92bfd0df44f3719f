"""Read the corpus folder: every file becomes an article, or a line of the report that says why not.

Reads Markdown with front matter, plain text, and saved pages in the other formats that `ingest.convert`
knows. `README*` files and the domain file are no articles. Does not split or embed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import frontmatter
import yaml
from charset_normalizer import from_bytes

from ingest.convert import Page, clean_page_text, convert_docx, convert_html, convert_pdf
from ingest.domain import DOMAIN_FILE
from ingest.errors import CorpusError, UnreadableArticle
from ingest.types import Article, Skipped

MARKDOWN = (".md", ".markdown")
TEXT = (".txt", ".text")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a folder, ordered by id, and the files that were skipped."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]


def read_corpus(folder: Path, *, max_file_bytes: int) -> Corpus:
    """Read every article of a folder and its subfolders.

    Raises:
        CorpusError: the folder is missing, or holds no readable article.
    """
    if not folder.is_dir():
        raise CorpusError(
            f"The corpus folder {folder} does not exist. Name one: bpo-kpo ingest --corpus DIR"
        )
    articles: dict[str, Article] = {}
    skipped: list[Skipped] = []
    for path in sorted(p for p in folder.rglob("*") if _is_candidate(p, folder)):
        name = path.relative_to(folder).as_posix()
        try:
            article = read_article(path, max_file_bytes=max_file_bytes)
            if article.id in articles:
                raise UnreadableArticle(f"another file has the same name, {article.id}; rename one of them")
        except UnreadableArticle as error:
            skipped.append(Skipped(name, str(error)))
        else:
            articles[article.id] = article
    if not articles:
        reasons = "".join(f"\n  {s.file}: {s.reason}" for s in skipped)
        raise CorpusError(
            f"The corpus folder {folder} holds no readable article. Put Markdown, text, HTML, PDF or DOCX files "
            f"there, then run: bpo-kpo ingest --corpus {folder}{reasons}"
        )
    return Corpus(tuple(articles[key] for key in sorted(articles)), tuple(skipped))


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
    return Article(
        id=path.stem,
        title=page.title or _first_heading(page.text) or path.stem.replace("-", " ").replace("_", " "),
        text=page.text,
        publisher=page.publisher,
        url=page.url,
        published=page.published,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def decode(data: bytes) -> str:
    """Turn a text file's bytes into text with "\\n" line ends.

    Raises:
        UnreadableArticle: the bytes are not text, or their encoding cannot be told.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        if b"\x00" in data:
            raise UnreadableArticle("it is not text: it holds zero bytes; save it as UTF-8 text")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            best = from_bytes(data).best()
            if best is None:
                raise UnreadableArticle("its encoding cannot be told; save it as UTF-8") from None
            text = str(best)
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise UnreadableArticle("it is not text: it is full of control characters; save it as UTF-8 text")
    return _CONTROL.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")


def _read_markdown(path: Path, data: bytes) -> Page:
    raw = decode(data)
    try:
        post = frontmatter.loads(raw)
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UnreadableArticle(f"its front matter is not valid YAML: {reason}") from error
    if raw.startswith("---\n") and not post.metadata and "\n---" not in raw[4:]:
        raise UnreadableArticle("its front matter is not closed; end it with a line of three dashes")

    def field(name: str) -> str | None:
        value = post.metadata.get(name)
        if isinstance(value, (dict, list)):
            raise UnreadableArticle(f"its front matter field {name!r} is a {type(value).__name__}, expected text")
        return str(value).strip() or None if value is not None else None

    return Page(post.content, field("title"), field("publisher"), field("url"), field("published"))


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


def _is_candidate(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts) or not path.is_file():
        return False
    if path.name == DOMAIN_FILE or path.stem.upper() == "README":
        return False
    return path.suffix.lower() in _READERS
