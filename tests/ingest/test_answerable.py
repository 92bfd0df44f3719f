"""What a corpus lists of questions with an answer and without one teaches to tell new ones apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from ingest.answerable import Answerable
from ingest.domain import UNANSWERED_FILE, UNANSWERED_FOLDER, load_domain
from ingest.embed import Embedder
from ingest.errors import SettingsError
from ingest.types import Vectors
from tests.conftest import CORPUS
from tests.ingest.conftest import Library

THINGS = ("roof", "bridge", "garden", "kitchen", "wall", "door", "window", "stair", "cellar", "fence", "path", "tower")
ANSWERED = [form.format(thing) for thing in THINGS for form in ("How is a {} built?", "What is a {} made of?")]
UNANSWERED = [form.format(thing) for thing in THINGS for form in ("What does a {} cost?", "Who sells a {}?")]


@pytest.fixture(scope="module")
def both(embedder: Embedder) -> tuple[Vectors, Vectors]:
    return embedder.encode(ANSWERED), embedder.encode(UNANSWERED)


def test_new_questions_of_both_kinds_are_told_apart(both: tuple[Vectors, Vectors], embedder: Embedder) -> None:
    learnt = Answerable.fit(*both)
    answered = [learnt.score(v) for v in embedder.encode(["How is a chimney built?", "What is a shed made of?"])]
    unanswered = [learnt.score(v) for v in embedder.encode(["What does a chimney cost?", "Who sells a shed?"])]
    assert min(answered) > 0 > max(unanswered)


def test_too_few_questions_teach_nothing(both: tuple[Vectors, Vectors]) -> None:
    answered, unanswered = both
    assert Answerable.fit(answered, unanswered[:5]).score(answered[0]) == 0
    assert Answerable.fit(answered[:0], unanswered).score(answered[0]) == 0


def test_what_was_learnt_is_read_as_it_was_written(both: tuple[Vectors, Vectors], tmp_path: Path) -> None:
    learnt = Answerable.fit(*both)
    learnt.save(tmp_path / "learnt.npz")
    assert Answerable.load(tmp_path / "learnt.npz").score(both[0][3]) == learnt.score(both[0][3])


def test_the_shipped_questions_are_listed_once_and_differ_from_the_answered_ones(assistant: Assistant) -> None:
    unanswered = load_domain(CORPUS).unanswered
    assert len(unanswered) > 500
    assert len({question.casefold() for question in unanswered}) == len(unanswered)
    asked = {
        question.text.casefold()
        for stored in assistant.index.store.all()
        for own in stored.questions
        for question in own
    }
    assert not asked & {question.casefold() for question in unanswered}


def test_an_ingest_of_one_article_learns_what_an_ingest_of_all_does(library: Library, tmp_path: Path) -> None:
    asked = "".join(f"  - {question}\n" for question in ANSWERED)
    (library.corpus / "questions").mkdir()
    for name, sentence in (("skills", "Patent research needs lawyers."),):
        (library.corpus / "questions" / f"{name}.yaml").write_text(f"- answer: {sentence}\n  asked:\n{asked}")
    (library.corpus / UNANSWERED_FILE).write_text("".join(f"- {question}\n" for question in UNANSWERED))
    library.build()
    costs = library.corpus / "costs.md"
    costs.write_text(costs.read_text(encoding="utf-8") + "\nPaper costs money.\n", encoding="utf-8")
    library.build()
    whole = Library(library.corpus, tmp_path / "whole", library.embedder)
    whole.build()
    again, anew = (Assistant.open(one.index, embedder=library.embedder).index.answerable for one in (library, whole))
    assert len(anew.landmarks) == len(ANSWERED) + len(UNANSWERED)
    np.testing.assert_allclose(again.landmarks, anew.landmarks, atol=1e-3)
    np.testing.assert_allclose(again.score(anew.landmarks[0]), anew.score(anew.landmarks[0]), atol=1e-2)


def test_unanswered_questions_may_stand_in_several_files(tmp_path: Path) -> None:
    folder = tmp_path / UNANSWERED_FOLDER
    folder.mkdir()
    for path, question in ((tmp_path / UNANSWERED_FILE, "a"), (folder / "two.yml", "c"), (folder / "one.yaml", "b")):
        path.write_text(f"- {question}\n- a\n")
    assert load_domain(tmp_path).unanswered == ("a", "b", "c")
    (folder / "two.yml").write_text("- 12")
    with pytest.raises(SettingsError, match=r"two\.yml.*bpo-kpo ingest"):
        load_domain(tmp_path)


@pytest.mark.parametrize("text", ["who: knows", "- [a, b]", "- 12", "- ''", "- {", "just words"])
def test_a_wrong_file_is_an_error_that_names_it_and_the_command(text: str, library: Library) -> None:
    (library.corpus / UNANSWERED_FILE).write_text(text)
    with pytest.raises(SettingsError, match=r"(?s)unanswered\.yaml.*bpo-kpo ingest"):
        library.build()
