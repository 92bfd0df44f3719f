"""What the API's description shows as an example: a question of a conversation, and an answer."""

from __future__ import annotations

from typing import Any

REQUEST: dict[str, Any] = {
    "question": "And KPO?",
    "history": [{"question": "What does BPO stand for?", "answer": "BPO stands for business process outsourcing. [1]"}],
}

_QUOTE = 'The abbreviation KPO stands for "Knowledge Process Outsourcing".'

ANSWER: dict[str, Any] = {
    "question": "And KPO?",
    "query": "What does KPO stand for?",
    "abstained": False,
    "text": f"{_QUOTE} [1]",
    "statements": [{"text": _QUOTE, "citations": [1]}],
    "table": None,
    "citations": [
        {
            "article_id": "glossary-entry",
            "title": "BPO vs KPO (glossary entry)",
            "publisher": None,
            "url": None,
            "heading": "What KPO is > Full form of KPO: what the letters stand for",
            "quote": _QUOTE,
            "start": 618,
            "end": 618 + len(_QUOTE),
            "score": 0.83,
            "number": 1,
        }
    ],
    "suggestions": ["What is KPO?"],
    "confidence": 0.97,
    "writer": "extractive",
    "timings_ms": {"embed": 7.4, "retrieve": 1.9, "write": 0.8, "total": 10.1},
}
