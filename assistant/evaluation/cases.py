"""Read evaluation cases from YAML files, strictly: a wrong file is named with its line and the expected form.

A file is a list of cases. The JSON Schema that editors complete from is made here too, from the same model.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.evaluation.facts import FactPattern
from ingest.errors import AssistantError
from ingest.yaml_loader import YamlLoader

# A folder of cases may hold these beside its case files.
FLOORS_FILE = "floors.yaml"
SCHEMA_FILE = "cases.schema.json"

_FORM = """\
- id: short-name                    # letters, digits and hyphens, used once
  question: 'What does it cost?'    # or turns: ['first question', 'the follow-up that is scored']
  facts:                            # each line one fact, in any of its spellings, plain or /regex/
    - ['60%', 'sixty percent']
  sources: [article-id]             # any of these articles must be cited
  # abstain: true                   # in place of facts and sources: the articles do not say
  reference: 'A model answer.'      # optional
  tags: [single-fact]               # optional"""


class CaseFileError(AssistantError):
    """A case file cannot be used; the message names the file, the line and the expected form."""


class Case(BaseModel):
    """One question with what a right answer to it must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="An evaluation case")

    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="A short name, used once: letters, digits, dots, hyphens and underscores.",
    )
    question: str | None = Field(default=None, min_length=1, description="The question, as a reader types it.")
    turns: tuple[str, ...] | None = Field(
        default=None,
        min_length=2,
        description="The questions of a conversation in order; the answer to the last one is scored.",
    )
    facts: tuple[tuple[str, ...], ...] = Field(
        default=(),
        description="Facts that the answer must hold. Each is a list of alternatives: plain text, found at the "
        "start of a word, or /regex/; upper and lower case and white space make no difference.",
    )
    sources: tuple[str, ...] = Field(
        default=(), description="Ids of articles; an answer from any of them is from the right source."
    )
    abstain: bool = Field(default=False, description="True when the right answer is that the articles do not say.")
    reference: str | None = Field(default=None, min_length=1, description="A model answer, to measure likeness.")
    tags: tuple[str, ...] = Field(default=(), description="Kinds of question; the report has a row for each.")

    @model_validator(mode="after")
    def _check(self) -> Case:
        if (self.question is None) == (self.turns is None):
            raise ValueError("give either question or turns")
        if self.abstain and (self.facts or self.sources or self.reference):
            raise ValueError("a case with abstain: true has no facts, sources or reference")
        if not self.abstain and not (self.facts or self.sources or self.reference):
            raise ValueError("give facts, sources or a reference, or abstain: true")
        return self

    @field_validator("facts")
    @classmethod
    def _check_facts(cls, facts: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        for position, alternatives in enumerate(facts, start=1):
            if not alternatives:
                raise ValueError(f"fact {position} has no alternative")
            for alternative in alternatives:
                FactPattern.parse(alternative)
        return facts

    @field_validator("question", "turns")
    @classmethod
    def _check_words(cls, asked: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        if asked is not None and not all(one.strip() for one in ([asked] if isinstance(asked, str) else asked)):
            raise ValueError("a question is empty")
        return asked

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions in the order asked; the last one is scored."""
        return self.turns if self.turns is not None else (self.question or "",)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The tags, or "untagged"."""
        return self.tags or ("untagged",)


class LocatedCase(BaseModel):
    """A case and where it stands. `part` is the folder of its file below the folder that was given."""

    model_config = ConfigDict(frozen=True)

    case: Case
    file: Path
    line: int
    part: str


def load_cases(paths: Iterable[Path]) -> tuple[LocatedCase, ...]:
    """Read cases from files and folders, folders recursively, in the order of their paths.

    Raises:
        CaseFileError: a path is missing, a file is not valid, an id is used twice, or there is no case at all.
    """
    paths = tuple(paths)
    found: list[LocatedCase] = []
    for path in paths:
        if path.is_dir():
            for file in case_files(path):
                below = file.relative_to(path).parent.as_posix()
                found.extend(_read(file, "" if below == "." else below))
        elif path.is_file():
            found.extend(_read(path, ""))
        else:
            raise CaseFileError(f"There is no file or folder {path}. Give YAML files of cases, or folders of them.")
    if not found:
        named = ", ".join(str(path) for path in paths)
        raise CaseFileError(f"There are no cases in {named}. Expected YAML files like this:\n{_FORM}")
    _check_ids(found)
    return tuple(found)


def read_case_file(file: Path) -> tuple[LocatedCase, ...]:
    """Read the cases of one file.

    Raises:
        CaseFileError: it is not valid, or an id is used twice in it.
    """
    found = _read(file, "")
    _check_ids(found)
    return tuple(found)


def case_files(folder: Path) -> list[Path]:
    """Return the case files below a folder, in the order of their paths."""
    files = (path for suffix in ("*.yaml", "*.yml") for path in folder.rglob(suffix))
    return sorted(path for path in files if path.name != FLOORS_FILE)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a case file."""
    case = Case.model_json_schema()
    case["properties"]["id"]["examples"] = ["nearshore-meaning"]
    case["oneOf"] = [{"required": ["question"]}, {"required": ["turns"]}]
    case["anyOf"] = [{"required": [name]} for name in ("facts", "sources", "reference", "abstain")]
    # An optional field is left out, not written as null.
    for properties in case["properties"].values():
        if "anyOf" in properties:
            kept = [option for option in properties.pop("anyOf") if option != {"type": "null"}]
            properties.update(kept[0])
            properties.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Evaluation cases",
        "description": "Questions with what a right answer to each must hold.",
        "type": "array",
        "items": case,
    }


def schema_text() -> str:
    """Return the JSON Schema as the text of cases.schema.json."""
    return f"{json.dumps(schema(), indent=2, ensure_ascii=False)}\n"


def dump_cases(cases: Sequence[Case]) -> str:
    """Return cases as the text of a case file, defaults left out."""
    entries = [case.model_dump(mode="json", exclude_defaults=True) for case in cases]
    return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)


def _read(file: Path, part: str) -> list[LocatedCase]:
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=YamlLoader)
    except UnicodeDecodeError as error:
        raise CaseFileError(f"{file} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        # A quote that is never closed is found at the end of the file; where it opens helps more.
        mark = error.context_mark if "quoted scalar" in (error.context or "") else error.problem_mark
        line = mark.line + 1 if mark else 1
        raise _wrong(file, line, f"this is not valid YAML: {error.problem or error}") from error
    except yaml.YAMLError as error:
        raise _wrong(file, 1, f"this is not valid YAML: {error}") from error
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(file, node.start_mark.line + 1, "this is not a list of cases")
    return [_parse(file, part, entry) for entry in node.value]


def _parse(file: Path, part: str, node: yaml.Node) -> LocatedCase:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(file, line, "a case is a list of fields, each `name: value`")
    _check_fields(file, node)
    value = _construct(node)
    name = f"case {value['id']!r}: " if isinstance(value.get("id"), str) else ""
    try:
        case = Case.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        came = f", but {first['input']!r} came" if where and first["type"] not in ("missing", "value_error") else ""
        message = first["msg"].removeprefix("Value error, ")
        at = _line_of(node, first["loc"])
        raise _wrong(file, at, f"{name}{where + ': ' if where else ''}{message}{came}") from error
    return LocatedCase(case=case, file=file, line=line, part=part)


def _check_fields(file: Path, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in seen:
            raise _wrong(file, line, f"the field {name!r} stands twice")
        if name not in Case.model_fields:
            near = difflib.get_close_matches(name, Case.model_fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; fields are {', '.join(Case.model_fields)}"
            raise _wrong(file, line, f"there is no field {name!r}{hint}")
        seen.add(name)


def _construct(node: yaml.Node) -> dict[str, Any]:
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_document(node)
    finally:
        loader.dispose()
    return {str(key): entry for key, entry in value.items()}


def _line_of(node: yaml.Node, location: Sequence[int | str]) -> int:
    """Return the line of the field that a validation error points to, the case's own line where it is gone."""
    for step in location:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
    return int(node.start_mark.line) + 1


def _check_ids(found: Sequence[LocatedCase]) -> None:
    first: dict[str, LocatedCase] = {}
    for one in found:
        before = first.setdefault(one.case.id, one)
        if before is not one:
            raise _wrong(
                one.file, one.line, f"the id {one.case.id!r} is already used in {before.file}, line {before.line}"
            )


def _wrong(file: Path, line: int, problem: str) -> CaseFileError:
    return CaseFileError(f"{file}, line {line}: {problem}. Expected:\n{_FORM}")
