"""The ranking as a LangChain retriever, to be used inside someone else's chain."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.chain import Assistant


class ArticleRetriever(BaseRetriever):
    """`retriever.invoke(question)` gives Documents, best first.

    A Document's metadata are the fields of `Passage` but the quote, which is its page content.
    """

    # Pydantic needs a type that it does not have to know the inside of; what is expected is an `Assistant`.
    assistant: Any
    top_k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        opened: Assistant = self.assistant
        passages = opened.retrieve(query, top_k=self.top_k)
        return [Document(page_content=p.quote, metadata=p.model_dump(exclude={"quote"})) for p in passages]
