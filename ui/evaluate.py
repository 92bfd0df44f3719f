"""The commands `bpo-kpo evaluate` and `bpo-kpo cases`: measure the answers, and make and check case files.

Exit codes of `evaluate`: 0 all is well; 1 a case broke, or a metric is out of its bounds, or, with neither a
baseline nor floors, a case fails; 2 the command cannot be carried out as given. `ui.cli` registers both.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

if TYPE_CHECKING:
    from assistant.evaluation.cases import LocatedCase
    from assistant.evaluation.compare import Comparison
    from assistant.evaluation.configuration import Configuration
    from assistant.evaluation.floors import Breach, Floors
    from assistant.evaluation.results import Run
    from assistant.support.measure import KindScore
    from assistant.types import Passage

cases_app = typer.Typer(help="Check, propose and convert case files.", no_args_is_help=True)

_STDOUT = Path("-")
DEFAULT_CASES = Path("tests/faq")
CasesArgument = Annotated[
    list[Path] | None, typer.Argument(help="Case files, or folders of them (tests/faq).", show_default=False)
]


def evaluate(
    cases: CasesArgument = None,
    index: Annotated[
        Path | None, typer.Option(help="Index to ask [BPO_KPO_INDEX, else var/index].", show_default=False)
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="Build a fresh index of this folder and ask that.", show_default=False)
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Open what this configuration file says.", show_default=False)
    ] = None,
    only: Annotated[str | None, typer.Option("-k", help="Only cases with this in their id or tags.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML page.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the whole run; - is stdout.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a pull-request comment; - is stdout.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="Compare with this saved run.")] = None,
    save_baseline: Annotated[Path | None, typer.Option(help="Save this run as a baseline.")] = None,
    floors: Annotated[Path | None, typer.Option(help="Bounds on metrics (floors.yaml in a folder of cases).")] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            help="Two of: configuration (YAML), saved run (JSON), or the writers extractive and llm.",
            show_default=False,
        ),
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Measure the check of sentences on these pairs (YAML).", show_default=False)
    ] = None,
    ragas: Annotated[Path | None, typer.Option(help="Write ragas samples as JSONL.")] = None,
    beir: Annotated[Path | None, typer.Option(help="Write a BEIR folder: corpus, queries, qrels, run.")] = None,
    stages: Annotated[
        bool | None,
        typer.Option("--stages/--no-stages", help="Measure retrieval with stages left out (with --report)."),
    ] = None,
) -> None:
    """Ask every case and show which answers are right, and what became better or worse."""
    from assistant.evaluation.cases import load_cases
    from assistant.evaluation.compare import as_baseline, load_run, save_run
    from assistant.evaluation.compare import compare as compare_runs
    from assistant.evaluation.floors import Floors, check_floors, load_floors
    from ingest.errors import AssistantError

    if sum(given is not None for given in (index, corpus, config, compare)) > 1:
        _stop("Give one of --index, --corpus, --config and --compare.")
    if compare is not None and (baseline is not None or save_baseline is not None):
        _stop("--compare does not go with --baseline or --save-baseline.")
    paths = cases or [DEFAULT_CASES]
    outputs = _Outputs(report=report, json=as_json, junit=junit, markdown=markdown, ragas=ragas, beir=beir)
    with_stages = stages if stages is not None else report is not None
    try:
        _make_places(report, as_json, junit, markdown, ragas, save_baseline)
        chosen = _choose(load_cases(paths), only)
        bounds_file = floors or (None if only else _floors_beside(paths))
        bounds = load_floors(bounds_file) if bounds_file is not None else Floors()
        before = load_run(baseline) if baseline is not None else None
        if compare is not None:
            before, _ = _run_or_load(compare[0], chosen, with_stages=False)
            run, passages = _run_or_load(compare[1], chosen, with_stages=with_stages)
        else:
            run, passages = _run(_configuration(index, corpus, config), chosen, with_stages=with_stages)
        if pairs is not None:
            run = run.model_copy(update={"check": _measure_check(pairs)})
        comparison = compare_runs(_part_of(before, run), run) if before is not None else None
        result = _Result(run=run, comparison=comparison, floors=bounds, breaches=check_floors(run, bounds))
        _write_outputs(outputs, result, passages)
        if save_baseline is not None:
            save_run(as_baseline(run), save_baseline)
    except (AssistantError, OSError) as error:
        _stop(str(error))
    _show(result, quiet=_STDOUT in (as_json, markdown))
    raise typer.Exit(_exit_code(result, is_gated=bounds_file is not None or baseline is not None))


@cases_app.command("check")
def check(cases: CasesArgument = None) -> None:
    """Read case files and say how many cases they hold; a wrong file is named with its line."""
    from assistant.evaluation.cases import load_cases
    from ingest.errors import AssistantError

    try:
        found = load_cases(cases or [DEFAULT_CASES])
    except AssistantError as error:
        _stop(str(error))
    files = len({one.file for one in found})
    typer.echo(f"{len(found)} cases in {files} file{'s' * (files != 1)} are in order.")


@cases_app.command("schema")
def schema() -> None:
    """Print the JSON Schema of case files, for editors to complete from."""
    from assistant.evaluation.cases import schema_text

    typer.echo(schema_text(), nl=False)


@cases_app.command("from-corpus")
def from_corpus(
    corpus: Annotated[Path | None, typer.Option(help="Folder of the articles [BPO_KPO_CORPUS, else corpus].")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write (stdout).")] = None,
) -> None:
    """Propose a case for each question in the FAQ sections of a corpus."""
    from assistant.evaluation.propose import proposal_text, propose_cases
    from ingest.errors import AssistantError
    from ui.settings import load_settings

    try:
        found = propose_cases(load_settings(corpus=corpus).corpus)
    except AssistantError as error:
        _stop(str(error))
    if not found:
        _stop("The corpus has no FAQ sections: no heading in it is a question.")
    _write(output or _STDOUT, proposal_text(found))


@cases_app.command("from-ragas")
def from_ragas(
    samples: Annotated[Path, typer.Argument(help="ragas samples as JSONL.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write (stdout).")] = None,
) -> None:
    """Make a case of each ragas sample that has a reference."""
    from assistant.evaluation.cases import dump_cases
    from assistant.evaluation.exports import cases_from_ragas, read_ragas
    from ingest.errors import AssistantError

    try:
        found = cases_from_ragas(read_ragas(samples))
    except AssistantError as error:
        _stop(str(error))
    if not found:
        _stop(f"No sample in {samples} has a reference.")
    _write(output or _STDOUT, dump_cases(found))


class _Outputs(NamedTuple):
    """Files to write; None for those not wanted."""

    report: Path | None
    json: Path | None
    junit: Path | None
    markdown: Path | None
    ragas: Path | None
    beir: Path | None


class _Result(NamedTuple):
    """A run with what it was held against."""

    run: Run
    comparison: Comparison | None
    floors: Floors
    breaches: tuple[Breach, ...]


def _make_places(*files: Path | None) -> None:
    """Make the folders that are written to: one that cannot be written is told before the run, not after it."""
    for file in files:
        if file is None or file == _STDOUT:
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir() or not os.access(file.parent, os.W_OK):
            _stop(f"{file} cannot be written. Give a file in a folder of yours.")


def _choose(cases: Sequence[LocatedCase], only: str | None) -> list[LocatedCase]:
    words = (only or "").lower()
    chosen = [one for one in cases if words in " ".join([one.case.id, *one.case.tags]).lower()]
    if not chosen:
        _stop(f"No case has {only!r} in its id or tags.")
    return chosen


def _floors_beside(paths: Sequence[Path]) -> Path | None:
    return next((path / "floors.yaml" for path in paths if (path / "floors.yaml").is_file()), None)


def _configuration(index: Path | None, corpus: Path | None, config: Path | None) -> Configuration:
    from assistant.evaluation.configuration import Configuration, load_configuration
    from assistant.settings import AnswerSettings
    from ingest.settings import IngestSettings
    from ui.settings import load_settings

    if config is not None:
        return load_configuration(config)
    settings = load_settings(index=index)
    # Without a word of it, the precision in which every machine computes the same: runs are compared.
    precision = settings.precision if settings.precision != "auto" else "float32"
    ingest = IngestSettings(precision=precision)
    answer = AnswerSettings(precision=precision)
    if corpus is not None:
        return Configuration(corpus=corpus, ingest=ingest, answer=answer)
    return Configuration(index=settings.index, ingest=ingest, answer=answer)


def _by_writer(name: str) -> Configuration:
    """Return the configured index, its answers quoted ("extractive") or worded by the configured model ("llm")."""
    from ingest.errors import SettingsError
    from ui.settings import load_settings

    configuration = _configuration(None, None, None)
    model = load_settings().language_model
    if name == "llm" and model is None:
        raise SettingsError("--compare llm needs a language model. Set BPO_KPO_LLM, and try it: bpo-kpo llm check")
    answer = configuration.answer.model_copy(update={"llm": model if name == "llm" else None})
    return configuration.model_copy(update={"name": name, "answer": answer})


def _measure_check(pairs: Path) -> tuple[KindScore, ...]:
    from assistant import AnswerSettings
    from assistant.sides import SideFinder
    from assistant.support.entailment import load_entailment
    from assistant.support.meaning import Reader
    from assistant.support.measure import measure_pairs
    from assistant.support.pairs import load_pairs
    from ingest.domain import load_domain
    from ingest.embed import Embedder
    from ui.settings import load_settings

    finder = SideFinder(load_domain(load_settings().corpus))
    return measure_pairs(load_pairs(pairs), finder, Reader(Embedder.load(AnswerSettings().model), load_entailment()))


def _run(
    configuration: Configuration, cases: Sequence[LocatedCase], *, with_stages: bool
) -> tuple[Run, tuple[Passage, ...]]:
    from assistant.evaluation.configuration import opened
    from assistant.evaluation.run import evaluate as run_cases
    from ui.show_run import CaseProgress

    with opened(configuration) as it, CaseProgress() as progress:
        run = run_cases(
            it.assistant,
            cases,
            setup=it.setup,
            corpus_passages=it.passages,
            embed=it.embedder.encode,
            stages=it.stages() if with_stages else (),
            progress=progress.show,
        )
        return run, it.passages


def _run_or_load(file: Path, cases: Sequence[LocatedCase], *, with_stages: bool) -> tuple[Run, tuple[Passage, ...]]:
    from assistant.evaluation.compare import load_run
    from assistant.evaluation.configuration import load_configuration

    if file.suffix == ".json":
        return load_run(file), ()
    if file.name in ("extractive", "llm") and not file.exists():
        return _run(_by_writer(file.name), cases, with_stages=with_stages)
    return _run(load_configuration(file), cases, with_stages=with_stages)


def _part_of(before: Run, run: Run) -> Run:
    """Return the earlier run without the cases that this one left out on purpose."""
    asked = {one.id for one in run.outcomes}
    return before.model_copy(update={"outcomes": tuple(one for one in before.outcomes if one.id in asked)})


def _write_outputs(outputs: _Outputs, result: _Result, passages: Sequence[Passage]) -> None:
    run, comparison, breaches = result.run, result.comparison, result.breaches
    if outputs.report is not None:
        from assistant.evaluation.report import to_html

        page = to_html(run, comparison=comparison, floors=result.floors, breaches=breaches)
        _write(outputs.report, page)
    if outputs.json is not None:
        _write(outputs.json, run.model_dump_json(indent=1) + "\n")
    if outputs.junit is not None:
        from assistant.evaluation.junit import to_junit

        _write(outputs.junit, to_junit(run, comparison))
    if outputs.markdown is not None:
        from assistant.evaluation.markdown import to_markdown

        _write(outputs.markdown, to_markdown(run, breaches=breaches, comparison=comparison))
    if outputs.ragas is not None:
        from assistant.evaluation.exports import ragas_samples, write_ragas

        write_ragas(ragas_samples(run), outputs.ragas)
    if outputs.beir is not None:
        from assistant.evaluation.exports import write_beir

        write_beir(run, passages, outputs.beir)


def _show(result: _Result, *, quiet: bool) -> None:
    if not quiet:
        from ui.show_run import show_run

        show_run(result.run, comparison=result.comparison, breaches=result.breaches)


def _exit_code(result: _Result, *, is_gated: bool) -> int:
    from assistant.evaluation.compare import Change

    if result.breaches or (result.comparison is not None and result.comparison.of(Change.BROKEN)):
        return 1
    return (
        0 if is_gated or result.comparison is not None or result.run.summary.passed == result.run.summary.cases else 1
    )


def _write(file: Path, text: str) -> None:
    if file == _STDOUT:
        sys.stdout.write(text)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _stop(message: str) -> NoReturn:
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(2)


def main() -> None:
    """Run the two commands alone: `python -m ui.evaluate run` and `python -m ui.evaluate cases`."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.command("run")(evaluate)
    app.add_typer(cases_app, name="cases")
    app()


if __name__ == "__main__":
    main()
