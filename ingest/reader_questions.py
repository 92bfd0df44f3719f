"""Read the questions that readers ask and that a sentence of the corpus answers, where the corpus has written them.

`questions/<article id>.yaml` beside the articles lists sentences, verbatim, each with questions in readers' own
words. They help to find the sentence and are never shown as an answer; a corpus without them works. An entry
whose sentence is no longer in the article is reported, so that the two cannot drift apart unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ingest.types import Chunk, Skipped

QUESTIONS_FOLDER = "questions"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str = Field(min_length=1)
    asked: tuple[str, ...] = Field(min_length=1)


_ENTRIES = TypeAdapter(tuple[_Entry, ...])


@dataclass(frozen=True, slots=True)
class ReaderQuestions:
    """Questions by article id and sentence, the files they came from, a digest of those, and what was left out."""

    by_sentence: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sha256: str = ""
    skipped: tuple[Skipped, ...] = ()

    def of(self, article_id: str, sentence: str) -> tuple[str, ...]:
        """Return the questions that a sentence (its text without Markdown marks) answers; () where none are."""
        return self.by_sentence.get((article_id, _one_line(sentence)), ())

    def unmatched(self, chunks: Sequence[Chunk]) -> tuple[Skipped, ...]:
        """Return the entries whose article or sentence is not among the chunks."""
        there = {(chunk.article_id, _one_line(s.text)) for chunk in chunks for s in chunk.sentences}
        lost: dict[str, list[str]] = {}
        for article_id, sentence in self.by_sentence:
            if (article_id, sentence) not in there:
                lost.setdefault(article_id, []).append(sentence)
        return tuple(Skipped(self.files[key], _lost_reason(key, sentences)) for key, sentences in lost.items())


def read_reader_questions(corpus: Path) -> ReaderQuestions:
    """Read all question files of a corpus; a file that is not as it should be is skipped with the reason."""
    by_sentence: dict[tuple[str, str], tuple[str, ...]] = {}
    files: dict[str, str] = {}
    skipped: list[Skipped] = []
    digest = hashlib.sha256()
    for path in sorted((corpus / QUESTIONS_FOLDER).glob("*.yaml")):
        name = path.relative_to(corpus).as_posix()
        try:
            data = path.read_bytes()
            entries = _ENTRIES.validate_python(yaml.safe_load(data.decode("utf-8")) or ())
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            skipped.append(Skipped(name, f"it cannot be read as YAML: {error}"))
            continue
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            skipped.append(Skipped(name, f"{where}: {first['msg']}. Expected a list of entries with answer and asked"))
            continue
        digest.update(name.encode() + data)
        files[path.stem] = name
        for entry in entries:
            by_sentence[(path.stem, _one_line(entry.answer))] = tuple(dict.fromkeys(entry.asked))
    return ReaderQuestions(by_sentence, files, digest.hexdigest() if files else "", tuple(skipped))


def _lost_reason(article_id: str, sentences: Sequence[str]) -> str:
    more = f" and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    return f"{article_id} has no sentence “{sentences[0]}”{more}; change the entry to the sentence as it is now"


def _one_line(text: str) -> str:
    return " ".join(text.split())
