"""The one endpoint for programs: by gradio_client, by REST, and as a tool for MCP clients."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from assistant import Answer
from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.page_fixtures import QUESTION, page_settings, serving, site

__all__ = ["page_settings", "site"]


@pytest.fixture(scope="module")
def client(site: str) -> Iterator[Client]:
    """A program that asks."""
    found = Client(site, verbose=False)
    yield found
    found.close()


def test_a_program_asks_and_gets_an_answer_with_citations(client: Client) -> None:
    answer = Answer.from_dict(client.predict(QUESTION, api_name="/ask"))
    assert answer.citations
    assert all(c.quote == c.passage.text[c.start : c.end] for c in answer.citations)


def test_the_history_is_taken_into_account(client: Client) -> None:
    history = [{"role": "user", "content": "What is Docker used for?"}, {"role": "assistant", "content": "…"}]
    answer = client.predict("And Kubernetes?", history, api_name="/ask")
    assert not answer["abstained"]
    assert "Kubernetes" in answer["text"]


def test_a_question_that_cannot_be_asked_is_explained(client: Client) -> None:
    with pytest.raises(AppError, match="The question is empty"):
        client.predict("  ", api_name="/ask")


def test_ask_is_the_only_endpoint_and_is_documented(client: Client) -> None:
    api: dict[str, Any] = client.view_api(return_format="dict", print_info=False)
    assert list(api["named_endpoints"]) == ["/ask"]
    assert api["unnamed_endpoints"] == {}
    endpoint = api["named_endpoints"]["/ask"]
    assert [parameter["parameter_name"] for parameter in endpoint["parameters"]] == ["question", "history"]
    assert "every sentence cited" in endpoint["description"]


def test_the_example_in_the_documents_runs(site: str) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "page.md").read_text(encoding="utf-8")
    code = page.split("```py\n", 1)[1].split("```", 1)[0]
    exec(code.replace("http://127.0.0.1:7860/", site), {})


def test_rest_needs_no_library(site: str) -> None:
    asked = httpx.post(f"{site}/gradio_api/call/ask", json={"data": [QUESTION, []]}).json()
    events = httpx.get(f"{site}/gradio_api/call/ask/{asked['event_id']}", timeout=30).text
    assert "event: complete" in events
    assert json.loads(events.split("data: ", 1)[1].splitlines()[0])[0]["citations"]


def test_mcp_clients_find_one_tool_and_use_it(site: str) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def use() -> tuple[list[str], str]:
        async with (
            streamablehttp_client(f"{site}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            result = await session.call_tool(tools[0].name, {"question": QUESTION})
            return [tool.name for tool in tools], result.content[0].text

    names, text = asyncio.run(use())
    assert len(names) == 1
    assert names[0].endswith("ask")
    assert "citations" in text


def test_a_program_logs_in_as_a_person_does(page_settings: Settings) -> None:
    with serving(Backend(None, replace(page_settings, auth="ann:secret"))) as address:
        client = Client(address, auth=("ann", "secret"), verbose=False)
        assert client.predict(QUESTION, api_name="/ask")["citations"]
        client.close()


def test_the_endpoint_waits_until_the_page_is_ready(page_settings: Settings) -> None:
    backend = Backend(None, page_settings)
    with serving(backend, wait=False) as address:
        started = time.monotonic()
        client = Client(address, verbose=False)
        assert client.predict(QUESTION, api_name="/ask")["citations"]
        assert time.monotonic() - started < 60
        client.close()
