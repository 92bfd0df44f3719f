"""Origins as they are read, and what pages of other origins may do."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from assistant import Assistant
from ingest.errors import SettingsError
from tests.ui.asking import GivenBackend, assert_problem
from tests.ui.conftest import running
from ui.origins import parse_origin
from ui.server import create_app
from ui.settings import Settings, load_settings

ALLOWED = "https://help.example.com"
QUESTION = {"question": "What does KPO stand for?"}


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://help.example.com", "https://help.example.com"),
        ("HTTPS://Help.Example.com:443", "https://help.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_read_as_browsers_send_it(text: str, origin: str) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("*", "wildcard"),
        ("https://*.example.com", "wildcard"),
        ("https://example.com/", "more than scheme, host and port"),
        ("https://example.com/help", "more than scheme, host and port"),
        ("https://example.com?x=1", "more than scheme, host and port"),
        ("https://example.com#", "more than scheme, host and port"),
        ("example.com", "does not begin with"),
        ("null", "does not begin with"),
        ("file://x", "does not begin with"),
        ("https://user@example.com", "no plain host"),
        ("https://", "no plain host"),
        ("https://example.com:99999", "not an origin"),
        ("https://exa;mple.com", "host that cannot be"),
        ("https://example..com", "host that cannot be"),
        ("https://'self'", "host that cannot be"),
    ],
)
def test_what_is_no_origin_is_refused_with_the_right_form(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        parse_origin(text)
    assert "https://help.example.com" in str(refused.value)


def test_the_list_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPO_KPO_ALLOWED_ORIGINS", f"{ALLOWED}, http://localhost:8080")
    assert load_settings().allowed_origins == (ALLOWED, "http://localhost:8080")
    monkeypatch.setenv("BPO_KPO_ALLOWED_ORIGINS", "https://example.com/help")
    with pytest.raises(SettingsError, match=r"BPO_KPO_ALLOWED_ORIGINS.*more than scheme"):
        load_settings()


@pytest.fixture(scope="module")
def http(assistant: Assistant) -> Iterator[httpx.Client]:
    settings = Settings(allowed_origins=(ALLOWED,), rate_limit="off")
    with running(create_app(settings, GivenBackend(settings, assistant))) as url, httpx.Client(base_url=url) as client:
        yield client


def test_a_page_on_the_list_may_ask(http: httpx.Client) -> None:
    asked = {
        "origin": ALLOWED,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    preflight = http.options("/api/ask/stream", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == ALLOWED
    response = http.post("/api/ask", json=QUESTION, headers={"origin": ALLOWED})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{ALLOWED}.evil.example", "http://help.example.com"]
)
@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions", "/gradio_api/queue/join", "/"])
def test_a_page_off_the_list_is_not_even_answered(http: httpx.Client, origin: str, path: str) -> None:
    response = http.post(path, json=QUESTION, headers={"origin": origin})
    assert "BPO_KPO_ALLOWED_ORIGINS" in assert_problem(response, 403)["detail"]
    assert "access-control-allow-origin" not in response.headers
    preflight = http.options(path, headers={"origin": origin, "access-control-request-method": "POST"})
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in http.get(path, headers={"origin": origin}).headers


def test_this_servers_own_pages_may_ask_also_behind_a_proxy_that_renames_the_host(http: httpx.Client) -> None:
    own = str(http.base_url).rstrip("/")
    assert http.post("/api/ask", json=QUESTION, headers={"origin": own}).status_code == 200
    proxied = {"origin": "https://assistant.example.com", "sec-fetch-site": "same-origin"}
    assert http.post("/api/ask", json=QUESTION, headers=proxied).status_code == 200


def test_every_page_says_who_may_frame_it(http: httpx.Client) -> None:
    for path in ("/?embed=1", "/articles/none", "/demo/help-page", "/api/articles"):
        policy = http.get(path).headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors 'self' {ALLOWED}")


def test_nobody_else_may_frame_a_server_without_a_list(server: str) -> None:
    headers = httpx.get(server).headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_the_widgets_files_are_for_everyone_and_carry_no_secret(http: httpx.Client) -> None:
    script = http.get("/embed/v1.js", headers={"origin": "https://evil.example"})
    assert script.status_code == 200
    assert script.headers["access-control-allow-origin"] == "*"
    assert script.headers["cross-origin-resource-policy"] == "cross-origin"
    again = http.get("/embed/v1.js", headers={"if-none-match": script.headers["etag"]})
    assert again.status_code == 304
    refused = http.get("/embed/config", headers={"origin": "https://evil.example"})
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "https://evil.example" in assert_problem(refused, 403)["detail"]
    assert ALLOWED not in refused.text
