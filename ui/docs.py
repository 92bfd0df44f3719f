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

from ui.problems import MEDIA_TYPE, Problem

ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_REF = "#/components/schemas/{model}"


def add_docs(app: FastAPI) -> None:
    """Serve Swagger UI at /docs, its files under /docs/; describe errors as the problems that they are."""

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
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _add_asset(app: FastAPI, name: str, media_type: str) -> None:
    @app.get(f"/docs/{name}", include_in_schema=False)
    async def asset() -> FileResponse:
        # The package is used for the Swagger UI files that it carries, not for its code.
        path = Path(str(files("fastapi_offline").joinpath("static", name)))
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": "max-age=86400"})


def _describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, FastAPI's own error schema replaced by ours."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            invalid = operation["responses"].get("422", {})
            if "application/json" in invalid.get("content", {}):
                operation["responses"]["422"] = {"description": "Not valid", "content": content}
    return document
