"""The cases hold with messy pages as the corpus: our articles as a browser would save them, chrome and all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import frontmatter
import pytest
from markdown_it import MarkdownIt

from assistant import Assistant
from assistant.evaluation.cases import load_cases
from assistant.evaluation.run import evaluate
from ingest import build_index
from ingest.domain import DOMAIN_FILE
from ingest.embed import Embedder
from ingest.reader_questions import QUESTIONS_FOLDER
from tests.conftest import CORPUS

CASES = Path(__file__).parents[1] / "faq"
# One in this many answerable fitting cases is asked.
EVERY = 4
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


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Assistant:
    folder = tmp_path_factory.mktemp("messy")
    corpus = folder / "corpus"
    corpus.mkdir()
    shutil.copy(CORPUS / DOMAIN_FILE, corpus)
    shutil.copytree(CORPUS / QUESTIONS_FOLDER, corpus / QUESTIONS_FOLDER)
    for path in CORPUS.glob("*.md"):
        article = frontmatter.load(str(path))
        page = PAGE.format(
            title=article["title"],
            site=article.get("publisher", "A saved site"),
            body=MarkdownIt("commonmark").enable("table").render(article.content),
            **CHROME,
        )
        (corpus / f"{path.stem}.html").write_text(page, encoding="utf-8")
    build_index(corpus, folder / "index", embedder=embedder)
    return Assistant.open(folder / "index", embedder=embedder)


@pytest.mark.slow
def test_the_cases_hold_on_saved_pages(assistant: Assistant) -> None:
    answerable = [one for one in load_cases([CASES / "fit", CASES / "held-out"]) if not one.case.abstain]
    run = evaluate(assistant, answerable[::EVERY])
    metrics = run.summary.metrics
    assert metrics["fact_recall"].value >= 0.90
    assert metrics["source_any"].value >= 0.95
    assert metrics["quote_validity"].value == 1.0


def test_no_chrome_is_in_the_articles(assistant: Assistant) -> None:
    text = json.dumps([article.text for article in assistant.articles])
    assert [name for name, phrase in CHROME.items() if phrase in text] == []
