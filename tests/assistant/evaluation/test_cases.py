from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from assistant.evaluation.cases import CaseFileError, dump_cases, load_cases, schema
from assistant.evaluation.facts import fold, has_fact
from tests.assistant.evaluation.making import case

GOOD = """\
- id: first
  question: 'What does it cost?'
  facts:
    - ['60%', 'sixty percent']
  sources: [one]
  tags: [single-fact]
- id: second
  turns: ['What is BPO?', 'And KPO?']
  facts: [['/knowledge/']]
- id: third
  question: 'Who won?'
  abstain: true
"""


def write(folder: Path, text: str, name: str = "cases.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_cases_are_read_with_their_place_and_part(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "fit/a.yaml")
    write(tmp_path, "all: {}\n", "floors.yaml")
    found = load_cases([tmp_path])
    assert [(one.case.id, one.line, one.part) for one in found] == [
        ("first", 1, "fit"),
        ("second", 7, "fit"),
        ("third", 10, "fit"),
    ]
    assert found[1].case.asked == ("What is BPO?", "And KPO?")
    assert found[2].case.kinds == ("untagged",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- id: a\n  question: 'x'\n  fact: [['y']]\n", 3, "did you mean 'facts'?"),
        ("- id: a\n  question: 'x'\n  colour: red\n", 3, "there is no field 'colour'"),
        ("- id: a\n  question: 'x'\n", 1, "give facts, sources or a reference, or abstain: true"),
        ("- id: a\n  abstain: true\n", 1, "give either question or turns"),
        ("- id: a\n  question: x\n  turns: [x, y]\n  abstain: true\n", 1, "give either question or turns"),
        ("- id: a\n  turns: [x]\n  abstain: true\n", 2, "turns: "),
        ("- id: a b\n  question: 'x'\n  abstain: true\n", 1, "id: "),
        ("- id: a\n  question: 'x'\n  facts: ['y']\n", 3, "facts.0: "),
        ("- id: a\n  question: 'x'\n  facts:\n    - ['y']\n    - []\n", 4, "fact 2 has no alternative"),
        ("- id: a\n  question: 'x'\n  facts: [['/(/']]\n", 3, "the regular expression /(/ is not valid"),
        ("- id: a\n  question: 'x'\n  facts: [['y']]\n  abstain: true\n", 1, "abstain: true has no facts"),
        ("- id: a\n  question: 'x'\n  abstain: maybe\n", 3, "abstain: "),
        ("- id: a\n  id: b\n", 2, "the field 'id' stands twice"),
        ("- id: a\n  question: 'x\n", 2, "not valid YAML"),
        ("id: a\n", 1, "not a list of cases"),
        ("- just text\n", 1, "a case is a list of fields"),
        (GOOD + "- id: first\n  question: 'x'\n  abstain: true\n", 13, "the id 'first' is already used in"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_expected_form(tmp_path: Path, text: str, line: int, says: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(CaseFileError) as caught:
        load_cases([file])
    message = str(caught.value)
    assert message.startswith(f"{file}, line {line}: ")
    assert says in message
    assert "- id: short-name" in message


def test_a_missing_path_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match="no file or folder"):
        load_cases([tmp_path / "gone"])
    with pytest.raises(CaseFileError, match="no cases in"):
        load_cases([tmp_path])


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    file.write_bytes(b"- id: \xff\xfe\n")
    with pytest.raises(CaseFileError, match="not UTF-8"):
        load_cases([file])


def test_the_schema_takes_what_the_loader_takes(tmp_path: Path) -> None:
    validator = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    assert not list(validator.iter_errors(yaml.safe_load(GOOD)))
    for wrong in (
        [{"id": "a"}],
        [{"id": "a", "question": "x", "turns": ["x", "y"]}],
        [{"id": "a", "question": "x", "colour": 1}],
        [{"id": "a", "question": None}],
        [{"question": "x"}],
    ):
        assert list(validator.iter_errors(wrong)), wrong


def test_dumped_cases_are_read_back_the_same(tmp_path: Path) -> None:
    cases = [case(facts=[["60%", "/six(ty)?/"]], reference="It's: 'quoted'"), case(id="b", abstain=True)]
    found = load_cases([write(tmp_path, dump_cases(cases))])
    assert [one.case for one in found] == cases


@pytest.mark.parametrize(
    ("text", "alternative", "is_found"),
    [
        ("nearshoring is cheap", "nearshor", True),
        ("a part of it", "art", False),
        ("It is SIXTY\n percent", "sixty percent", True),
        ("the company’s own", "company's own", True),
        ("saves 60% of it", "60%", True),
        ("saves 160% of it", "60%", False),
        ("third-party firm", "/third[- ]part/", True),
        ("KPO: a fit", r"/^\W*KPO/", True),
        ("It is KPO", r"/^\W*KPO/", False),
    ],
)
def test_facts_are_found_at_word_starts_or_by_expression(text: str, alternative: str, is_found: bool) -> None:
    assert has_fact(fold(text), ["never there", alternative]) is is_found
