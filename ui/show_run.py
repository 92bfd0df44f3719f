"""An evaluation in the terminal: progress while it runs, then metrics, kinds, changes and what fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid
from rich.text import Text

from assistant.evaluation.compare import CaseChange, Change, Comparison
from assistant.evaluation.floors import Breach
from assistant.evaluation.markdown import change_text, percent, verdict
from assistant.evaluation.metrics import BY_NAME, METRICS, STAGES
from assistant.evaluation.results import Problem, Run, Summary

_KIND_COLUMNS = (
    ("passed", "passed"),
    ("all_facts", "facts"),
    ("source_any", "source"),
    ("source_first", "first"),
    ("abstention_recall", "refused"),
    ("wrongly_refused", "wrongly"),
)
MAX_WIDTH = 120
MAX_DETAIL = 220


class CaseProgress:
    """A progress bar over the cases, on stderr, gone when the work is done."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("Asking"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("cases", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, done: int, total: int) -> None:
        """Show how many cases were asked."""
        self._progress.update(self._task, completed=done, total=total)


def show_run(
    run: Run,
    *,
    comparison: Comparison | None = None,
    breaches: Sequence[Breach] = (),
    console: Console | None = None,
) -> None:
    """Print a run; with a comparison, what changed comes before what still fails."""
    console = console or _console()
    console.print(_metric_grid(run, comparison))
    console.print(_kind_grid(run))
    console.print(Text(_figures(run), style="dim"))
    known: set[str] = set()
    if comparison is not None:
        for change, style in ((Change.BROKEN, "red"), (Change.FIXED, "green"), (Change.CHANGED, "yellow")):
            _show_changes(console, change, comparison.of(change), style)
        known = {one.id for one in comparison.of(Change.BROKEN)}
    failing = [one for one in run.outcomes if not one.passed and one.id not in known]
    if failing:
        console.print(Text(f"\n{'Failing' if comparison is None else 'Still failing'} ({len(failing)})", style="bold"))
    for one in failing:
        console.print(Text.assemble((one.id, "bold"), " ", (" → ".join(one.asked), "dim")))
        _show_problems(console, one.problems)
    for breach in breaches:
        console.print(Text(str(breach), style="bold red"))
    is_good = not breaches and not (comparison is not None and comparison.of(Change.BROKEN))
    console.print(Text(f"\n{verdict(run, breaches, comparison)}", style="bold green" if is_good else "bold red"))


def _metric_grid(run: Run, comparison: Comparison | None) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD)
    grid.add_column("Metric")
    for column in ("Value", "95% interval", "Cases"):
        grid.add_column(column, justify="right")
    changes = {change.name: change for change in comparison.metrics} if comparison is not None else {}
    if changes:
        grid.add_column("Before", justify="right")
        grid.add_column("Change")
    for metric in METRICS:
        interval = run.summary.metrics.get(metric.name)
        if interval is None:
            continue
        value, low, high = (
            percent(one, as_percent=metric.percent) for one in (interval.value, interval.low, interval.high)
        )
        row = [metric.title, value, f"{low} – {high}", str(interval.cases)]
        change = changes.get(metric.name)
        if change is not None:
            row += [percent(change.difference.before, as_percent=metric.percent), change_text(change)]
        grid.add_row(*row, style="red" if change is not None and change.worse else None)
    return grid


def _kind_grid(run: Run) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD)
    grid.add_column("Kind")
    grid.add_column("cases", justify="right")
    for _, title in _KIND_COLUMNS:
        grid.add_column(title, justify="right")
    grid.add_column("words", justify="right")
    parts = run.by_part if len(run.by_part) > 1 else {}
    for name, summary in run.by_kind.items():
        grid.add_row(*_group_row(name, summary), end_section=bool(parts) and name == list(run.by_kind)[-1])
    for name, summary in parts.items():
        grid.add_row(*_group_row(name, summary))
    return grid


def _group_row(name: str, summary: Summary) -> Iterator[str]:
    yield name
    yield str(summary.cases)
    for metric, _ in _KIND_COLUMNS:
        interval = summary.metrics.get(metric)
        yield percent(interval.value if interval else None, as_percent=BY_NAME[metric].percent)
    words = summary.quantiles.get("words_p50")
    yield f"{words:.0f}" if words else "–"


def _figures(run: Run) -> str:
    found = run.summary.quantiles
    words = [
        f"{name} {found[f'words_{key}']:.0f}"
        for name, key in (("median", "p50"), ("p95", "p95"), ("most", "max"))
        if f"words_{key}" in found
    ]
    times = [
        f"{stage} {found[f'{stage}_ms_p50']:.1f}/{found[f'{stage}_ms_p95']:.1f}"
        for stage in STAGES
        if f"{stage}_ms_p50" in found
    ]
    return f"words: {', '.join(words)}; p50/p95 ms: {', '.join(times)}; {run.seconds:.1f} s"


def _show_changes(console: Console, change: Change, cases: Sequence[CaseChange], style: str) -> None:
    if cases:
        console.print(Text(f"\n{change.value.capitalize()} ({len(cases)})", style=f"bold {style}"))
    for one in cases:
        console.print(Text(one.id, style="bold"))
        console.print(Padding(Text(f"before: {one.before}", style="dim"), (0, 0, 0, 4), expand=False))
        console.print(Padding(Text(f"now:    {one.after}"), (0, 0, 0, 4), expand=False))
        _show_problems(console, one.problems)


def _show_problems(console: Console, problems: Sequence[Problem]) -> None:
    for problem in problems:
        detail = problem.detail if len(problem.detail) <= MAX_DETAIL else problem.detail[: MAX_DETAIL - 1] + "…"
        text = Text.assemble((problem.fault.value, "red"), f": {detail}")
        console.print(Padding(text, (0, 0, 0, 4), expand=False))


def _console() -> Console:
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, MAX_WIDTH) if console.is_terminal else MAX_WIDTH
    return console
