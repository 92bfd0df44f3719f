"""How many questions one client may ask, whose address counts, and who has a key."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from assistant import Assistant
from ingest.errors import SettingsError
from tests.ui.asking import GivenBackend, assert_problem
from tests.ui.conftest import running
from ui.limits import client_of
from ui.server import create_app
from ui.settings import Settings, load_settings

ASKED = {"question": "What does KPO stand for?"}
KEY = "a-key-of-sixteen-or-more"


def serve(assistant: Assistant, **given: Any) -> Any:
    settings = load_settings(**given)
    return running(create_app(settings, GivenBackend(settings, assistant)))


def ask(url: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{url}/api/ask", json=ASKED, headers={name.replace("_", "-"): v for name, v in headers.items()})


def test_a_client_that_asks_too_often_is_told_when_to_come_back(assistant: Assistant) -> None:
    with serve(assistant, rate_limit="2/hour") as url:
        assert [ask(url).status_code for _ in range(2)] == [200, 200]
        refused = ask(url)
        problem = assert_problem(refused, 429)
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert problem["type"] == "urn:bpo-kpo:problem:rate"
        for path in ("/api/ask/stream", "/v1/chat/completions", "/gradio_api/queue/join"):
            assert_problem(httpx.post(url + path, json=ASKED), 429)
        for path in ("/api/articles", "/healthz", "/embed/v1.js"):
            assert httpx.get(url + path).status_code == 200


def test_a_header_changes_nothing_where_no_proxy_is_trusted(assistant: Assistant) -> None:
    with serve(assistant, rate_limit="1/hour") as url:
        assert ask(url, x_forwarded_for="192.0.2.1").status_code == 200
        assert ask(url, x_forwarded_for="192.0.2.2").status_code == 429


def test_behind_a_trusted_proxy_the_address_that_it_saw_counts(assistant: Assistant) -> None:
    with serve(assistant, rate_limit="1/hour", trusted_proxies="127.0.0.0/8, 10.0.0.1") as url:
        assert ask(url, x_forwarded_for="192.0.2.1").status_code == 200
        assert ask(url, x_forwarded_for="192.0.2.2, 10.0.0.1").status_code == 200
        assert ask(url, x_forwarded_for="192.0.2.2").status_code == 429
        # What the reader wrote before the first hop that is not trusted is not believed.
        assert ask(url, x_forwarded_for="198.51.100.9, 192.0.2.1").status_code == 429


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_one_customer_is_one_client(address: str, client: str) -> None:
    assert client_of({"type": "http", "client": (address, 1)}) == client


def test_a_key_is_not_counted_and_a_wrong_one_is_refused(assistant: Assistant) -> None:
    with serve(assistant, rate_limit="1/hour", api_keys=f"another-{KEY},{KEY}") as url:
        assert [ask(url, authorization=f"Bearer {KEY}").status_code for _ in range(3)] == [200, 200, 200]
        refused = ask(url, authorization=f"Bearer {KEY}x")
        assert KEY not in assert_problem(refused, 401)["detail"]
        assert refused.headers["www-authenticate"] == "Bearer"
        assert ask(url).status_code == 200  # readers need none
        assert ask(url).status_code == 429


def test_with_keys_the_interfaces_of_programs_need_one(assistant: Assistant) -> None:
    with serve(assistant, api_keys=KEY) as url:
        for path in ("/v1/models", "/metrics"):
            assert_problem(httpx.get(url + path), 401)
            assert httpx.get(url + path, headers={"authorization": f"Bearer {KEY}"}).status_code == 200
    with serve(assistant) as url:
        assert httpx.get(f"{url}/v1/models", headers={"authorization": "Bearer any"}).status_code == 200


def test_a_conversation_that_is_too_long_is_refused(assistant: Assistant) -> None:
    turns = [{"question": "What is BPO?", "answer": "A service."}] * 3
    with serve(assistant, max_history=2) as url:
        assert httpx.post(f"{url}/api/ask", json=ASKED | {"history": turns[:2]}).status_code == 200
        problem = assert_problem(httpx.post(f"{url}/api/ask", json=ASKED | {"history": turns}), 422)
        assert "at most 2" in problem["detail"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("rate_limit", "often", "write 60/minute"),
        ("trusted_proxies", "proxy.example", "network"),
        ("api_keys", "short", "at least 16"),
        ("concurrency", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_limit_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(f"BPO_KPO_{name.upper()}", value)
    with pytest.raises(SettingsError, match=f"BPO_KPO_{name.upper()}.*{said}") as refused:
        load_settings()
    assert name != "api_keys" or value not in str(refused.value)


def test_keys_are_not_shown_with_the_settings() -> None:
    assert KEY not in repr(Settings(api_keys=(KEY,)))  # type: ignore[arg-type]
