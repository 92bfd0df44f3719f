"""A question in, an answer with citations out."""

from assistant.chain import Asked, Assistant
from assistant.langchain import ArticleRetriever
from assistant.settings import AnswerSettings, SearchSettings
from assistant.types import Answer, Citation, Passage, Statement, Table, Turn

__all__ = [
    "Answer",
    "AnswerSettings",
    "ArticleRetriever",
    "Asked",
    "Assistant",
    "Citation",
    "Passage",
    "SearchSettings",
    "Statement",
    "Table",
    "Turn",
]
