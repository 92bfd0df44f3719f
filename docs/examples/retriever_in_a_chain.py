"""Use the articles' retriever inside a LangChain chain of your own: `python docs/examples/retriever_in_a_chain.py`.

The chain is yours: its prompt, its model, its parser. Only the retriever comes from here. Needs an index (`bpo-kpo
ingest`) and a chat model: BPO_KPO_LLM, and BPO_KPO_LLM_BASE_URL where it is a server of your own.
"""

from __future__ import annotations

import sys
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableParallel, RunnablePassthrough

from assistant import ArticleRetriever, Assistant
from ui.settings import load_settings


def number(documents: list[Document]) -> str:
    """Return documents as numbered lines, each with the title of its article."""
    return "\n".join(f"[{at}] {one.metadata['title']}: {one.page_content}" for at, one in enumerate(documents, start=1))


def make_chain(assistant: Assistant, model: Runnable[Any, Any]) -> Runnable[str, dict[str, Any]]:
    """Return a chain from a question to its answer and the documents that the answer was written from."""
    prompt = ChatPromptTemplate.from_messages(
        [
            ("system", "Answer from the passages only, in one sentence, with the number of the passage.\n\n{passages}"),
            ("human", "{question}"),
        ]
    )
    found = RunnableParallel(question=RunnablePassthrough(), documents=ArticleRetriever(assistant=assistant, top_k=3))
    shown = RunnablePassthrough.assign(passages=lambda given: number(given["documents"]))
    return found | shown | RunnablePassthrough.assign(answer=prompt | model | StrOutputParser())


def main() -> None:
    """Ask the question of the command line."""
    settings = load_settings()
    if settings.llm is None:
        raise SystemExit("Set BPO_KPO_LLM, for example openai:gpt-5-mini. See docs/llm.md.")
    server = {"base_url": settings.llm_base_url, "api_key": "none"} if settings.llm_base_url else {}
    if settings.llm_key is not None:
        server["api_key"] = settings.llm_key.get_secret_value()
    model = init_chat_model(settings.llm, temperature=0, **server)
    chain = make_chain(Assistant.open(settings.index), model)
    result = chain.invoke(" ".join(sys.argv[1:]) or "What does nearshore mean?")
    print(result["answer"])  # noqa: T201
    for document in result["documents"]:
        print(f"- {document.metadata['article_id']} {document.metadata['start']}: {document.page_content[:80]}")  # noqa: T201


if __name__ == "__main__":
    main()
