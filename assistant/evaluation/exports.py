"""Write and read the forms of the field: ragas' single-turn samples as JSONL, BEIR's collections, qrels and runs.

Formats: ragas.dataset_schema.SingleTurnSample (docs.ragas.io); BEIR's corpus.jsonl, queries.jsonl and
qrels/*.tsv (github.com/beir-cellar/beir); runs are TREC's six columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.evaluation.cases import Case
from assistant.evaluation.metrics import plain_text
from assistant.evaluation.results import Run
from assistant.evaluation.retrieval import Qrels, Ranking, judge, passage_id, ranking_of
from assistant.types import Passage
from ingest.errors import AssistantError

_QRELS_HEADER = "query-id\tcorpus-id\tscore"


class ExportError(AssistantError):
    """A file to import is wrong; the message names the file, the line and the expected form."""


class RagasSample(BaseModel):
    """ragas' SingleTurnSample, the fields that apply to an answer over articles. Others are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    user_input: str
    retrieved_contexts: tuple[str, ...] | None = None
    reference_contexts: tuple[str, ...] | None = None
    response: str | None = None
    reference: str | None = None


def ragas_samples(run: Run) -> list[RagasSample]:
    """Return a sample for each case that was answered; a follow-up's question is the query it became."""
    return [
        RagasSample(
            user_input=one.answer.query if len(one.asked) > 1 else one.asked[0],
            retrieved_contexts=tuple(passage.quote for passage in one.passages),
            response=plain_text(one.answer),
            reference=one.reference,
        )
        for one in run.outcomes
        if one.answer is not None
    ]


def write_ragas(samples: Iterable[RagasSample], file: Path) -> None:
    """Write samples as JSONL; fields that a sample lacks are left out."""
    lines = [sample.model_dump_json(exclude_none=True) for sample in samples]
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def read_ragas(file: Path) -> list[RagasSample]:
    """Read samples from JSONL.

    Raises:
        ExportError: a line is not a sample.
    """
    samples = []
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            samples.append(RagasSample.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ExportError(
                f"{file}, line {number}: {where + ': ' if where else ''}{first['msg']}. Expected one JSON object "
                'a line: {"user_input": "...", "reference": "..."}'
            ) from error
    return samples


def cases_from_ragas(samples: Sequence[RagasSample], prefix: str = "ragas") -> list[Case]:
    """Return a case for each sample with a reference; its facts and sources are for a person to add."""
    width = len(str(len(samples)))
    return [
        Case(id=f"{prefix}-{number:0{width}d}", question=sample.user_input, reference=sample.reference)
        for number, sample in enumerate(samples, start=1)
        if sample.reference
    ]


def write_beir(run: Run, passages: Sequence[Passage], folder: Path) -> None:
    """Write corpus.jsonl, queries.jsonl, qrels/test.tsv and run.trec for the judged cases.

    Args:
        run: whose retrieval to write.
        passages: all passages of the index.
        folder: made when it does not exist.
    """
    qrels = judge(run.outcomes, passages)
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    _write_jsonl(
        folder / "corpus.jsonl",
        ({"_id": passage_id(p), "title": f"{p.title} > {p.heading}", "text": p.quote} for p in passages),
    )
    queries = {one.id: one.answer.query for one in run.outcomes if one.answer is not None and one.id in qrels}
    _write_jsonl(folder / "queries.jsonl", ({"_id": case_id, "text": text} for case_id, text in queries.items()))
    rows = [f"{case_id}\t{name}\t{grade}" for case_id, names in qrels.items() for name, grade in names.items()]
    (folder / "qrels" / "test.tsv").write_text("\n".join([_QRELS_HEADER, *rows]) + "\n", encoding="utf-8")
    write_trec_run({k: v for k, v in ranking_of(run.outcomes).items() if k in qrels}, folder / "run.trec")


def write_trec_run(ranking: Ranking, file: Path, tag: str = "bpo-kpo") -> None:
    """Write a run: query, Q0, document, rank from 1, score, tag."""
    with file.open("w", encoding="utf-8") as out:
        for query, scores in ranking.items():
            best_first = sorted(scores.items(), key=lambda entry: -entry[1])
            for rank, (name, score) in enumerate(best_first, start=1):
                out.write(f"{query} Q0 {name} {rank} {score!r} {tag}\n")


def read_qrels(file: Path) -> Qrels:
    """Read BEIR's qrels; grades of 0 are kept.

    Raises:
        ExportError: a line is not of three columns with a whole grade.
    """
    qrels: Qrels = {}
    for number, line in enumerate(_lines(file), start=1):
        if (number == 1 and line == _QRELS_HEADER) or not line.strip():
            continue
        try:
            query, name, grade = line.split("\t")
            qrels.setdefault(query, {})[name] = int(grade)
        except ValueError as error:
            raise ExportError(f"{file}, line {number}: {line!r}. Expected: {_QRELS_HEADER!r}, tabs between") from error
    return qrels


def read_trec_run(file: Path) -> Ranking:
    """Read a TREC run.

    Raises:
        ExportError: a line is not of six columns with a score.
    """
    ranking: Ranking = {}
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            query, _q0, name, _rank, score, _tag = line.split()
            ranking.setdefault(query, {})[name] = float(score)
        except ValueError as error:
            raise ExportError(
                f"{file}, line {number}: {line!r}. Expected six columns: query Q0 document rank score tag"
            ) from error
    return ranking


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise ExportError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ExportError(f"{file} is not UTF-8 text (byte {error.start}).") from error


def _write_jsonl(file: Path, entries: Iterable[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
