"""The cases hold with messy pages as the corpus: our articles as a browser would save them, chrome and all.

Once as HTML, and once as plain text, which has lost its headings' levels, its emphasis and its tables' lines.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import frontmatter
import pytest
from markdown_it import MarkdownIt

from assistant import Assistant
from assistant.evaluation.cases import load_cases
from assistant.evaluation.run import evaluate
from ingest import build_index
from ingest.articles import read_corpus
from ingest.domain import DOMAIN_FILE
from ingest.embed import Embedder
from ingest.reader_questions import QUESTIONS_FOLDER
from ingest.settings import IngestSettings
from tests.conftest import CORPUS

CASES = Path(__file__).parents[1] / "faq"
# One in this many answerable cases is asked.
EVERY = 10
CHROME = {
    "cookies": "We value your privacy and use cookies on this site.",
    "menu": "Free Accounting Course",
    "share": "1.2k Shares",
    "form": "Enter your email to download the brochure",
    "related": "Ten spreadsheets every analyst should own",
    "footer": "Terms and Conditions Sitemap Careers",
}
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | {site}</title>
<meta property="og:site_name" content="{site}"><meta property="og:title" content="{title}">
<script>window.dataLayer = ["track"];</script><style>.nav {{ color: blue }}</style></head>
<body>
<div class="cookie-consent" id="cookie-banner"><p>{cookies} <button>Accept all</button></p></div>
<header><nav><ul><li><a href="/a">{menu}</a></li><li><a href="/b">Log in</a></li></ul></nav></header>
<main><article><h1>{title}</h1>
<div class="share social-share"><span>{share}</span> <a href="#">Tweet</a></div>
{body}
<form class="newsletter"><label>{form}</label><input type="email"><button>Send</button></form>
</article></main>
<aside class="related-posts"><h2>Related articles</h2><ul><li><a href="/c">{related}</a></li></ul></aside>
<footer><p>{footer}</p></footer>
</body></html>
"""
TEXT_PAGE = """{site}

MENUMENU
  • {menu}
  • Log in

{title}

{title} - Blog - {site}

{share}
Share
Tweet

{body}

Related articles
  • {related}

{form}

{cookies} By closing this banner, you agree to our Privacy Policy.

{footer}

© 2022 - {site}. All rights reserved.
"""


def as_html(markdown: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(markdown)


def as_text(markdown: str) -> str:
    """Return what is left of an article in a page saved as text: headings are lines, a table's cells stand apart."""
    lines = []
    for line in markdown.splitlines():
        if re.fullmatch(r"\|[\s|:-]+\|", line):
            continue
        if line.startswith("|"):
            line = "\t".join(cell.strip() for cell in line.strip("|").split("|"))
        plain = re.sub(r"\*\*|__", "", re.sub(r"^#+ ", "", line))
        lines.append(re.sub(r"^[-*] ", "  • ", plain))
    return "\n".join(lines)


FORMATS = {"html": (PAGE, as_html), "txt": (TEXT_PAGE, as_text)}


@pytest.fixture(scope="module", params=FORMATS)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    template, convert = FORMATS[request.param]
    corpus = tmp_path_factory.mktemp("messy")
    shutil.copy(CORPUS / DOMAIN_FILE, corpus)
    shutil.copytree(CORPUS / QUESTIONS_FOLDER, corpus / QUESTIONS_FOLDER)
    for path in CORPUS.glob("*.md"):
        article = frontmatter.load(str(path))
        page = template.format(
            title=article["title"],
            site=article.get("publisher", "A saved site"),
            body=convert(article.content),
            **CHROME,
        )
        (corpus / f"{path.stem}.{request.param}").write_text(page, encoding="utf-8")
    return corpus


@pytest.mark.slow
def test_the_cases_hold_on_saved_pages(corpus: Path, tmp_path: Path, embedder: Embedder) -> None:
    build_index(corpus, tmp_path / "index", embedder=embedder)
    assistant = Assistant.open(tmp_path / "index", embedder=embedder)
    answerable = [one for one in load_cases([CASES / "fit", CASES / "held-out"]) if not one.case.abstain]
    run = evaluate(assistant, answerable[::EVERY])
    metrics = run.summary.metrics
    assert metrics["fact_recall"].value >= 0.90
    assert metrics["source_any"].value >= 0.95
    assert metrics["quote_validity"].value == 1.0


def test_no_chrome_is_in_the_articles(corpus: Path) -> None:
    found = read_corpus(corpus, max_file_bytes=IngestSettings().max_file_bytes)
    text = json.dumps([article.text for article in found.articles])
    assert [name for name, phrase in CHROME.items() if phrase in text] == []
