"""Ingest and ask with every connection refused: `python -m tests.ingest.ask_offline CORPUS NEW ASKED QUESTION...`.

Ingests CORPUS into the index NEW and asks it; then asks the finished index ASKED. Writes JSON: the connections that
were tried, loopback and local sockets aside, and both indexes' answers.
"""

from __future__ import annotations

import ipaddress
import json
import sys
from pathlib import Path
from typing import Any

tried: list[str] = []

_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})


def refuse_network() -> None:
    """Refuse, for the rest of the process, what would leave this machine; note it even where a library hides it."""
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event not in _EVENTS:
        return
    address = args[0] if event.startswith("socket.get") else args[1]
    host = address[0] if isinstance(address, tuple) else address
    # A str or bytes address of `connect` is a local socket's path.
    if host is None or (not isinstance(address, tuple) and not event.startswith("socket.get")):
        return
    if not _is_loopback(host.decode() if isinstance(host, bytes) else host):
        tried.append(f"{event} {host}")
        raise ConnectionRefusedError(f"{event} {host}: the network is off limits")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def main(corpus: Path, new: Path, asked: Path, questions: list[str]) -> None:
    refuse_network()
    from assistant import Assistant
    from ingest import build_index

    build_index(corpus, new)
    answers = []
    for index in (new, asked):
        assistant = Assistant.open(index)
        asking = (assistant.ask(question) for question in questions)
        answers.append([answer.model_dump(mode="json", exclude={"timings_ms"}) for answer in asking])
    json.dump({"tried": tried, "new": answers[0], "asked": answers[1]}, sys.stdout)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]), sys.argv[4:])
