"""The chat page, in Gradio: how its parts are put together and what happens when a question is asked.

The conversation is one HTML component with our own markup (see `conversation`), so that citations, tables and
an abstention look and read as they should. Importing this module takes seconds (Gradio); `late_chat` does it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI
from markupsafe import Markup

from ingest.errors import QuestionError
from ui import texts
from ui.conversation import Exchange, history, render_conversation
from ui.front_page import FrontPage
from ui.pages import asset, render

if TYPE_CHECKING:
    from assistant import Assistant

# Questions that are answered at the same time, and that may wait.
CONCURRENT = 4
WAITING = 64

Exchanges = tuple[Exchange, ...]

_logger = logging.getLogger(__name__)


def build_chat(assistant: Assistant, *, max_question_chars: int) -> FastAPI:
    """Return the chat as an application to be mounted at `/`."""
    blocks = _build_page(assistant, max_question_chars)
    blocks.queue(default_concurrency_limit=CONCURRENT, max_size=WAITING, api_open=False)
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(docs_url=None, redoc_url=None, openapi_url=None),
        blocks,
        path="/",
        theme=_theme(),
        footer_links=[],
        run_history=False,
        show_error=True,
        ssr_mode=False,
        max_file_size=1,
        app_kwargs={"docs_url": None, "redoc_url": None},
    )
    style = Markup(asset("tokens.css") + asset("chat.css"))
    app.add_middleware(FrontPage, head=render("head.html", style=style, domain=assistant.domain))
    return app


def answer_question(assistant: Assistant, question: str, before: Exchanges) -> Iterator[Exchange]:
    """Yield the question as asked, then the same with its answer or with what went wrong."""
    yield Exchange(question)
    try:
        yield Exchange(question, answer=assistant.ask(question, history=history(before)))
    except QuestionError as error:
        yield Exchange(question, problem=str(error))
    except Exception:
        _logger.exception("the chat could not answer a question")
        yield Exchange(question, problem=texts.FAILED_DETAIL, retry=True)


def _build_page(assistant: Assistant, max_question_chars: int) -> Any:
    domain = assistant.domain

    def respond(question: str, before: Exchanges) -> Iterator[tuple[str, str, Exchanges]]:
        question = question.strip()
        if not question:
            yield render_conversation(domain, before), "", before
            return
        for exchange in answer_question(assistant, question, before):
            exchanges = (*before, exchange)
            yield render_conversation(domain, exchanges), "", exchanges

    def respond_to_button(before: Exchanges, event: gr.EventData) -> Iterator[tuple[str, str, Exchanges]]:
        yield from respond(str(event.question), before)

    def start_over() -> tuple[str, str, Exchanges]:
        return render_conversation(domain, ()), "", ()

    with gr.Blocks(title=domain.title, analytics_enabled=False, fill_width=True) as blocks:
        exchanges = gr.State(())
        with gr.Row(elem_id="top"):
            gr.HTML(render("top.html", title=domain.title), apply_default_css=False, js_on_load=None)
            new_chat = gr.Button(texts.NEW_CHAT, elem_id="new-chat", size="sm", scale=0)
        log = gr.HTML(
            render_conversation(domain, ()),
            elem_id="conversation",
            js_on_load=asset("chat.js"),
            apply_default_css=False,
        )
        with gr.Row(elem_id="composer"):
            question = gr.Textbox(
                elem_id="question",
                label=texts.QUESTION,
                placeholder=texts.PLACEHOLDER,
                lines=1,
                max_lines=6,
                max_length=max_question_chars,
                container=False,
                scale=1,
            )
            send = gr.Button(texts.SEND, variant="primary", elem_id="send", scale=0, min_width=88)
        shown = [log, question, exchanges]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        gr.on([question.submit, send.click], respond, [question, exchanges], shown, **quiet)
        log.ask(respond_to_button, [exchanges], shown, **quiet)
        new_chat.click(start_over, None, shown, **quiet)
    return blocks


def _theme() -> Any:
    """Return a theme of the system's own fonts and the colours of tokens.css."""
    theme = gr.themes.Base(font=["var(--sans)"], font_mono=["var(--mono)"], text_size="lg", radius_size="md")
    colours = {
        "body_background_fill": "var(--ground)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--muted)",
        "background_fill_primary": "var(--surface)",
        "background_fill_secondary": "var(--raised)",
        "border_color_primary": "var(--line)",
        "input_background_fill": "var(--surface)",
        "input_border_color": "var(--line-strong)",
        "input_border_color_focus": "var(--accent)",
        "input_placeholder_color": "var(--muted)",
        "button_primary_background_fill": "var(--accent)",
        "button_primary_background_fill_hover": "var(--accent)",
        "button_primary_text_color": "var(--accent-ink)",
        "button_secondary_background_fill": "var(--surface)",
        "button_secondary_background_fill_hover": "var(--raised)",
        "button_secondary_text_color": "var(--ink)",
        "button_secondary_border_color": "var(--line)",
    }
    return theme.set(**{name + suffix: value for name, value in colours.items() for suffix in ("", "_dark")})
