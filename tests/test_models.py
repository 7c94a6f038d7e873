"""Does a name become a chat model, or one clear message?"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from langchain_core.language_models import GenericFakeChatModel

from assistant.errors import ModelError
from assistant.models import (
    Dropped,
    ScriptedChatModel,
    check_chat_model,
    failure_of,
    name_of,
    open_chat_model,
    scrub,
)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def refused(*arguments, **options):
    with pytest.raises(ModelError) as error:
        open_chat_model(*arguments, **options)
    return str(error.value)


def test_a_chat_model_comes_back_as_it_is():
    model = GenericFakeChatModel(messages=iter([]))
    assert open_chat_model(model) is model


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("openai:gpt-4o-mini", "set OPENAI_API_KEY"),
        ("anthropic:claude-haiku-4-5", "set ANTHROPIC_API_KEY"),
        ("google_genai:gemini-2.5-flash", "pip install langchain-google-genai"),
        ("nobody:model", "no provider that LangChain knows"),
        ("gpt-4o", "Write provider:model"),
        ("openai:", "Write provider:model"),
        ("gguf:/nowhere/model.gguf", "There is no model file"),
    ],
)
def test_what_is_missing_is_named_with_what_mends_it(name, said):
    assert said in refused(name)


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "langchain_ollama", None)
    assert "pip install 'ml-career-assistant[ollama]'" in refused("ollama:llama3.2")


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\x03\x04")
    assert "is not a GGUF file" in refused(f"gguf:{path}")


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host/v1", "http://", "nonsense"])
def test_a_wrong_address_is_refused(address):
    assert "is no address of a server" in refused("", base_url=address)


def test_an_unreachable_server_is_named_without_its_password():
    said = refused("", base_url="http://me:hunter2@127.0.0.1:9/v1")
    assert "127.0.0.1:9 cannot be reached" in said
    assert "hunter2" not in said


def test_the_probe_says_what_is_wrong():
    model = open_chat_model("ollama:llama3.2")
    model.base_url = "http://127.0.0.1:9"
    model = type(model)(model="llama3.2", base_url="http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"llama3\.2: the server cannot be reached"):
        check_chat_model(model)


def test_the_probe_reads_one_word_only():
    model = ScriptedChatModel(replies=["ready", TimeoutError("asked twice")])
    check_chat_model(model)
    assert len(model.prompts) == 1
    with pytest.raises(ModelError, match="did not answer in time"):
        check_chat_model(model)


class _Server(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = self.server.listing
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def listing():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def serve(status, body):
        server.listing = status, body
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    server.server_close()


def test_a_server_is_asked_for_the_name_of_its_model(listing):
    model = open_chat_model("", base_url=listing(200, {"data": [{"id": "qwen"}]}))
    assert name_of(model) == "qwen"
    assert str(model.openai_api_base).endswith("/v1")
    assert model.max_retries == 0


def test_a_name_goes_before_what_a_server_lists(listing):
    assert name_of(open_chat_model("openai:mine", base_url=listing(404, {}))) == "mine"


def test_a_server_without_a_model_and_one_that_wants_a_key_say_so(listing):
    assert "lists no models" in refused("", base_url=listing(200, {"data": []}))
    assert "Set OPENAI_API_KEY" in refused("", base_url=listing(401, {}))


@pytest.mark.parametrize(
    ("status", "said", "again"),
    [
        (401, "refused the key", False),
        (404, "does not know this model", False),
        (429, "rate limit", True),
        (500, "HTTP 500", True),
        (503, "HTTP 503", True),
        (400, "HTTP 400", False),
    ],
)
def test_a_status_means_the_same_from_every_provider(status, said, again):
    error = Exception("said sk-abcdefghijklmnop1234")
    error.status_code = status
    failure = failure_of(error)
    assert said in failure.reason
    assert failure.again is again
    assert "sk-abc" not in failure.reason


def test_a_request_that_is_too_long_is_told_from_a_wrong_one():
    error = Exception("This model's maximum context length is 4096 tokens")
    error.status_code = 400
    assert failure_of(error).too_long


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abc123def456ghi",
        "Bearer abcdef.12345",
        "api_key=hunter2hunter2",
        "https://me:hunter2hunter2@host/",
        "hf_abcdefghijk",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_secrets_are_scrubbed(secret):
    cleaned = scrub(f"it said {secret} and more\nTraceback …")
    assert "hunter2" not in cleaned
    assert not any(part in cleaned for part in ("abc123", "abcdef", "0123456789abcdef"))
    assert "Traceback" not in cleaned


def test_the_scripted_model_streams_word_by_word_and_remembers_what_it_was_asked():
    model = ScriptedChatModel(replies=["One two [1].", Dropped("half a", ConnectionError("gone")), ValueError("no")])
    chunks = list(model.stream("Why?"))
    assert [chunk.text for chunk in chunks if chunk.text] == ["One", " two", " [1]."]
    assert model.prompts[0][0].content == "Why?"
    assert any(chunk.usage_metadata for chunk in chunks)
    heard = []
    with pytest.raises(ConnectionError):
        heard += [chunk.text for chunk in model.stream("And?")]
    with pytest.raises(ValueError, match="no"):
        model.invoke("And now?")
    assert len(model.prompts) == 3


async def collect(stream):
    return [piece async for piece in stream]


def test_the_scripted_model_streams_without_blocking_too():
    import asyncio

    model = ScriptedChatModel(replies=["One two."])
    chunks = asyncio.run(collect(model.astream("Why?")))
    assert "".join(chunk.text for chunk in chunks) == "One two."
