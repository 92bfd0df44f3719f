"""The errors a user can meet, each with a message that says what is wrong and which command mends it.

    AssistantError
    ├── CorpusError          the corpus folder cannot be used (missing, empty, nothing readable in it)
    │   └── UnreadableArticle    one file cannot be read; ingest names it in the report and goes on
    ├── IndexMissing         there is no index yet
    ├── IndexDamaged         the index is there but cannot be used
    ├── IndexBusy            another ingest is running on the same index
    ├── StoreUnavailable     the Chroma server cannot be reached, or answers with an error of its own
    ├── ModelMismatch        the index was built with another embedding model
    ├── ModelError           the embedding model cannot be loaded or is not the file it should be
    ├── QuestionError        the question is empty, too long or has no words
    └── SettingsError        a setting or the domain file is wrong

A programmer's mistake stays a ValueError.
"""

from __future__ import annotations

from typing import Self


class AssistantError(Exception):
    """Base of every error that is shown to a user as it reads."""


class CorpusError(AssistantError):
    """The corpus folder cannot be used."""


class UnreadableArticle(CorpusError):  # noqa: N818 - reads as a state, like the reports that show it
    """One file of the corpus cannot be read; the message is the reason, without the file's name."""


class IndexMissing(AssistantError):  # noqa: N818
    """There is no index yet."""


class IndexDamaged(AssistantError):  # noqa: N818
    """The index is there but cannot be used."""


class IndexBusy(AssistantError):  # noqa: N818
    """Another ingest is running on the same index."""

    @classmethod
    def overtaken(cls, name: str) -> Self:
        """Return the error of an ingest on the collections of `name` that another one finished before."""
        return cls(
            f"Another ingest on {name} finished while this one ran, and its articles are in use now. "
            "Run the command again."
        )


class StoreUnavailable(AssistantError):  # noqa: N818
    """The Chroma server cannot be reached, or answers with an error of its own; trying again may help."""


class ModelMismatch(AssistantError):  # noqa: N818
    """The index was built with another embedding model than the one configured."""


class ModelError(AssistantError):
    """The embedding model cannot be loaded, or its weights are not the file they should be."""


class QuestionError(AssistantError):
    """The question is empty, too long, or has no words."""


class SettingsError(AssistantError):
    """A setting or the domain file is wrong."""
