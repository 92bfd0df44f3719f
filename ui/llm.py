"""The command `bpo-kpo llm check`: one call to the configured language model, and what came of it."""

from __future__ import annotations

import typer

llm_app = typer.Typer(help="Check the language model that words the answers.", no_args_is_help=True)


@llm_app.callback()
def _options() -> None:
    pass


@llm_app.command("check")
def check() -> None:
    """Ask the configured model once and say what works, how fast, and what is wrong. Exit code 1 when it fails."""
    import time

    from ui.settings import load_settings

    settings = load_settings().language_model
    if settings is None:
        typer.echo(
            "No language model is configured: answers are quoted. Set BPO_KPO_LLM, for example openai:gpt-5-mini."
        )
        raise typer.Exit(1)
    from langchain_core.messages import HumanMessage

    from assistant.llm.model import Model, ModelFailed, Usage

    where = f" at {settings.base_url}" if settings.base_url else ""
    typer.echo(f"Model    {settings.model}{where}")
    typer.echo(
        f"Key      {'BPO_KPO_LLM_KEY' if settings.key else 'none' if settings.base_url else 'from the provider'}"
    )
    model, usage = Model(settings), Usage()
    began = time.perf_counter()
    first: float | None = None
    said = ""
    try:
        for part in model.stream(
            [HumanMessage("In one short sentence: what is outsourcing?")], settings.timeout, usage
        ):
            first = first or time.perf_counter() - began
            said += part
    except ModelFailed as failure:
        after = time.perf_counter() - began
        typer.echo(
            f"Error: after {after:.1f} s of at most {settings.timeout:.0f} s: {failure}. {_mending(settings.base_url)}",
            err=True,
        )
        raise typer.Exit(1) from None
    total = time.perf_counter() - began
    typer.echo(f"Says     {' '.join(said.split())[:200]}")
    typer.echo(
        f"Speed    first words after {first or total:.2f} s, all after {total:.2f} s, "
        f"{len(said) / total:.0f} characters a second"
    )
    counted = f"{usage.prompt} in, {usage.completion} out" if usage.completion else "not told by the server"
    typer.echo(f"Tokens   {counted}")
    typer.echo("The model works. Every sentence that it writes is checked before it is shown.")


def _mending(base_url: str | None) -> str:
    where = f"that a server listens at {base_url}" if base_url else "the network and the provider's key"
    return f"Check BPO_KPO_LLM and {where}. Until it works, answers are quoted."
