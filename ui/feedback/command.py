"""The command `bpo-kpo feedback report`; `ui.cli` registers it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ui.feedback.report import Complaint

feedback_app = typer.Typer(help="See what readers asked in vain, and what they disliked.", no_args_is_help=True)


@feedback_app.callback()
def _group() -> None:
    # With one command alone, typer would take it for the group.
    pass


@feedback_app.command("report")
def report(
    cases: Annotated[
        Path | None, typer.Option("--cases", help="Write them as proposed cases for `bpo-kpo evaluate`.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many questions to list.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    database: Annotated[
        str | None, typer.Option("--database", help="Database URL [BPO_KPO_FEEDBACK, else sqlite:///var/feedback.db].")
    ] = None,
) -> None:
    """List unanswered and disliked questions, the most frequent first."""
    from ingest.errors import SettingsError
    from ui.feedback.report import complaints, proposal_text, propose
    from ui.feedback.store import OFF, FeedbackStore
    from ui.settings import load_settings

    url = load_settings(feedback=database).feedback
    if url == OFF:
        raise SettingsError("Feedback is switched off (BPO_KPO_FEEDBACK=off). Give a database: --database URL")
    store = FeedbackStore(url)
    try:
        found = complaints(store)[:most]
    finally:
        store.close()
    if as_json:
        entries = [
            {name: getattr(one, name) for name in ("question", "times", "unanswered", "disliked", "liked", "comments")}
            for one in found
        ]
        sys.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    else:
        _show(found)
    if cases is not None:
        cases.parent.mkdir(parents=True, exist_ok=True)
        cases.write_text(proposal_text(propose(found)), encoding="utf-8")
        typer.echo(f"{len(found)} proposed case{'s' * (len(found) != 1)} written to {cases}.", err=True)


def _show(found: list[Complaint]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not found:
        console.print("No question went unanswered and no answer was disliked.")
        return
    table = Table(box=None, pad_edge=False)
    for name, justify in (("Unanswered", "right"), ("Disliked", "right"), ("Question", "left")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for one in found:
        told = Text(one.question)
        for comment in one.comments:
            told.append(f"\n“{comment}”", style="dim")
        table.add_row(str(one.unanswered or "–"), str(one.disliked or "–"), told)
    console.print(table)
