"""A name to a LangChain chat model, what its failures mean, and a scripted model whose words are known in advance."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from assistant.errors import ModelError

TIMEOUT = 30.0  # seconds a model may be silent before the request is given up
ANSWER_TOKENS = 1024  # the most tokens of an answer, where we set the limit ourselves: a page of text
CONTEXT_TOKENS = 8192  # of a local file: eight passages of 400 tokens, the instructions and the answer, twice over
EXAMPLE = "openai:gpt-4o-mini, anthropic:claude-haiku-4-5, ollama:llama3.2 or gguf:model.gguf"

# What each provider's package is called, what installs it, and where its key is looked for.
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama"}
_KEYS = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "huggingface": "HUGGINGFACEHUB_API_TOKEN",
    "mistralai": "MISTRAL_API_KEY",
    "groq": "GROQ_API_KEY",
}
_TIMED = {"openai", "anthropic", "google_genai", "mistralai", "groq"}  # take timeout= and max_retries=


def open_chat_model(
    llm: str | BaseChatModel, *, base_url: str | None = None, timeout: float = TIMEOUT
) -> BaseChatModel:
    """The chat model that a name stands for.

    Args:
        llm: `provider:model` as LangChain's `init_chat_model` reads it; `gguf:PATH` for a model file that is run here;
            or a chat model, which comes back as it is. With `base_url`, the name the server knows the model by; ""
            for the first it lists.
        base_url: Address of an OpenAI-compatible server. OPENAI_API_KEY, if set, is sent to it.
        timeout: Seconds without a word after which a request is given up, where the provider can be told.

    Raises:
        ModelError: If the package, the key, the file or the server is missing, or the name stands for nothing.
    """
    if isinstance(llm, BaseChatModel):
        return llm
    name = llm.strip()
    if base_url:
        return _open_served(name, base_url, timeout)
    if name.startswith("gguf:"):
        return _open_file(Path(name.removeprefix("gguf:")).expanduser(), timeout)
    return _open_named(name, timeout)


def check_chat_model(model: BaseChatModel) -> None:
    """Ask the model for one word, and read no more of its answer than that.

    Raises:
        ModelError: If it does not answer; the message says why and what mends it.
    """
    try:
        words = model.stream("Answer with the single word: ready")
        next((chunk for chunk in words if chunk.text.strip()), None)
        close = getattr(words, "close", None)
        if close:
            close()
    except Exception as error:
        raise ModelError(f"{name_of(model)}: {failure_of(error).reason}.") from error


def name_of(model: BaseChatModel) -> str:
    """What the model is called, without its provider's class names."""
    for attribute in ("model_name", "model", "model_id"):
        name = getattr(model, attribute, None)
        if isinstance(name, str) and name:
            return name
    return type(model).__name__


# Failures


@dataclass(frozen=True)
class Failure:
    """What an exception of a provider means.

    Attributes:
        reason: In words, with what mends it; holds no key and no address of a page.
        again: Whether the same request may well succeed if it is sent again.
        wait: Seconds the server asked to wait, or None.
        too_long: Whether the request was longer than the model can read.
    """

    reason: str
    again: bool = False
    wait: float | None = None
    too_long: bool = False


def failure_of(error: BaseException) -> Failure:
    """What went wrong, told by status and kind, as every provider's package has exceptions of its own."""
    chain = list(_causes(error))
    said = " ".join(str(cause) for cause in chain).lower()
    status = next((code for code in map(_status, chain) if code), None)
    kinds = " ".join(kind.__name__ for cause in chain for kind in type(cause).__mro__)
    if _TOO_LONG.search(said) and status in (None, 400, 413, 422, 500):
        return Failure("the question and its passages are longer than the model can read", too_long=True)
    if "no generation chunks" in said:
        return Failure("the model's answer was empty", True)
    if status in (401, 403):
        return Failure("the server refused the key; check the provider's API key variable and what it may use")
    if status == 404:
        return Failure("the server does not know this model; check the name (for Ollama: `ollama pull NAME`)")
    if status == 429:
        if "insufficient_quota" in said or "billing" in said:
            return Failure("the account has no quota left; see the provider's billing page")
        return Failure("the server answers no more requests for now (rate limit)", True, _wait(chain))
    if status is not None and (status >= 500 or status in (408, 409, 425)):
        return Failure(f"the server failed (HTTP {status})", True, _wait(chain))
    if status is not None:
        return Failure(f"the server refused the request (HTTP {status}): {scrub(str(error))}")
    if "Timeout" in kinds or "timed out" in said:
        return Failure("the model did not answer in time", True)
    if "Connect" in kinds or "refused" in said or "Network" in kinds:
        return Failure("the server cannot be reached; check the address and that it runs", True)
    if any(word in kinds for word in ("Protocol", "ReadError", "IncompleteRead", "Stream", "OSError")):
        return Failure("the connection broke off in the middle of the answer", True)
    return Failure(f"{type(error).__name__}: {scrub(str(error))}")


def scrub(text: str, limit: int = 200) -> str:
    """The first line of an error's text without anything that may be a key or a password."""
    line = next(iter(text.strip().splitlines()), "")
    line = re.sub(r"(?<=://)[^/\s@]+@", "", line)
    line = re.sub(
        r"(?i)\b(bearer|basic|api[_-]?key|token|password|secret)\b(\s*[:=]?\s*)['\"]?[^\s'\",;]+", r"\1\2…", line
    )
    line = re.sub(r"\b(?:sk|pk|hf|gsk|xox[a-z]|AIza)[-_A-Za-z0-9*]{6,}", "…", line)
    line = re.sub(r"\b(?=[\w*-]*\d)[\w*-]{28,}", "…", line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|maximum context|prompt is too long|too many tokens|input is too long"
    r"|exceed\w*\b.{0,40}\b(?:context|tokens)|reduce the length|contextoverflow"
)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        for attribute in ("status_code", "code", "status"):
            code = getattr(holder, attribute, None)
            if isinstance(code, int) and 400 <= code < 600:
                return code
    return None


def _wait(chain: Sequence[BaseException]) -> float | None:
    for error in chain:
        headers = getattr(getattr(error, "response", None), "headers", None)
        asked = headers.get("retry-after") if headers is not None else None
        if not asked:
            continue
        try:
            return max(0.0, float(asked))
        except ValueError:
            pass
        try:
            return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
        except ValueError:
            return None
    return None


# Opening


def _open_named(name: str, timeout: float) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider, _, model = name.partition(":")
    if not provider or not model:
        raise ModelError(f"“{name}” names no language model. Write provider:model, such as {EXAMPLE}.")
    options: dict[str, Any] = {"timeout": timeout, "max_retries": 0} if provider in _TIMED else {}
    if provider == "openai":
        options["stream_usage"] = True
    if provider == "ollama":
        options["client_kwargs"] = {"timeout": timeout}
    if provider in _EXTRAS and find_spec(f"langchain_{provider}") is None:
        raise ModelError(f"“{name}” needs a package that is not installed. Run: {_install(provider)}")
    try:
        opened: BaseChatModel = init_chat_model(name, **options)
    except ImportError as error:
        raise ModelError(
            f"“{name}” needs a package that is not installed. Run: {_install(provider, str(error))}"
        ) from error
    except ValueError as error:
        if "provider" in str(error):
            raise ModelError(f"“{provider}” is no provider that LangChain knows. Write, say, {EXAMPLE}.") from error
        raise ModelError(f"“{name}” cannot be opened: {_needs_key(provider) or scrub(str(error))}") from error
    except Exception as error:
        raise ModelError(f"“{name}” cannot be opened: {_needs_key(provider) or scrub(str(error))}") from error
    if provider == "anthropic" and not _has_key(opened, "anthropic_api_key"):
        raise ModelError(f"“{name}” cannot be opened: set ANTHROPIC_API_KEY to your key.")
    return opened


def _install(provider: str, said: str = "") -> str:
    if provider in _EXTRAS:
        return f"pip install 'ml-career-assistant[{_EXTRAS[provider]}]'"
    package = re.search(r"\blangchain-[a-z0-9-]+", said)
    return f"pip install {package.group() if package else 'langchain-' + provider.replace('_', '-')}"


def _needs_key(provider: str) -> str:
    variable = _KEYS.get(provider)
    return f"set {variable} to your key." if variable and not os.environ.get(variable) else ""


def _has_key(model: BaseChatModel, field: str) -> bool:
    secret = getattr(model, field, None)
    return bool(secret is not None and secret.get_secret_value()) or bool(os.environ.get("ANTHROPIC_AUTH_TOKEN"))


def _open_served(name: str, base_url: str, timeout: float) -> BaseChatModel:
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelError(
            f"“{scrub(base_url)}” is no address of a server. ASSISTANT_LLM_BASE_URL looks like http://127.0.0.1:8000/v1."
        )
    address = base_url.strip().rstrip("/") + ("" if parts.path.strip("/") else "/v1")
    key = os.environ.get("OPENAI_API_KEY") or "x"
    listed = _list_models(address, key)
    model = name.removeprefix("openai:") or (listed[0] if listed else "")
    if not model:
        raise ModelError(
            f"The server at {parts.netloc.rpartition('@')[2]} lists no models. Name one with ASSISTANT_LLM."
        )
    return _openai_compatible(model, address, key, timeout)


def _openai_compatible(model: str, address: str, key: str, timeout: float, **more: Any) -> BaseChatModel:
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise ModelError(
            "An OpenAI-compatible server needs a package that is not installed. "
            "Run: pip install 'ml-career-assistant[openai]'"
        ) from error

    class ServedChatModel(ChatOpenAI):
        """Keeps what serves it alive for as long as it is used."""

        served_by: Any = Field(default=None, exclude=True, repr=False)

    return ServedChatModel(
        model=model,
        base_url=address,
        api_key=key,  # type: ignore[arg-type]
        max_retries=0,
        timeout=timeout,
        stream_usage=True,
        max_tokens=ANSWER_TOKENS,  # type: ignore[call-arg]
        **more,
    )


def _list_models(address: str, key: str) -> list[str]:
    """The names of the models on a server, which shows as well that it is there."""
    where = urlsplit(address).netloc.rpartition("@")[2]
    request = Request(f"{address}/models", headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})
    try:
        with urlopen(request, timeout=5) as response:
            listed = json.load(response)
        return [str(entry["id"]) for entry in listed["data"]]
    except HTTPError as error:
        if error.code in (401, 403):
            raise ModelError(f"The server at {where} refused the key. Set OPENAI_API_KEY to one it accepts.") from error
        return []
    except (URLError, TimeoutError, OSError) as error:
        raise ModelError(
            f"The server at {where} cannot be reached. Start it, or correct ASSISTANT_LLM_BASE_URL."
        ) from error
    except (ValueError, KeyError, TypeError):
        return []


def _open_file(path: Path, timeout: float) -> BaseChatModel:
    """A model file run in this process by llama.cpp, behind a server that only this process has the key to."""
    if not path.is_file():
        raise ModelError(f"There is no model file {path}. Write gguf: and the path of a .gguf file.")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError(f"{path.name} is not a GGUF file. Download the model's GGUF version, or convert it.")
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelError(
            "A model file needs a package that is not installed. Run: pip install 'ml-career-assistant[local]'"
        ) from error
    import secrets

    key = secrets.token_urlsafe(24)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(path)
    settings.n_ctx = CONTEXT_TOKENS
    settings.n_parallel = 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) // 2)
    settings.port = 0
    settings.api_keys = [key]
    settings.ui = False
    settings.verbosity = -1
    try:
        server = xllamacpp.Server(settings)
    except Exception as error:
        raise ModelError(
            f"{path.name} cannot be loaded: {scrub(str(error))}. Is it whole, and is there memory?"
        ) from error
    return _openai_compatible(path.stem, f"{server.listening_address}/v1", key, timeout, served_by=server)


# A model that says what it is told to


@dataclass(frozen=True)
class Dropped:
    """A reply of which only the beginning arrives before the error."""

    text: str
    error: Exception


class ScriptedChatModel(BaseChatModel):
    """Says the given replies in turn, word by word, and the last one for ever after.

    For demonstrations and tests: what a right answer, an invented citation or a broken connection leads to can be seen
    without a provider.

    Attributes:
        replies: Texts; exceptions, which are raised; or `Dropped`, of which the beginning arrives.
        delay: Seconds before each word.
        prompts: The messages of each request so far.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    replies: list[str | Exception | Dropped]
    delay: float = 0.0
    prompts: list[list[BaseMessage]] = Field(default_factory=list)
    model_name: str = "scripted"

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = self.replies[min(len(self.prompts), len(self.replies) - 1)]
        self.prompts.append(list(messages))
        if isinstance(reply, Exception):
            raise reply
        text = reply.text if isinstance(reply, Dropped) else reply
        words = re.findall(r"\s*\S+\s*$|\s*\S+", text)
        for word in words:
            if self.delay:
                time.sleep(self.delay)
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        if isinstance(reply, Dropped):
            raise reply.error
        ending = AIMessageChunk(content="", usage_metadata=_usage(messages, words))
        ending.response_metadata = {"finish_reason": "stop"}
        yield ChatGenerationChunk(message=ending)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        chunks = [chunk.message for chunk in self._stream(messages, stop, run_manager, **kwargs)]
        text = "".join(str(chunk.content) for chunk in chunks)
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage(content=text, usage_metadata=chunks[-1].usage_metadata))]  # type: ignore[attr-defined]
        )


def _usage(messages: Sequence[BaseMessage], words: Sequence[str]) -> UsageMetadata:
    read = sum(len(message.text.split()) for message in messages)
    return UsageMetadata(input_tokens=read, output_tokens=len(words), total_tokens=read + len(words))
