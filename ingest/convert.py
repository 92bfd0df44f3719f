"""Import saved pages: HTML (trafilatura), PDF and DOCX (markitdown), plain text (`ingest.clean`).

Each becomes a `Page` of Markdown without the page's furniture. Scanned PDFs hold no text and are refused;
nothing is recognised from pictures.
"""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.clean import Page, clean_page_text
from ingest.clean_meta import read_meta
from ingest.errors import UnreadableArticle

__all__ = ["Page", "clean_page_text", "convert_docx", "convert_html", "convert_pdf"]

# What an encrypted Office file is: an OLE2 container in place of a zip archive.
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_PAGE_NUMBER = re.compile(r"^\s*(page )?\d+( (of|/) \d+)?\s*$", re.IGNORECASE)


def convert_html(data: bytes) -> Page:
    """Turn a saved HTML page into Markdown: its headings, lists and tables, without its frame.

    Raises:
        UnreadableArticle: the bytes are no HTML, or hold no article.
    """
    import trafilatura

    with _quiet("trafilatura"):
        tree = trafilatura.load_html(data)
        if tree is None:
            raise UnreadableArticle("it is not an HTML page, or it is damaged")
        meta = read_meta(tree)
        text = trafilatura.extract(
            tree,
            output_format="markdown",
            include_comments=False,
            include_tables=True,
            include_formatting=True,
            include_links=False,
            include_images=False,
        )
    if not text or not text.strip():
        raise UnreadableArticle("no article text was found in the HTML page")
    page = clean_page_text(text)
    return Page(
        text=page.text,
        title=page.title or meta.title,
        publisher=meta.publisher or page.publisher,
        url=meta.url,
        published=meta.published or page.published,
    )


def convert_pdf(path: Path) -> Page:
    """Turn a PDF into Markdown, its lines joined to paragraphs.

    Raises:
        UnreadableArticle: the PDF is encrypted, damaged, or holds no text (a scan).
    """
    text = _convert(path, "PDF")
    if not text.strip():
        raise UnreadableArticle("the PDF holds no text; it may be a scan")
    lines = [line for line in text.replace("\f", "\n\n").split("\n") if not _PAGE_NUMBER.match(line)]
    return clean_page_text(_HYPHENATED.sub("", "\n".join(lines)))


def convert_docx(path: Path) -> Page:
    """Turn a Word document into Markdown: its headings, lists and tables.

    Raises:
        UnreadableArticle: the document is encrypted, damaged, or holds no text.
    """
    with path.open("rb") as file:
        if file.read(len(_OLE2)) == _OLE2:
            raise UnreadableArticle("the Word document is encrypted, or of the old .doc format; save it as .docx")
    if not zipfile.is_zipfile(path):
        raise UnreadableArticle("it is not a Word document (.docx), or it is damaged")
    text = _convert(path, "Word document")
    if not text.strip():
        raise UnreadableArticle("the Word document holds no text")
    return clean_page_text(text)


def _convert(path: Path, kind: str) -> str:
    """Run markitdown on a local file; whatever its parsers raise on a broken file becomes a reason."""
    from markitdown import MarkItDown
    from markitdown.converters import DocxConverter, PdfConverter

    # One converter only: with all of them, a broken PDF would be read as plain text.
    reader = MarkItDown(enable_builtins=False, enable_plugins=False)
    reader.register_converter(PdfConverter() if kind == "PDF" else DocxConverter())  # type: ignore[no-untyped-call]
    with _quiet("pdfminer", "markitdown"):
        try:
            return reader.convert_local(path).markdown
        except Exception as error:  # third-party parsers raise what they like
            causes = f"{type(error).__name__} {error}"
            if re.search(r"password|encrypt", causes, re.IGNORECASE):
                raise UnreadableArticle(f"the {kind} is encrypted; save it without a password") from error
            raise UnreadableArticle(f"the {kind} is damaged: {_short(error)}") from error


def _short(error: Exception) -> str:
    """Return the innermost parser's own words, without a file's name."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[-1].rpartition("with message: ")[2] if lines else type(error).__name__
    return re.sub(r"\S*[/\\]\S+", "the file", reason)[:160]


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Keep libraries from logging what the error that is raised already says."""
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
