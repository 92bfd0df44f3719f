"""The command line: `bpo-kpo ingest | ask | serve | evaluate | cases | feedback | index | llm`.

Heavy imports are inside the commands, so that `--help` answers at once. What cannot be done is said in one
line on stderr with exit code 1; wrong arguments give exit code 2.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ui.evaluate import cases_app, evaluate
from ui.feedback.command import feedback_app
from ui.llm import llm_app

if TYPE_CHECKING:
    from ui.settings import Settings


class _Group(TyperGroup):
    """Shows an error that is meant for users as one line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from ingest.errors import AssistantError

            if not isinstance(error, AssistantError):
                raise
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    name="bpo-kpo",
    cls=_Group,
    help="Ask a small library of articles about BPO and KPO; every sentence of an answer is cited.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
index_app = typer.Typer(help="Look at the index, or go back to the one before.", no_args_is_help=True)
app.add_typer(index_app, name="index")
app.command()(evaluate)
app.add_typer(cases_app, name="cases")
app.add_typer(llm_app, name="llm")
app.add_typer(feedback_app, name="feedback")

CorpusOption = Annotated[
    Path | None, typer.Option("--corpus", help="Folder of the articles [BPO_KPO_CORPUS, else corpus].")
]
IndexOption = Annotated[
    Path | None, typer.Option("--index", help="Folder of the index [BPO_KPO_INDEX, else var/index].")
]


def main() -> None:
    """Run the command line."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from ui.version import version

        typer.echo(f"bpo-kpo {version()}")
        raise typer.Exit


@app.callback()
def _options(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    pass


@app.command()
def ingest(corpus: CorpusOption = None, index: IndexOption = None) -> None:
    """Read the articles and build the index. Exit code 1 when files had to be skipped."""
    settings = _settings(corpus=corpus, index=index)
    from ingest import build_index
    from ingest.articles import other_files
    from ui.terminal import IngestProgress, end_on_ctrl_c, show_report

    end_on_ctrl_c()
    with IngestProgress() as progress:
        report = build_index(settings.corpus, settings.index, settings=settings.ingest, progress=progress.show)
    show_report(report, other_files(settings.corpus))
    if report.skipped:
        raise typer.Exit(1)


@app.command()
def ask(
    words: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="The question; in quotes, where it has signs.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    index: IndexOption = None,
) -> None:
    """Answer a question, every statement with its source."""
    settings = _settings(index=index)
    from assistant import Assistant
    from assistant.question import clean_question
    from ui.terminal import end_on_ctrl_c, show_answer

    end_on_ctrl_c()
    question = " ".join(words)
    # A question that cannot be asked is refused before the model is loaded.
    clean_question(question, settings.max_question_chars)
    answer = Assistant.open(settings.index, settings=settings.answer).ask(question)
    if as_json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
    else:
        show_answer(answer)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [BPO_KPO_HOST, else 127.0.0.1].")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one [BPO_KPO_PORT, else 7860].")
    ] = None,
    index: IndexOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Serve the chat and the HTTP API; build the index first where there is none."""
    settings = _settings(host=host, port=port, index=index, corpus=corpus)
    from ui.server import serve as run

    def say(url: str) -> None:
        typer.echo(f"Open {url} in a browser. Ctrl-C stops the server.", err=True)

    run(settings, on_listening=say)


@index_app.command("status")
def index_status(index: IndexOption = None) -> None:
    """Show what the index in use holds."""
    settings = _settings(index=index)
    from ingest import index_status as read_status
    from ui.terminal import show_status

    show_status(settings.index, read_status(settings.index, settings.where))


@index_app.command("rollback")
def index_rollback(index: IndexOption = None) -> None:
    """Make the index before the one in use current again."""
    settings = _settings(index=index)
    from ingest import rollback
    from ui.terminal import show_status

    show_status(settings.index, rollback(settings.index, settings.where))


def _settings(**given: object) -> Settings:
    from ui.settings import load_settings

    return load_settings(**given)
