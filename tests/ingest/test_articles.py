from __future__ import annotations

from pathlib import Path

import pytest

from ingest.articles import decode, other_files, read_article, read_corpus
from ingest.errors import CorpusError, UnreadableArticle
from ingest.types import Article

LIMIT = 5_000_000
FRENCH = "# Coûts\n\nLe prix d’un café – “naïf” – est 5 € à Zürich.\n"


def read(folder: Path, data: bytes | str, name: str = "an-article.md") -> Article:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_article(path, max_file_bytes=LIMIT)


def test_front_matter_gives_the_source_and_is_no_part_of_the_text(tmp_path: Path) -> None:
    source = "title: 'KPO: a guide'\npublisher: Press\nurl: https://a.example/x\npublished: 2024-05-01\n"
    article = read(tmp_path, f"---\n{source}---\n\nText.\n")
    assert (article.id, article.title, article.text) == ("an-article", "KPO: a guide", "Text.")
    assert (article.publisher, article.url, article.published) == (
        "Press",
        "https://a.example/x",
        "2024-05-01",
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## The *first* heading ##\n\nText.", "The *first* heading"),
        ("---\ntitle: ''\n---\n# Heading\n\nText.", "Heading"),
        ("---\n---\nText.", "an article"),
        ("Text.", "an article"),
        ("---\ntitle: 2024\n---\nText.", "2024"),
    ],
)
def test_a_title_that_is_not_given_is_the_first_heading_or_the_file_name(text: str, title: str, tmp_path: Path) -> None:
    assert read(tmp_path, text).title == title


def test_what_front_matter_leaves_out_stays_unknown(tmp_path: Path) -> None:
    article = read(tmp_path, "---\ntitle: T\npublisher: ''\nurl:\n---\nText.")
    assert (article.publisher, article.url, article.published) == (None, None, None)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_reads_the_same_in_every_unicode_encoding_with_every_line_end(encoding: str, line_end: str) -> None:
    assert decode(FRENCH.replace("\n", line_end).encode(encoding)) == FRENCH


def test_a_few_control_characters_become_blanks() -> None:
    text = "A sentence with a form\x1bfeed. " + "More text follows here. " * 20
    assert decode(text.encode()) == text.replace("\x1b", " ")


def test_a_plain_text_file_is_an_article(tmp_path: Path) -> None:
    article = read(tmp_path, "KPO stands for knowledge process outsourcing.\n", "notes.txt")
    assert "KPO stands for knowledge process outsourcing." in article.text


def test_a_corpus_is_ordered_by_id_and_includes_subfolders(tmp_path: Path) -> None:
    for name in ("b.md", "c.txt", "deep/er/a.markdown"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("KPO means knowledge process outsourcing.")
    found = read_corpus(tmp_path, max_file_bytes=LIMIT)
    assert [article.id for article in found.articles] == ["a", "b", "c"]
    assert found.files == {"a": "deep/er/a.markdown", "b": "b.md", "c": "c.txt"}
    assert found.skipped == ()


def test_what_is_no_article_is_passed_over_silently(tmp_path: Path) -> None:
    for name in (
        "README.md",
        "readme.txt",
        "domain.yaml",
        ".hidden.md",
        ".git/a.md",
        "picture.png",
        "Makefile",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("KPO means knowledge process outsourcing.")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "one.md").write_text("KPO means knowledge process outsourcing.")
    found = read_corpus(tmp_path, max_file_bytes=LIMIT)
    assert [article.id for article in found.articles] == ["one"]
    assert found.skipped == ()


def test_files_that_nothing_reads_are_named(tmp_path: Path) -> None:
    read = ("one.md", "domain.yaml", "unanswered/a.yml", "unanswered/b.yaml", "questions/one.yml", ".git/config")
    unread = ("domain.yml", "deep/questions/one.yaml", "picture.png", "unanswered/notes.csv")
    for name in (*read, *unread):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert other_files(tmp_path) == sorted(unread)


def test_a_second_file_of_the_same_name_is_skipped_and_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("one.md", "sub/one.txt"):
        (tmp_path / name).write_text("KPO means knowledge process outsourcing.")
    found = read_corpus(tmp_path, max_file_bytes=LIMIT)
    assert [article.id for article in found.articles] == ["one"]
    (skipped,) = found.skipped
    assert skipped.file == "sub/one.txt"
    assert "rename" in skipped.reason


def test_a_digest_is_that_of_the_files_bytes(tmp_path: Path) -> None:
    one, same, other = (read(tmp_path, text, "a.md").sha256 for text in ("Text.\n", "Text.\n", "Text.\r\n"))
    assert one == same != other


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="no bytes"),
        pytest.param(b" \r\n\t\n", "empty", id="blanks"),
        pytest.param(b"---\ntitle: T\n---\n", "no text", id="front matter alone"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "not text", id="binary"),
        pytest.param(bytes(range(1, 32)) * 20, "control characters", id="control characters"),
        pytest.param(FRENCH.encode("cp1252"), "iconv -f WINDOWS-1252 -t UTF-8", id="cp1252"),
        pytest.param(b"It\x92s one.", "byte 3 of 9", id="a single cp1252 character"),
        pytest.param("業務を外部に委託する。".encode("shift-jis") * 9, "not UTF-8", id="shift-jis"),
        pytest.param(FRENCH.encode()[:-8] + b"\xff", "not UTF-8", id="utf-8 with a damaged byte"),
        pytest.param(FRENCH.encode("utf-16-le"), "NUL bytes", id="utf-16 without a mark"),
        pytest.param(FRENCH.encode("utf-16")[:-1], "not UTF-16", id="utf-16 cut off"),
        pytest.param(b"---\ntitle: T\n\nText.\n", "not closed", id="front matter not closed"),
        pytest.param(b"---\ntitle: [T\n---\nText.\n", "not valid YAML", id="front matter not YAML"),
        pytest.param(b"---\ntitle: 'T\n---\nText.\n", "not valid YAML", id="front matter quote not closed"),
        pytest.param(b"---\npublished: 2024-13-45\n---\nText.\n", "not valid YAML", id="front matter date"),
        pytest.param(b"---\nx: " + b"[" * 100_000 + b"\n---\nText.\n", "not valid YAML", id="front matter too deep"),
        pytest.param(b"---\n- T\n---\nText.\n", "is a list", id="front matter a list"),
        pytest.param(b"---\n\nText.\n\n---\n\nMore.\n", "is a str", id="rules taken for front matter"),
        pytest.param(b"---\ntitle:\n  de: T\n---\nText.\n", "'title' is a dict", id="front matter field"),
        pytest.param(b'---\ntitle: "\\ud800"\n---\nText.\n', "title holds characters", id="front matter surrogate"),
    ],
)
def test_a_file_that_cannot_be_an_article_is_refused_with_the_reason(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match=r"^its? ") as caught:
        read(tmp_path, data)
    assert reason in str(caught.value)


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match=r"10,000,000 bytes, more than the 5,000,000 .* split it"):
        read(tmp_path, b"x" * 10_000_000)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArticle, match="cannot be read"):
        read_article(tmp_path / "gone.md", max_file_bytes=LIMIT)


def test_a_file_name_that_is_not_unicode_is_skipped_with_a_name_that_can_be_shown(tmp_path: Path) -> None:
    try:
        (tmp_path / "caf\udce9.md").write_text("KPO means knowledge process outsourcing.")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    (tmp_path / "one.md").write_text("KPO means knowledge process outsourcing.")
    found = read_corpus(tmp_path, max_file_bytes=LIMIT)
    assert [article.id for article in found.articles] == ["one"]
    assert [skipped.file for skipped in found.skipped] == ["caf\ufffd.md"]


def test_a_missing_folder_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="bpo-kpo ingest --corpus"):
        read_corpus(tmp_path / "none", max_file_bytes=LIMIT)
