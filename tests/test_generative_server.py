"""Against real HTTP: llama.cpp's server on a model of random weights, and a server that fails in every way."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.generative import GenerativeReader
from assistant.models import check_chat_model, name_of, open_chat_model
from index.passage import Hit, Passage

pytest.importorskip("langchain_openai")

HITS = [
    Hit(
        Passage(
            id=str(number),
            title="Roadmap",
            text=f"Step {number}: a degree is useful, but it is not mandatory. Python is the language to learn first.",
        ),
        0.9,
    )
    for number in range(1, 6)
]


def write_random_model(path, *, context=4096):
    """A llama of 0.7 MB whose weights are noise: a real tokenizer, a real server, and nothing true to say."""
    gguf = pytest.importorskip("gguf")
    noise = np.random.default_rng(0)
    dim, layers, heads, inner = 64, 2, 4, 128
    words = "the a of and to in is salary degree model learns python data gradient Docker river purple seven useful"
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
    common = [f"▁{word}" for word in words.split()] + [".", ",", "▁[", "]"]
    tokens += common
    kinds += [gguf.TokenType.NORMAL] * len(common)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(context)
    writer.add_embedding_length(dim)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(dim // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}\n{% endfor %}")

    def random(*shape):
        return noise.standard_normal(shape, dtype=np.float32) * 0.3

    # Bytes that are no text are made unlikely, so that the noise reads as words, letters and signs.
    out = random(len(tokens), dim)
    readable = {i for i, token in enumerate(tokens) if not token.startswith("<0x") or 32 <= int(token[3:5], 16) < 127}
    out[[i for i in range(len(tokens)) if i not in readable]] *= 0.05
    out[2] = 0  # nor does it stop early
    writer.add_tensor("token_embd.weight", random(len(tokens), dim))
    writer.add_tensor("output_norm.weight", np.ones(dim, np.float32))
    writer.add_tensor("output.weight", out)
    for layer in range(layers):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", random(dim, dim))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(dim, np.float32))
        writer.add_tensor(f"blk.{layer}.ffn_gate.weight", random(inner, dim))
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", random(inner, dim))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", random(dim, inner))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# llama.cpp


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    pytest.importorskip("xllamacpp")
    path = tmp_path_factory.mktemp("model") / "noise.gguf"
    write_random_model(path)
    return path


@pytest.fixture(scope="module")
def noise(model_file):
    return open_chat_model(f"gguf:{model_file}")


def test_a_model_file_is_served_here(noise):
    assert name_of(noise) == "noise"
    check_chat_model(noise)


def test_a_model_file_survives_its_first_name(model_file):
    bound = open_chat_model(f"gguf:{model_file}").bind(max_tokens=8)
    import gc

    gc.collect()
    assert bound.invoke("Hello").response_metadata


@pytest.mark.parametrize("seed", range(4))
def test_gibberish_is_flagged_to_the_last_sentence(noise, seed):
    model = noise.model_copy(update={"max_tokens": 150, "seed": seed})
    *pieces, result = GenerativeReader(model).stream("Is a degree mandatory?", HITS)
    assert len(pieces) > 3, "it streams"
    assert result.claims
    assert not any(claim.supported for claim in result.claims)
    assert result.usage["output_tokens"] > 0
    said = "".join(claim.text for claim in result.claims)
    assert len(said) > 0.5 * len(result.text), "what is shown was checked"


def test_gibberish_is_dropped_altogether_on_demand(noise):
    model = noise.model_copy(update={"max_tokens": 150})
    result = GenerativeReader(model, drop_unsupported=True).read("Is a degree mandatory?", HITS)
    assert result.abstained
    assert result.claims == ()


def test_a_context_that_is_too_long_for_a_real_server_gets_fewer_passages(noise):
    model = noise.model_copy(update={"max_tokens": 30})
    long = [Hit(Passage(id=str(n), text="Python is useful. " * 60), 0.9) for n in range(8)]  # a byte is a token
    result = GenerativeReader(model).read("What is useful?", long)
    assert any("more did not fit" in note for note in result.notes)


def test_a_damaged_model_file_is_one_clear_message(tmp_path, model_file):
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(model_file.read_bytes()[:5000])
    with pytest.raises(ModelError, match=r"damaged\.gguf cannot be loaded"):
        open_chat_model(f"gguf:{damaged}")


# A server that fails


class _Failing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self._json(200, {"data": [{"id": "stub"}]})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        behaviour = self.server.script[min(self.server.asked, len(self.server.script)) - 1]
        if behaviour in (429, 500, 503):
            return self._json(behaviour, {"error": {"message": "try later", "type": "x"}}, {"Retry-After": "0"})
        if behaviour == 400:
            text = "the request exceeds the available context size"
            return self._json(400, {"error": {"message": text, "type": "exceed_context_size_error"}})
        if behaviour == "hang":
            return self.server.released.wait(20)
        text, _, ending = behaviour.partition("|")
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for word in text.split(" ") if text else []:
            self._event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": word + " "}}]})
        if ending == "drop":
            self.close_connection = True
            self.connection.shutdown(2)
            return None
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True
        return None

    def _event(self, data):
        data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "stub", **data}
        self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def _json(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {
            "Content-Length": str(len(data)),
            "Content-Type": "application/json",
            **dict(headers),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Failing)
    server.daemon_threads = True
    server.released = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def start(*script, timeout=30.0):
        server.script, server.asked = script, 0
        return server, open_chat_model("", base_url=f"http://127.0.0.1:{server.server_port}", timeout=timeout)

    yield start
    server.released.set()
    server.shutdown()
    server.server_close()


GOOD = "A degree is useful [1]. Python is the language to learn first [2]."


@pytest.mark.parametrize("failure", [429, 500, 503, "A degree|drop", "|drop", "", 400])
def test_a_failure_of_a_real_connection_is_tried_again(serve, failure):
    server, model = serve(failure, GOOD)
    result = GenerativeReader(model).read("What first?", HITS)
    assert [claim.supported for claim in result.claims] == [True, True]
    assert server.asked == 2


def test_a_server_that_hangs_is_given_up_at_the_deadline(serve):
    _, model = serve("hang")
    started = time.perf_counter()
    with pytest.raises(ModelError, match="no answer within 1 s"):
        GenerativeReader(model, deadline=1.0).read("What first?", HITS)
    assert time.perf_counter() - started < 5


def test_a_server_that_hangs_once_is_asked_again(serve):
    _, model = serve("hang", GOOD, timeout=0.5)
    assert GenerativeReader(model).read("What first?", HITS).claims[0].supported


def test_a_server_that_is_gone_is_named(serve):
    server, model = serve(GOOD)
    server.shutdown()
    server.server_close()
    with pytest.raises(ModelError, match="cannot be reached"):
        GenerativeReader(model, attempts=1).read("What first?", HITS)
