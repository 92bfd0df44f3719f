"""The API's description at /openapi.json, and its page at /docs.

The page is Swagger UI from this server, where FastAPI's own page loads it from a CDN.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, HTMLResponse

from ui import texts
from ui.problems import Problem, documented
from ui.settings import Settings

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_REF = "#/components/schemas/{model}"


def add_docs(app: FastAPI, settings: Settings) -> None:
    """Serve Swagger UI at /docs, its files under /docs/; describe the limits, and errors as the problems they are."""

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url="/docs/swagger-ui-bundle.js",
            swagger_css_url="/docs/swagger-ui.css",
            swagger_favicon_url="/favicon.svg",
            swagger_ui_parameters={"validatorUrl": None},
        )

    for name, media_type in ASSETS.items():
        _add_asset(app, name, media_type)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app, settings)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _add_asset(app: FastAPI, name: str, media_type: str) -> None:
    @app.get(f"/docs/{name}", include_in_schema=False)
    async def asset() -> FileResponse:
        # The package is used for the Swagger UI files that it carries, not for its code.
        path = Path(str(files("fastapi_offline").joinpath("static", name)))
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": "max-age=86400"})


def _describe(app: FastAPI, settings: Settings) -> dict[str, Any]:
    """Return the OpenAPI document: FastAPI's own, with our errors and the limits of this server."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=texts.API_DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in texts.API_TAGS.items()],
    )
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    asked = schemas["AskRequest"]["properties"]
    asked["question"] |= {"minLength": 1, "maxLength": settings.max_question_chars, "pattern": r"[\p{L}\p{N}]"}
    asked["history"]["maxItems"] = settings.max_history
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _add_problems(path, method, operation["responses"])
            operation["security"] = [{}, {"key": []}]
    return document


def _add_problems(path: str, method: str, responses: dict[str, Any]) -> None:
    """Describe the problems that what stands before the endpoints answers with."""
    before = [401, 403, *((400, 413, 429) if method == "post" else ())]
    described = {str(status): described for status, described in documented(*before).items()}
    if "application/json" in responses.get("422", {}).get("content", {}):
        described["422"] = documented(422)[422]
        responses.pop("422")
    if "{" in path and method == "get":
        responses.pop("422", None)  # a part of a path is a text, and any text is one
    for status, description in described.items():
        responses.setdefault(status, description)
