"""The chat page, in Gradio: its places, its field and its buttons.

What happens in the conversation happens in the browser (`ui/browser`, from `main.js` on): it asks the same HTTP
API as every other program and shows an answer part by part. Conversations are kept in the browser alone.
Importing this module takes seconds (Gradio); `late_chat` does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi import FastAPI
from markupsafe import Markup

from assistant.disagree import LEAD
from ui import texts
from ui.browser_files import MAIN, browser_files_router, script_address, scripts
from ui.feedback.store import OFF
from ui.front_page import FrontPage
from ui.no_page import NoPage
from ui.pages import asset, render

if TYPE_CHECKING:
    from ingest.domain import Domain
    from ui.backend import Backend
    from ui.settings import Settings

# Seconds without a sign from the server after which a question is given up: three of its signs of life.
PATIENCE_SECONDS = 45

# Gradio hands over what was typed and shows what comes back: nothing, once the question is asked.
_SEND = "(question) => window.bpoKpoSend(question)"


def build_chat(backend: Backend, settings: Settings) -> FastAPI:
    """Return the chat as an application to be mounted at `/`. The assistant is open."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(browser_files_router())
    gr.mount_gradio_app(
        app,
        _build_page(backend.assistant().domain, settings.max_question_chars),
        path="/",
        theme=_theme(),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        max_file_size=1,
        app_kwargs={"docs_url": None, "redoc_url": None},
    )
    style = Markup(asset("tokens.css") + asset("browser/chat.css"))
    addresses = [script_address(name) for name in scripts()]

    def head() -> str:
        # The index in use can become another while the server runs, and with it the starter questions.
        domain = backend.assistant().domain
        return render("head.html", style=style, scripts=addresses, domain=domain, data=page_data(domain, settings))

    app.add_middleware(FrontPage, head=head)
    app.add_middleware(NoPage)
    return app


def page_data(domain: Domain, settings: Settings) -> dict[str, object]:
    """Return what the page knows of its server, as JSON."""
    return {
        "texts": {name: value for name, value in vars(texts).items() if name.isupper()},
        "title": domain.title,
        "greeting": domain.greeting,
        "starters": [theme.model_dump(mode="json") for theme in domain.starters],
        "disagreement": LEAD,
        "max_question_chars": settings.max_question_chars,
        "patience_seconds": PATIENCE_SECONDS,
        "feedback": settings.feedback != OFF,
    }


def _build_page(domain: Domain, max_question_chars: int) -> Any:
    with gr.Blocks(title=domain.title, analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(render("top.html", title=domain.title), elem_id="top", apply_default_css=False, js_on_load=None)
        gr.HTML(
            elem_id="conversation",
            js_on_load=f"import({script_address(MAIN)!r}).then((chat) => chat.start(element));",
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
        gr.on(
            [question.submit, send.click],
            None,
            [question],
            [question],
            js=_SEND,
            show_progress="hidden",
            api_visibility="private",
        )
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
