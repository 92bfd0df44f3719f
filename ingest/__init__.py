"""Articles in, an index out."""

from ingest.pipeline import build_index
from ingest.snapshots import IndexStatus, index_status, rollback
from ingest.types import IndexReport

__all__ = ["IndexReport", "IndexStatus", "build_index", "index_status", "rollback"]
