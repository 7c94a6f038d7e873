"""Who is let in, what the server gives away, and which limits hold: without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.web.access import Accounts
from assistant.web.backend import Backend
from tests.page_fixtures import QUESTION, ScriptedBackend, ScriptedReader, cited, page_settings, passage, serving, site

__all__ = ["page_settings", "site"]
SOURCE = passage("Practise every day.")


@pytest.fixture(scope="module")
def locked(page_settings: Settings) -> Iterator[str]:
    """A page for two users."""
    with serving(Backend(None, replace(page_settings, auth="ann:secret:1, bob:other"))) as address:
        yield address


def ask(client: httpx.Client, question: str = QUESTION, **more: object) -> list[dict[str, object]]:
    """What the page is told when a question is asked."""
    reply = client.post("/api/ask", json={"question": question, **more})
    assert reply.status_code == 200, reply.text
    return [json.loads(line) for line in reply.text.splitlines()]


def test_the_page_forbids_everything_that_is_not_its_own(site: str) -> None:
    for path in ("/", "/assets/main.js", "/api/page", "/login", "/config", "/nothing"):
        headers = httpx.get(site + path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"


def test_the_owner_cookie_is_out_of_reach_of_scripts_and_other_sites(site: str) -> None:
    cookie = httpx.get(site).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "path",
    [
        "/guides/../../../../etc/passwd.pdf",
        "/guides/..%2f..%2f..%2fetc%2fpasswd.pdf",
        "/guides/%2e%2e/%2e%2e/app.py",
        "/guides/playbook.pdf",
        "/guides/own%2fx.pdf",
        "/assets/../server.py",
        "/assets/..%2fserver.py",
        "/assets/%2e%2e%2fbackend.py",
        "/assets/login.html",
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/proxy=http://127.0.0.1:1/",
        "/gradio_api/upload",
        "/static/../../app.py",
        "/custom_component/x/server/y/z",
    ],
)
def test_no_path_leads_out_of_the_page(site: str, path: str) -> None:
    for method in ("GET", "POST"):
        with httpx.Client() as client:
            reply = client.send(httpx.Request(method, site + path))
        assert reply.status_code in {404, 405, 403}, (method, reply.text[:200])


def test_another_site_cannot_post(site: str) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        reply = httpx.post(f"{site}/api/ask", json={"question": "q"}, headers=headers)
        assert reply.status_code == 403


def test_a_foreign_name_for_this_machine_is_refused_unless_allowed(site: str, page_settings: Settings) -> None:
    assert httpx.get(site, headers={"host": "evil.example"}).status_code == 403
    with serving(Backend(None, replace(page_settings, hosts="guides.example"))) as address:
        assert httpx.get(address, headers={"host": "guides.example"}).status_code == 200
        assert httpx.get(address, headers={"host": "evil.example"}).status_code == 403


def test_without_a_password_nothing_is_given_away(locked: str) -> None:
    for path in ("/api/page", "/api/conversations", "/api/guides", "/config", "/gradio_api/info", "/guides/x.pdf"):
        assert httpx.get(locked + path).status_code == 401
    page = httpx.get(locked, headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/login"
    assert httpx.post(f"{locked}/api/ask", json={"question": "q"}).status_code == 401
    wrong = httpx.post(f"{locked}/login", data={"username": "ann", "password": "other"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers or "assistant_login" not in wrong.headers["set-cookie"]


def test_a_user_logs_in_and_finds_their_conversations_in_any_browser(locked: str) -> None:
    with httpx.Client(base_url=locked) as first:
        first.post("/login", data={"username": "ann", "password": "secret:1"})
        asked = ask(first)
        assert asked[-1]["type"] == "answer"
    with httpx.Client(base_url=locked, auth=("ann", "secret:1")) as second:
        assert [saved["title"] for saved in second.get("/api/conversations").json()] == [QUESTION]
    with httpx.Client(base_url=locked, auth=("bob", "other")) as bob:
        assert bob.get("/api/conversations").json() == []
        assert bob.get(f"/api/conversations/{asked[-1]['conversation']}").status_code == 404


def test_a_login_cannot_be_forged_and_ends_with_the_password() -> None:
    accounts = Accounts("ann:secret")
    token = accounts.token("ann")
    assert accounts.user(token) == "ann"
    assert Accounts("ann:changed").user(token) is None
    assert accounts.user(accounts.token("eve")) is None
    assert accounts.user(token[:-4] + "AAAA") is None
    assert accounts.user("nonsense") is None
    assert not accounts.check("eve", "")
    with pytest.raises(SettingsError, match="user:password"):
        Accounts("ann")


def test_a_password_is_not_shown_in_the_settings() -> None:
    assert "secret" not in repr(Settings(auth="ann:secret"))


def test_an_overlong_question_is_refused_by_the_server_too(site: str) -> None:
    reply = httpx.post(f"{site}/api/ask", json={"question": "x" * 2001})
    assert reply.status_code == 400
    assert "at most 2,000" in reply.json()["message"]
    assert httpx.post(f"{site}/api/ask", json={"question": "  "}).text.count("The question is empty") == 1


def test_more_questions_than_allowed_are_told_to_come_back(
    page_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.asking.PATIENCE", 0.2)
    reader = ScriptedReader(cited((SOURCE.text, SOURCE)), pause=0.5)
    backend = ScriptedBackend(replace(page_settings, requests_at_once=2), reader)
    with serving(backend) as address, ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda n: httpx.post(f"{address}/api/ask", json={"question": f"q{n}"}), range(6)))
        assert sorted(reply.status_code for reply in replies) == [200, 200, 429, 429, 429, 429]
        refused = next(reply for reply in replies if reply.status_code == 429)
        assert "2 questions are being answered" in refused.json()["message"]
        assert httpx.post(f"{address}/api/ask", json={"question": "later"}).status_code == 200


def test_a_conversation_of_somebody_else_is_not_written_to(site: str) -> None:
    with httpx.Client(base_url=site) as one, httpx.Client(base_url=site) as other:
        one.get("/")
        other.get("/")
        mine = ask(one)[-1]["conversation"]
        theirs = ask(other, conversation=mine, keep=0)[-1]["conversation"]
        assert theirs != mine
        assert len(one.get(f"/api/conversations/{mine}").json()["turns"]) == 1
        turn = one.get(f"/api/conversations/{mine}").json()["turns"][0]["id"]
        opinion = {"conversation": mine, "turn": turn, "helpful": True}
        assert other.post("/api/feedback", json=opinion).status_code == 404


def test_an_answer_that_was_broken_off_is_not_kept(page_settings: Settings) -> None:
    reader = ScriptedReader(cited((SOURCE.text, SOURCE), text="word " * 40), pause=0.1)
    with serving(ScriptedBackend(page_settings, reader)) as address, httpx.Client(base_url=address) as client:
        client.get("/")
        with client.stream("POST", "/api/ask", json={"question": "q"}) as reply:
            for line in reply.iter_lines():
                if '"text"' in line:
                    break
        assert client.get("/api/conversations").json() == []


def test_two_windows_on_one_conversation_lose_nothing(site: str) -> None:
    with httpx.Client(base_url=site) as client:
        client.get("/")
        conversation = ask(client, "What is Docker used for?")[-1]["conversation"]
        ask(client, "Which books should you read?", conversation=conversation)
        ask(client, "Which cloud platforms should you know?", conversation=conversation)
        assert len(client.get(f"/api/conversations/{conversation}").json()["turns"]) == 3
        ask(client, "What is MLOps?", conversation=conversation, keep=1)
        assert len(client.get(f"/api/conversations/{conversation}").json()["turns"]) == 2
