"""The version of this program."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


def version() -> str:
    """Return the installed version; "unknown" when run from a checkout that is not installed."""
    try:
        return installed_version("bpo-kpo-assistant")
    except PackageNotFoundError:
        return "unknown"
