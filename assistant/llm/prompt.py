"""Put a prompt together: numbered passages, the conversation and the question, each fenced as data.

A prompt's version is made of its file, so that an answer tells which words it was asked with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from langchain_core.messages import BaseMessage
from langchain_core.prompts import ChatPromptTemplate

from assistant.llm.sources import Source
from assistant.types import Turn

_VERSION_CHARS = 8
# How much of a conversation is shown: turns, and characters of each answer.
_TURNS = 4
_ANSWER_CHARS = 400


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt from a file; `version` names the file and its content."""

    version: str
    template: ChatPromptTemplate

    def messages(self, **values: str) -> list[BaseMessage]:
        """Return the messages with the values in their places."""
        return self.template.format_messages(**values)


@cache
def load_prompt(name: str) -> Prompt:
    """Read a prompt that ships with the package: "write" or "rewrite"."""
    text = (files("assistant.llm.prompts") / f"{name}.md").read_text(encoding="utf-8")
    system, _, user = text.removeprefix("# system").partition("# user")
    version = f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:_VERSION_CHARS]}"
    return Prompt(version, ChatPromptTemplate.from_messages([("system", system.strip()), ("human", user.strip())]))


def fence(text: str) -> str:
    """Return a text on one line that cannot close the fence it stands in."""
    return " ".join(text.replace("<", "‹").replace(">", "›").split())


def passages_text(sources: Sequence[Source]) -> str:
    """Return the passages as they are numbered everywhere: from 1."""
    return "\n".join(f"[{source.number}] {fence(source.shown)}" for source in sources)


def conversation_text(history: Sequence[Turn]) -> str:
    """Return the last turns of a conversation; "" where there is none."""
    lines = []
    for turn in history[-_TURNS:]:
        lines.append(f"Reader: {fence(turn.question)}")
        if turn.answer:
            lines.append(f"Assistant: {fence(turn.answer)[:_ANSWER_CHARS]}")
    return "\n".join(lines)
