"""What runs in the reader's browser: the scripts and the style of `ui/browser`, served from this server.

Their address holds a digest of them all, so a browser keeps them for good and never mixes two versions.
"""

from __future__ import annotations

import functools
import hashlib
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Response

from ui.pages import asset

FOLDER = "browser"
# The scripts that the page needs at once. `main.js` is the first; it imports the others.
MAIN = "main.js"
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@functools.cache
def scripts() -> dict[str, str]:
    """Return the text of each script by its name."""
    names = sorted(entry.name for entry in files("ui").joinpath(FOLDER).iterdir() if entry.name.endswith(".js"))
    return {name: asset(f"{FOLDER}/{name}") for name in names}


def script_address(name: str) -> str:
    """Return the address of a script on this server."""
    return f"/chat/{_digest()}/{name}"


def browser_files_router() -> APIRouter:
    """Return the endpoint of the scripts."""
    router = APIRouter()

    @router.get("/chat/{digest}/{name}", include_in_schema=False)
    async def script(digest: str, name: str) -> Response:
        if digest != _digest() or name not in scripts():
            raise HTTPException(404)
        return Response(scripts()[name], media_type="text/javascript", headers=_FOREVER)

    return router


@functools.cache
def _digest() -> str:
    return hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in scripts().items()).encode()).hexdigest()[:16]
