from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.articles import decode, read_article
from ingest.chunks import split_article
from ingest.embed import Embedder
from ingest.segments import sentence_context
from ingest.settings import IngestSettings
from ingest.types import Article, Chunk, Kind
from tests.conftest import CORPUS
from tests.ingest.markdown_documents import HIDDEN, Part, chaos, documents

SETTINGS = IngestSettings()
SMALL = IngestSettings(max_tokens=32, target_tokens=16)


def split(text: str, embedder: Embedder, settings: IngestSettings = SETTINGS) -> tuple[Chunk, ...]:
    return split_article(Article("a", "A", text), settings, embedder.token_spans)


def texts(chunks: tuple[Chunk, ...]) -> list[list[str]]:
    return [[sentence.text for sentence in chunk.sentences] for chunk in chunks]


def assert_sound(article: Article, chunks: tuple[Chunk, ...], settings: IngestSettings, embedder: Embedder) -> None:
    text = article.text
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    for chunk in chunks:
        assert chunk.article_id == article.id
        assert 0 <= chunk.start < chunk.end <= len(text)
        assert text[chunk.start : chunk.end] == chunk.text
        assert embedder.count_tokens(chunk.embedded_text) <= settings.max_tokens
        assert chunk.sentences
        assert chunk.sentences[0].start == chunk.start
        assert chunk.sentences[-1].end == chunk.end
        end = chunk.start
        for sentence in chunk.sentences:
            assert end <= sentence.start < sentence.end, "sentences follow one another and do not overlap"
            end = sentence.end
            quote = text[sentence.start : sentence.end]
            assert quote == quote.strip()
            assert any(c.isalnum() for c in sentence.text)
            assert "\n" not in sentence.text
            if sentence.intro is not None:
                assert 0 <= sentence.intro[0] < sentence.intro[1] <= sentence.start
    starts = [chunk.start for chunk in chunks]
    assert starts == sorted(starts)
    assert chunks == split_article(article, settings, embedder.token_spans), "the same text, the same chunks"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("articles")


@given(
    document=documents(),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    settings=st.sampled_from([SETTINGS, SMALL]),
)
def test_chunks_of_any_document_quote_it_exactly_and_lose_no_word(
    document: Part, line_end: str, settings: IngestSettings, embedder: Embedder, folder: Path
) -> None:
    path = folder / "a.md"
    path.write_bytes(document.text.replace("\n", line_end).encode())
    article = read_article(path, max_file_bytes=SETTINGS.max_file_bytes)
    assert "\r" not in article.text
    chunks = split_article(article, settings, embedder.token_spans)
    assert_sound(article, chunks, settings, embedder)
    # Without a separator: a word that the model cannot read whole is cut, its parts in chunks that follow.
    kept = "".join(chunk.text for chunk in chunks) + "\n".join(chunk.heading for chunk in chunks)
    assert [word for word in document.words if word not in kept] == []
    assert not any(HIDDEN in sentence for chunk in texts(chunks) for sentence in chunk)


@given(text=chaos, settings=st.sampled_from([SETTINGS, SMALL]))
def test_chunks_of_any_text_quote_it_exactly(text: str, settings: IngestSettings, embedder: Embedder) -> None:
    article = Article("a", "A", decode(text.encode()))
    assert_sound(article, split_article(article, settings, embedder.token_spans), settings, embedder)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.md")), ids=lambda path: path.stem)
def test_chunks_of_the_corpus_quote_it_exactly(path: Path, embedder: Embedder) -> None:
    article = read_article(path, max_file_bytes=SETTINGS.max_file_bytes)
    chunks = split_article(article, SETTINGS, embedder.token_spans)
    assert chunks
    assert_sound(article, chunks, SETTINGS, embedder)


def test_a_chunk_is_the_run_of_paragraphs_under_one_heading(embedder: Embedder) -> None:
    chunks = split("# A\n\nOne is here.\n\nTwo is there.\n\n## B\n\nThree is near.\n\n# C\n\nFour is far.\n", embedder)
    assert texts(chunks) == [["One is here.", "Two is there."], ["Three is near."], ["Four is far."]]
    assert [chunk.heading for chunk in chunks] == ["A", "A > B", "C"]
    assert chunks[1].embedded_text == "A > B\nThree is near."


def test_a_run_is_closed_once_it_holds_the_target_number_of_tokens(embedder: Embedder) -> None:
    paragraph = "Payroll is a process that many companies outsource to a provider in another country."
    chunks = split("\n\n".join([paragraph] * 12), embedder)
    assert len(chunks) > 1
    assert all(embedder.count_tokens(chunk.text) <= SETTINGS.target_tokens + 2 for chunk in chunks)


def test_a_list_is_one_chunk_with_the_sentence_that_introduces_it(embedder: Embedder) -> None:
    chunks = split(
        "KPO grows. KPO covers these fields:\n\n- law\n  - patents\n- Finance pays most.\n\nMore follows.\n",
        embedder,
    )
    assert [chunk.kind for chunk in chunks] == [Kind.PROSE, Kind.LIST, Kind.PROSE]
    assert texts(chunks)[1] == ["KPO covers these fields:", "law", "patents", "Finance pays most."]
    intro, *items = chunks[1].sentences
    assert [item.intro for item in items] == [(intro.start, intro.end)] * 2 + [None], "a full sentence stands alone"


def first_of_list(text: str, embedder: Embedder) -> str:
    return split(f"{text}\n\n- cost\n- time\n", embedder)[-1].sentences[0].text


@pytest.mark.parametrize(
    "intro",
    [
        "The main risks are:",
        "Some of the most common drawbacks include:",
        "Our guide recommends looking at tasks that are:",
    ],
)
def test_an_introduction_that_names_nothing_takes_the_sentence_before_it(intro: str, embedder: Embedder) -> None:
    assert first_of_list(f"Dams break. Drip saves water. {intro}", embedder) == f"Drip saves water. {intro}"
    assert first_of_list(intro, embedder) == intro
    assert first_of_list(f"Drip saves water.\n\n{intro}", embedder) == intro, "another paragraph is another thought"
    long = f"Drip saves water {'and soil ' * 30}every year."
    assert first_of_list(f"{long} {intro}", embedder) == intro


@pytest.mark.parametrize(
    "intro",
    [
        "Risks that come with Drip are:",
        "BPO has these risks:",
        "The risks of ploughing are:",
        "What growers who have ploughed the same field for many years see as risks is:",
    ],
)
def test_an_introduction_that_can_be_read_alone_stays_alone(intro: str, embedder: Embedder) -> None:
    assert first_of_list(f"Drip saves water. {intro}", embedder) == intro


def test_statements_that_a_semicolon_parts_are_sentences_of_their_own(embedder: Embedder) -> None:
    text = "BPO is about size and volume; KPO is about depth of knowledge."
    parts = ["BPO is about size and volume;", "KPO is about depth of knowledge."]
    (prose,) = split(text, embedder)
    assert texts((prose,)) == [parts]
    (items,) = split(f"They differ:\n\n- {text}\n- patents;\n", embedder)
    assert texts((items,)) == [["They differ:", *parts, "patents;"]]
    assert [item.intro is None for item in items.sentences] == [True, True, True, False]


def test_an_item_that_speaks_of_its_label_is_read_with_the_introduction(embedder: Embedder) -> None:
    (chunk,) = split(
        "A canal firm offers these services:\n\n- Dredging: This covers the whole bed.\n"
        "- Towing – They use horses.\n- Locks: A lock is closed at night. It is old.\n",
        embedder,
    )
    intro = "A canal firm offers these services:"
    assert [sentence_context(chunk, item) for item in chunk.sentences[1:]] == [
        f"{intro} Dredging: This covers the whole bed.",
        f"{intro} Towing – They use horses.",
        "Locks: A lock is closed at night.",
        "It is old.",
    ]


def test_a_list_of_sentences_too_long_to_quote_whole_is_headed_by_its_introduction(embedder: Embedder) -> None:
    items = [f"Job {number}: The mill grinds {'rye and ' * 10}wheat all day." for number in range(5)]
    intro, rest = split("# Mills\n\nA mill does these jobs:\n\n" + "\n".join(f"- {item}" for item in items), embedder)
    assert (intro.kind, intro.heading, texts((intro,))) == (Kind.LIST, "Mills", [["A mill does these jobs:"]])
    assert (rest.kind, rest.heading) == (Kind.LIST, "Mills > A mill does these jobs")
    assert [sentence.text for sentence in rest.sentences] == items
    short = split("A mill does these jobs:\n\n" + "\n".join(f"- {item}" for item in items[:3]), embedder)
    assert [chunk.heading for chunk in short] == [""]
    terms = split("A mill has these parts:\n\n" + "- an old part of it\n" * 26, embedder)
    assert [chunk.heading for chunk in terms] == [""], "terms are never read without their introduction"


def test_a_table_row_is_one_chunk_with_its_label_and_its_columns_headers(embedder: Embedder) -> None:
    header = "# Costs\n\n| Aspect | BPO | **KPO** |\n|:--|---|---|\n"
    table = f"{header}| Price | low \\| flat | `high` |\n| Risk || some<br>risk |\n"
    price, risk = split(table, embedder)
    assert (price.kind, price.heading) == (Kind.TABLE_ROW, "Costs > Price")
    assert [(cell.column, cell.text) for cell in price.sentences] == [("BPO", "low | flat"), ("KPO", "high")]
    assert [(cell.column, cell.text) for cell in risk.sentences] == [("KPO", "some risk")]


def test_a_cell_that_does_not_name_its_column_is_read_with_it(embedder: Embedder) -> None:
    header = "| Aspect | Canal | Railway |\n|---|---|---|\n"
    (row,) = split(f"{header}| Speed | It is slow. | A railway is fast. |\n", embedder)
    assert [sentence_context(row, cell) for cell in row.sentences] == [
        "Speed, Canal: It is slow.",
        "Speed: A railway is fast.",
    ]


def test_a_table_of_one_column_keeps_its_cells(embedder: Embedder) -> None:
    (chunk,) = split("| Fact |\n|---|\n| KPO is young. |\n", embedder)
    assert [(cell.column, cell.text) for cell in chunk.sentences] == [("Fact", "KPO is young.")]


def test_the_answer_under_a_heading_that_asks_is_an_faq(embedder: Embedder) -> None:
    question, statement = split("## What is KPO?\n\nKPO is outsourcing.\n\n## Costs\n\nKPO costs more.\n", embedder)
    assert (question.kind, statement.kind) == (Kind.FAQ, Kind.PROSE)


def test_marks_of_quotes_and_markup_are_no_part_of_a_sentence(embedder: Embedder) -> None:
    prose = "> KPO is **dear**. BPO is\n> [cheap](http://a.example).\n>\n> - *one*\n> - two\n>\n"
    text = f"{prose}> | a | b |\n> |---|---|\n> | x | y |\n"
    quoted, items, row = split(text, embedder)
    assert texts((quoted, items)) == [["KPO is dear."], ["BPO is cheap.", "one", "two"]]
    assert (row.heading, texts((row,))) == ("x", [["y"]])


def test_code_is_quoted_with_all_its_characters(embedder: Embedder) -> None:
    (fenced,) = split("```py\nx = a*b*c\n```\n", embedder)
    (indented,) = split("    y = _z_ * 2\n", embedder)
    (listed,) = split("- item\n\n  ```\n  k = 1\n  ```\n", embedder)
    assert texts((fenced, indented, listed)) == [["x = a*b*c"], ["y = _z_ * 2"], ["item", "k = 1"]]


def test_a_table_in_a_list_is_kept(embedder: Embedder) -> None:
    items, row = split("- item\n\n  | a | b |\n  |---|---|\n  | x | y |\n", embedder)
    assert texts((items, row)) == [["item"], ["y"]]
    assert row.sentences[0].column == "b"


def test_html_is_no_chunk_and_its_tags_no_text(embedder: Embedder) -> None:
    chunks = split("<script>\nsteal()\n</script>\n\nKPO is <b>dear</b>.\n\n<!-- note -->\n", embedder)
    assert texts(chunks) == [["KPO is dear."]]


@pytest.mark.parametrize("text", ["", "\n", "# Only a heading\n", "<div>only html</div>\n", "---\n", "* * *\n\n!!!\n"])
def test_a_text_without_a_sentence_has_no_chunk(text: str, embedder: Embedder) -> None:
    assert split(text, embedder) == ()


def test_a_sentence_longer_than_the_model_reads_is_cut_and_nothing_of_it_lost(embedder: Embedder) -> None:
    long = "The provider " + ", ".join(f"handles task{i}" for i in range(400)) + "."
    chunks = split(long, embedder)
    assert len(chunks) > 1
    assert all(f"task{i}" in "".join(chunk.text for chunk in chunks) for i in range(400))


def test_a_heading_path_that_is_too_long_loses_its_outer_levels_first(embedder: Embedder) -> None:
    outer = "outer " * 100
    (chunk,) = split(f"# {outer}\n\n## Inner\n\nKPO is here.\n", embedder)
    assert chunk.heading == "Inner"


def test_a_single_heading_that_is_too_long_keeps_its_first_words(embedder: Embedder) -> None:
    label = "a label that goes on " * 40
    (chunk,) = split(f"| A | B |\n|---|---|\n| {label} | KPO is here. |\n", embedder)
    assert chunk.heading
    assert label.startswith(chunk.heading)


def test_an_id_changes_with_the_article_the_place_the_heading_and_the_text(embedder: Embedder) -> None:
    variants = [
        "# A\n\nOne is here.\n",
        "# B\n\nOne is here.\n",
        "# A\n\nTwo is here.\n",
        "# A\n\n\nOne is here.\n",
    ]
    ids = [split(text, embedder)[0].id for text in variants]
    other = split_article(Article("b", "A", variants[0]), SETTINGS, embedder.token_spans)[0].id
    assert len({*ids, other}) == 5
