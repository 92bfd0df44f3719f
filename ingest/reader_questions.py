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
from ingest.yaml_loader import YamlLoader, yaml_files

QUESTIONS_FOLDER = "questions"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str = Field(min_length=1)
    asked: tuple[str, ...] = Field(min_length=1)


_ENTRIES = TypeAdapter(tuple[_Entry, ...])


@dataclass(frozen=True, slots=True)
class ReaderQuestions:
    """Questions by article id and sentence, each article's file and its digest, and what was left out."""

    by_sentence: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()

    def of(self, article_id: str, sentence: str) -> tuple[str, ...]:
        """Return the questions that a sentence (its text without Markdown marks) answers; () where none are."""
        return self.by_sentence.get((article_id, _one_line(sentence)), ())

    def of_chunk(self, chunk: Chunk) -> list[tuple[str, ...]]:
        """Return the questions that each of a chunk's sentences answers."""
        return [self.of(chunk.article_id, sentence.text) for sentence in chunk.sentences]

    def digest(self, article_id: str, sha256: str) -> str:
        """Return a digest of an article, whose own is `sha256`, with its questions; its own where it has none."""
        own = self.digests.get(article_id)
        return sha256 if own is None else hashlib.sha256(f"{sha256} {own}".encode()).hexdigest()

    def unmatched(self, article_id: str, chunks: Sequence[Chunk]) -> tuple[Skipped, ...]:
        """Return what is to be said of the entries whose sentence is not among an article's chunks."""
        there = {_one_line(sentence.text) for chunk in chunks for sentence in chunk.sentences}
        lost = [sentence for key, sentence in self.by_sentence if key == article_id and sentence not in there]
        return (Skipped(self.files[article_id], _lost_reason(article_id, lost)),) if lost else ()


def read_reader_questions(corpus: Path) -> ReaderQuestions:
    """Read all question files of a corpus; a file that is not as it should be is skipped with the reason."""
    by_sentence: dict[tuple[str, str], tuple[str, ...]] = {}
    files: dict[str, str] = {}
    skipped: list[Skipped] = []
    digests: dict[str, str] = {}
    for path in yaml_files(corpus / QUESTIONS_FOLDER):
        name = path.relative_to(corpus).as_posix()
        if path.stem in files:
            skipped.append(Skipped(name, f"{files[path.stem]} is of the same article; put both into one file"))
            continue
        try:
            data = path.read_bytes()
            entries = _ENTRIES.validate_python(yaml.load(data.decode("utf-8"), Loader=YamlLoader) or ())
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            skipped.append(Skipped(name, f"it cannot be read as YAML: {error}"))
            continue
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            skipped.append(Skipped(name, f"{where}: {first['msg']}. Expected a list of entries with answer and asked"))
            continue
        digests[path.stem] = hashlib.sha256(data).hexdigest()
        files[path.stem] = name
        for entry in entries:
            by_sentence[(path.stem, _one_line(entry.answer))] = tuple(dict.fromkeys(entry.asked))
    return ReaderQuestions(by_sentence, files, digests, tuple(skipped))


def _lost_reason(article_id: str, sentences: Sequence[str]) -> str:
    more = f" and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    return f"{article_id} has no sentence “{sentences[0]}”{more}; change the entry to the sentence as it is now"


def _one_line(text: str) -> str:
    return " ".join(text.split())
