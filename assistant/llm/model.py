"""Call a chat model: one bound on time for all tries, retries with jitter, cancellation, and plain reasons for failure.

All calls run on one event loop in a thread of its own, so that a call ends at once when its reader goes away, and
its connection with it. Never logs what is sent, received or the key.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import random
import re
import threading
import time
from collections.abc import Coroutine, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage

from assistant.llm.settings import LLMSettings
from ingest.errors import SettingsError

_logger = logging.getLogger(__name__)

# Packages of providers that this project names as extras.
EXTRAS = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama", "google_genai": "google-genai"}
# What a try that failed waits before the next, in seconds: at most this, doubled each time, times a random share.
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 8.0
_TOO_MANY = 429
_SERVER_FAULT = 500
_NO_KEY = "none"
# A token of a text in words is mostly shorter than this.
_TOKEN_CHARS = 8
# OpenAI's newer models, behind a gateway too, take the bound by its newer name alone.
_NEWER = re.compile(r"(?:^|/)(?:gpt-[5-9]|o\d)")


class ModelFailed(Exception):  # noqa: N818 - reads as a state, like the note that shows it
    """The model did not answer; the message says why in words for a reader, without addresses or keys."""


@dataclass(slots=True)
class Usage:
    """What a call cost, in tokens; 0 where the model does not tell."""

    prompt: int = 0
    completion: int = 0


class Model:
    """A chat model by its settings. Safe to use from any thread."""

    def __init__(self, settings: LLMSettings) -> None:
        """Make the client; the network is not used yet.

        Raises:
            SettingsError: the provider is unknown, its package is not installed, or it needs a key.
        """
        self.settings = settings
        self._model = _make(settings)

    def stream(
        self, messages: Sequence[BaseMessage], seconds: float, usage: Usage | None = None
    ) -> Generator[str, None, None]:
        """Yield the answer's text as it comes. Closing the iterator ends the call.

        Args:
            messages: what to answer.
            seconds: how long all tries together may take.
            usage: filled with what the call cost.

        Raises:
            ModelFailed: the model did not answer, or broke off.
        """
        parts: queue.SimpleQueue[str | ModelFailed | None] = queue.SimpleQueue()
        pump = _submit(self._pump(messages, seconds, parts, usage or Usage()))
        try:
            while (part := parts.get()) is not None:
                if isinstance(part, ModelFailed):
                    raise part
                yield part
        finally:
            pump.cancel()

    def say(self, messages: Sequence[BaseMessage], seconds: float) -> str:
        """Return the whole answer.

        Raises:
            ModelFailed: the model did not answer, or broke off.
        """
        return "".join(self.stream(messages, seconds))

    def is_up(self) -> bool:
        """Tell whether the model answers at all."""
        try:
            for _ in self.stream([HumanMessage("Say: ready")], self.settings.timeout):
                return True
        except ModelFailed:
            return False
        return False

    async def _pump(
        self,
        messages: Sequence[BaseMessage],
        seconds: float,
        parts: queue.SimpleQueue[str | ModelFailed | None],
        usage: Usage,
    ) -> None:
        end: ModelFailed | None = None
        try:
            async with asyncio.timeout(seconds):
                end = await self._try(messages, parts, usage, time.monotonic() + seconds)
        except TimeoutError:
            end = ModelFailed(f"it took longer than {seconds:.0f} s")
        except Exception as error:  # the edge: whatever a provider raises is a failure of the model
            end = ModelFailed(_reason(error))
            _logger.warning("the language model failed: %s", type(error).__name__)
        finally:
            parts.put(end)

    async def _try(
        self,
        messages: Sequence[BaseMessage],
        parts: queue.SimpleQueue[str | ModelFailed | None],
        usage: Usage,
        until: float,
    ) -> ModelFailed | None:
        for attempt in range(self.settings.retries + 1):
            came = 0  # characters
            try:
                async for chunk in self._model.astream(list(messages)):
                    if told := chunk.usage_metadata:
                        usage.prompt, usage.completion = told["input_tokens"], told["output_tokens"]
                    if text := str(chunk.text):
                        came += len(text)
                        parts.put(text)
                    # A server that does not keep to the bound is left.
                    if came > _TOKEN_CHARS * self.settings.max_tokens:
                        break
            except Exception as error:
                wait = _wait(error, attempt)
                is_last = attempt == self.settings.retries or time.monotonic() + wait >= until
                if came or is_last or not _is_worth_retrying(error):
                    raise
                await asyncio.sleep(wait)
            else:
                return None if came else ModelFailed("it said nothing")
        raise AssertionError("the last try returns or raises")


def _make(settings: LLMSettings) -> BaseChatModel:
    provider, _, name = settings.model.partition(":")
    given: dict[str, Any] = {"timeout": settings.timeout, "max_tokens": settings.max_tokens, "max_retries": 0}
    if settings.provider == "ollama":
        given = {"num_predict": settings.max_tokens, "client_kwargs": {"timeout": settings.timeout}}
    elif settings.provider == "google_genai":
        given = {"timeout": settings.timeout, "max_output_tokens": settings.max_tokens, "max_retries": 1}
    if settings.temperature >= 0:
        given["temperature"] = settings.temperature
    if settings.base_url is not None:
        given["base_url"] = settings.base_url
    if settings.key is not None:
        given["api_key"] = settings.key.get_secret_value()
    elif settings.base_url is not None and settings.provider != "ollama":
        given["api_key"] = _NO_KEY
    if settings.provider == "openai" and settings.base_url is not None:
        given |= {"use_responses_api": False, "stream_usage": True}
        if not _NEWER.search(name):
            # LangChain sends the bound by its newer name alone, which llama-cpp-python and others pass over.
            given["extra_body"] = {"max_tokens": given.pop("max_tokens")}
    try:
        made: BaseChatModel = init_chat_model(name, model_provider=settings.provider, **given)
        return made
    except ImportError as error:
        extra = EXTRAS.get(settings.provider)
        mending = f"pip install 'bpo-kpo-assistant[{extra}]'" if extra else f"install {error.name}"
        raise SettingsError(f"BPO_KPO_LLM={settings.model}: the provider's package is missing. {mending}") from error
    except Exception as error:  # providers raise many kinds for a missing key or a wrong name
        known = ", ".join(f"{one.replace('_', '-')}:NAME" for one in EXTRAS)
        raise SettingsError(
            f"BPO_KPO_LLM={settings.model}: the model cannot be set up ({type(error).__name__}). Expected one of "
            f"{known}, and {provider}'s key in its own variable or in BPO_KPO_LLM_KEY. See docs/llm.md."
        ) from error


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "code", "status"):
            value = getattr(holder, name, None)
            if isinstance(value, int):
                return value
    return None


def _is_worth_retrying(error: BaseException) -> bool:
    status = _status(error)
    return status is None or status == _TOO_MANY or status >= _SERVER_FAULT


def _wait(error: BaseException, attempt: int) -> float:
    """Return the seconds to wait: what the server asks for, else a random share of a bound that doubles."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return float(min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT)) * random.uniform(0.5, 1.0)


def _reason(error: BaseException) -> str:
    status = _status(error)
    if status == _TOO_MANY:
        return "it is asked too often (429)"
    if status in (401, 403):
        return f"it refuses the key ({status})"
    if status is not None:
        return f"its server reported an error ({status})"
    kind = type(error).__name__
    if "timeout" in kind.lower():
        return "it did not answer in time"
    if "connect" in kind.lower():
        return "its server cannot be reached, or broke off"
    return f"its answer could not be read ({kind})"


def _submit(call: Coroutine[Any, Any, None]) -> Future[None]:
    return asyncio.run_coroutine_threadsafe(call, _loop())


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start the thread that all calls run in."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="llm", daemon=True).start()
    return loop
