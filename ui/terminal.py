"""What the command line prints. In a terminal it wraps and colours; elsewhere it is plain text.

No text of an answer or an article is read as markup.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table as Grid
from rich.text import Text

from ui import texts
from ui.plain import one_line, split_items, was_resolved

if TYPE_CHECKING:
    from assistant.types import Answer, Citation, Statement, Table
    from ingest import IndexStatus
    from ingest.types import IndexReport

# Text is easiest to read in lines of about this length.
MAX_WIDTH = 100
PLAIN_WIDTH = 100_000
# Files that are named where more are not read.
_MOST_NAMED = 5


def end_on_ctrl_c() -> None:
    """Let Ctrl-C end the process at once, with exit code 130, unless the caller has it ignored.

    As an exception it can be lost in a library that is being imported, and native threads that are at work
    abort the interpreter on its way out. For commands that leave nothing half done when they are killed.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(_signal: int, _frame: FrameType | None) -> None:
    # A progress bar hides the cursor.
    sys.stderr.write("\x1b[?25h\n" if sys.stderr.isatty() else "\n")
    sys.stderr.flush()
    os._exit(128 + signal.SIGINT)


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        """Return the rate, or nothing while there is none."""
        rate = task.finished_speed or task.speed
        return Text(f"{rate:,.0f}/s" if rate else "")


class IngestProgress:
    """A progress bar a stage, on stderr, gone when the work is done."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(texts.STAGES.get(stage, stage), total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)


def show_report(report: IndexReport, others: Sequence[str] = (), console: Console | None = None) -> None:
    """Print what an ingest did, each file that it skipped, and the `others` of the folder, which are no articles."""
    console = console or _console()
    _show_pairs(
        console,
        [
            ("Index", str(report.index)),
            ("Snapshot", report.snapshot),
            ("Articles", f"{report.articles:,}"),
            ("Chunks", f"{report.chunks:,}"),
            ("Sentences", f"{report.sentences:,}"),
            ("Embedded", f"{report.embedded:,}"),
            ("Reused", f"{report.reused:,}"),
            ("Skipped", f"{len(report.skipped):,}"),
            ("Seconds", f"{report.seconds:.1f}"),
        ],
    )
    for skipped in report.skipped:
        console.print(Text.assemble(("Skipped ", "yellow"), (skipped.file, "bold"), f": {skipped.reason}"))
    if others:
        named = ", ".join(others[:_MOST_NAMED]) + (", ..." if len(others) > _MOST_NAMED else "")
        console.print(Text(f"Not read, being no Markdown, text, HTML, PDF or DOCX: {named}", style="dim"))


def show_status(index: Path, status: IndexStatus, console: Console | None = None) -> None:
    """Print the state of an index."""
    _show_pairs(
        console or _console(),
        [
            ("Index", str(index)),
            ("Snapshot", status.snapshot),
            ("Built at", status.built_at),
            ("Articles", f"{status.articles:,}"),
            ("Chunks", f"{status.chunks:,}"),
            ("Sentences", f"{status.sentences:,}"),
            ("Model", status.model),
            ("Previous", status.previous or "none"),
        ],
    )


def show_answer(answer: Answer, console: Console | None = None) -> None:
    """Print an answer: its statements with [n] marks, its table, its sources and what else can be asked."""
    console = console or _console()
    if was_resolved(answer):
        console.print(Text(f"{texts.UNDERSTOOD_AS}: {answer.query}", style="dim"))
    if answer.abstained:
        console.print(Text(answer.text, style="yellow"))
    if answer.checks is not None and answer.checks.note:
        console.print(Text(answer.checks.note, style="dim"))
    for statement in answer.statements:
        console.print(_marked(statement))
        console.print()
    if answer.table is not None:
        console.print(_grid(answer.table) if console.is_terminal else _plain_table(answer.table))
        console.print()
    if answer.citations:
        console.print(Text(texts.SOURCES, style="bold"))
        for citation in answer.citations:
            _show_source(console, citation)
    if answer.suggestions:
        console.print()
        console.print(Text(texts.TRY_INSTEAD if answer.abstained else texts.ASK_NEXT, style="bold"))
        for suggestion in answer.suggestions:
            console.print(Padding(Text(f"- {suggestion}"), (0, 0, 0, 2), expand=False))


def _console() -> Console:
    console = Console(highlight=False, emoji=False, markup=False)
    console.width = min(console.width, MAX_WIDTH) if console.is_terminal else PLAIN_WIDTH
    return console


def _show_pairs(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    for name, value in pairs:
        console.print(Text.assemble((f"{name:<10} ", "dim"), value))


def _marked(statement: Statement) -> Text:
    text = Text(statement.text)
    if statement.citations:
        text.append(" " + "".join(f"[{number}]" for number in statement.citations), style="cyan")
    return text


def _plain_table(table: Table) -> Text:
    """Return the table as Markdown, each row on one line."""
    lines = [table.columns, tuple("---" for _ in table.columns)]
    lines += [tuple(_in_cell(cell) for cell in row) for row in table.rows]
    return Text("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _in_cell(statement: Statement) -> str:
    prose = split_items(_marked(statement).plain)
    return " ".join([*prose.lead.split(), "; ".join(prose.items)]).strip().replace("|", r"\|")


def _grid(table: Table) -> Grid:
    grid = Grid(box=box.ROUNDED, show_lines=True)
    for column in table.columns:
        grid.add_column(Text(column), overflow="fold")
    for row in table.rows:
        grid.add_row(*(_marked(cell) for cell in row))
    return grid


def _show_source(console: Console, citation: Citation) -> None:
    where = " · ".join(part for part in (citation.title, citation.publisher, citation.heading) if part)
    console.print(Text.assemble((f"[{citation.number}] ", "cyan"), where))
    console.print(Padding(Text(f"“{one_line(citation.quote)}”", style="dim"), (0, 0, 0, 4), expand=False))
