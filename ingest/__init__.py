"""Articles in, an index out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.pipeline import build_index
    from ingest.snapshots import IndexStatus, index_status, rollback
    from ingest.types import IndexReport

__all__ = ["IndexReport", "IndexStatus", "build_index", "index_status", "rollback"]

# Where each name is: imported when it is first used, so that importing a part does not load the whole pipeline.
_MODULES = {"build_index": "pipeline", "IndexReport": "types"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'snapshots')}"), name)
