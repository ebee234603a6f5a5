"""What goes wrong has one shape: a problem for machines, calm words for people, never a trace."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from litestar import Litestar, get

from service.app import create_app
from service.db import Database
from service.errors import HeardError
from service.parts import Parts
from service.problems import exception_handlers

SECRET = "he does it when mum is out"


@get(["/api/v1/boom", "/boom", "/console/boom"])
async def boom() -> None:
    raise RuntimeError(SECRET)


def client(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://heard.test")


async def broken(path: str) -> httpx.Response:
    app = Litestar([boom], exception_handlers=exception_handlers(), logging_config=None)
    async with client(app) as http:
        return await http.get(path)


async def test_a_machine_gets_a_problem_with_a_request_id() -> None:
    answer = await broken("/api/v1/boom")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "/problems/internal"
    assert body["title"] == (HeardError.__doc__ or "").strip()
    assert body["instance"].startswith("urn:uuid:")


async def test_a_child_gets_calm_words_and_no_code() -> None:
    answer = await broken("/boom")
    assert answer.status_code == 200
    assert "You have not done anything wrong" in answer.text
    assert "500" not in answer.text


async def test_staff_get_an_id_to_quote() -> None:
    answer = await broken("/console/boom")
    assert answer.status_code == 500
    assert "quote this" in answer.text


@pytest.mark.parametrize("path", ["/api/v1/boom", "/boom", "/console/boom"])
async def test_nobody_sees_a_trace_or_what_was_in_the_error(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await broken(path)
    for text in (answer.text, caplog.text):
        assert SECRET not in text
        assert "Traceback" not in text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nothing"),
        ("DELETE", "/api/v1/invitations"),
        ("POST", "/api/v1/invitations"),
        ("POST", "/api/v1/contacts"),
        ("GET", "/api/v1/surveys/AAAAAAAAAAAAAAAAAAAAAA"),
    ],
)
async def test_every_refusal_of_the_api_is_a_problem(parts: Parts, method: str, path: str) -> None:
    async with client(create_app(parts)) as http:
        answer = await http.request(method, path, content=b"{")
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "instance"}


async def test_the_health_pages_answer(parts: Parts) -> None:
    async with client(create_app(parts)) as http:
        assert (await http.get("/health/live")).text == "ok\n"
        assert (await http.get("/health/ready")).text == "ok\n"
        assert b"heard_requests_total" in (await http.get("/metrics")).content


@pytest.mark.parametrize(("method", "path"), [("GET", "/nope"), ("GET", "/i/a/b"), ("PUT", "/f")])
async def test_a_page_that_is_not_there_leaves_as_little_as_any_other(
    parts: Parts, method: str, path: str
) -> None:
    async with client(create_app(parts)) as http:
        answer = await http.request(method, path)
    assert answer.status_code == 200
    names = [name.lower() for name, _ in answer.headers.multi_items()]
    assert len(names) == len(set(names))
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_refusals_are_counted_as_what_they_are(parts: Parts) -> None:
    async with client(create_app(parts)) as http:
        await http.get("/api/v1/nothing")
        figures = (await http.get("/metrics")).text
    assert 'heard_requests_total{status="404"}' in figures
    assert "None" not in figures


@pytest.mark.parametrize(
    "body", [b'[{"force":"\xe9"}]', b"{[", b"[" * 100_000, b'{"force": "\\ud800"}']
)
async def test_a_body_that_cannot_be_read_is_bad_input(parts: Parts, body: bytes) -> None:
    async with client(create_app(parts)) as http:
        answer = await http.put(
            "/api/v1/surveys/AAAAAAAAAAAAAAAAAAAAAA/response",
            content=body,
            headers={"Content-Type": "application/json"},
        )
    assert answer.status_code == answer.json()["status"] == 422


async def test_a_form_that_fails_is_answered_with_a_redirect_and_the_page_says_sorry(
    parts: Parts,
) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    broken_parts = msgspec.structs.replace(
        parts, database=Database(msgspec.structs.replace(parts.settings), nowhere)
    )
    async with client(create_app(broken_parts)) as http:
        for path in ("/", f"/i/{'A' * 22}"):
            answer = await http.post(path, data={"code": "ABCD EFGH"})
            assert (answer.status_code, answer.content) == (303, b"")
        too_long = await http.post("/f", content=b"x" * 100_000)
    assert too_long.status_code == 303
