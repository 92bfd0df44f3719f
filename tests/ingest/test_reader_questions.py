"""The questions that readers ask are tied to sentences, help to find them, and are never said."""

from __future__ import annotations

from assistant import Assistant
from ingest.reader_questions import QUESTIONS_FOLDER, read_reader_questions
from tests.conftest import CORPUS
from tests.ingest.conftest import Library

ASKED = """- answer: Patent research needs lawyers.
  asked:
  - Do we have to hire attorneys to protect an invention?
"""


def write_questions(library: Library, name: str, text: str) -> None:
    folder = library.corpus / QUESTIONS_FOLDER
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_every_shipped_question_belongs_to_a_sentence(assistant: Assistant) -> None:
    asked = read_reader_questions(CORPUS)
    assert asked.skipped == ()
    assert set(asked.files) == {article.id for article in assistant.articles}
    sentences = {
        (s.chunk.article_id, " ".join(x.text.split())) for s in assistant.index.store.all() for x in s.chunk.sentences
    }
    assert set(asked.by_sentence) <= sentences
    every = [question for own in asked.by_sentence.values() for question in own]
    assert len(every) > 1_000
    assert all(question.strip() == question and len(question) < 200 for question in every)


def test_a_sentence_is_found_by_a_question_in_other_words(library: Library) -> None:
    question = "Must I engage an attorney to get my invention protected?"
    before = Assistant.open(library.index, embedder=library.embedder).retrieve(question)
    write_questions(library, "skills.yaml", ASKED)
    report = library.build()
    assert report.skipped == ()
    after = Assistant.open(library.index, embedder=library.embedder)
    (best, *_others) = after.retrieve(question)
    assert best.article_id == "skills"
    assert best.score > max(passage.score for passage in before if passage.article_id == "skills")
    assert "attorney" not in after.ask(question).text


def test_changed_questions_make_a_new_snapshot_and_embed_no_chunk_again(library: Library) -> None:
    before = library.snapshots
    write_questions(library, "skills.yaml", ASKED)
    report = library.build()
    assert report.embedded == 0
    assert report.snapshot not in before


def test_an_entry_whose_sentence_is_gone_is_named_and_the_rest_is_used(library: Library) -> None:
    write_questions(library, "skills.yaml", ASKED + "- answer: Nobody says this.\n  asked:\n  - Who says this?\n")
    write_questions(library, "unknown.yaml", ASKED)
    reasons = {skipped.file: skipped.reason for skipped in library.build().skipped}
    assert set(reasons) == {"questions/skills.yaml", "questions/unknown.yaml"}
    assert "Nobody says this." in reasons["questions/skills.yaml"]
    assert "Patent" not in reasons["questions/skills.yaml"]
    # What was said holds while nothing changes, and goes once the entry does.
    (library.corpus / "costs.md").write_text((library.corpus / "costs.md").read_text() + "\nFees are low.\n")
    assert {skipped.file: skipped.reason for skipped in library.build().skipped} == reasons
    write_questions(library, "skills.yaml", ASKED)
    assert [skipped.file for skipped in library.build().skipped] == ["questions/unknown.yaml"]


def test_a_file_that_is_no_list_of_entries_is_named(library: Library) -> None:
    write_questions(library, "skills.yaml", "- answer: Patent research needs lawyers.\n")
    write_questions(library, "costs.yaml", "[unclosed")
    reasons = {skipped.file: skipped.reason for skipped in library.build().skipped}
    assert "asked" in reasons["questions/skills.yaml"]
    assert "YAML" in reasons["questions/costs.yaml"]


def test_of_two_files_of_one_article_the_second_is_named(library: Library) -> None:
    write_questions(library, "skills.yaml", ASKED)
    write_questions(library, "skills.yml", ASKED)
    (skipped,) = library.build().skipped
    assert skipped.file == "questions/skills.yml"
    assert "questions/skills.yaml" in skipped.reason
