"""A question in, an answer with citations out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.chain import Asked, Assistant
    from assistant.langchain import ArticleRetriever
    from assistant.settings import AnswerSettings, SearchSettings
    from assistant.stream import Citations, Part
    from assistant.types import Answer, Citation, Passage, Statement, Table, Turn

__all__ = [
    "Answer",
    "AnswerSettings",
    "ArticleRetriever",
    "Asked",
    "Assistant",
    "Citation",
    "Citations",
    "Part",
    "Passage",
    "SearchSettings",
    "Statement",
    "Table",
    "Turn",
]

# Where each name is: imported when it is first used, so that importing a part does not load the whole chain.
_MODULES = {
    "Asked": "chain",
    "Assistant": "chain",
    "ArticleRetriever": "langchain",
    "AnswerSettings": "settings",
    "Citations": "stream",
    "Part": "stream",
    "SearchSettings": "settings",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'types')}"), name)
