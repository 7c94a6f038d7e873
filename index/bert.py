"""A BERT sentence encoder run by onnxruntime straight from its weights file; the only file that knows onnx.

sentence-transformers gives the same vectors (cosine above .99999) but takes 3 to 5 seconds to import, 2 to 3 times as
long for a question, and half the speed over many passages. Nothing is exported and nothing is cached: a graph of 8 KB
that names the fused operators of onnxruntime is made in memory, and the weights are handed to it as they lie in the
file, so that a model is ready in 0.1 to 0.2 seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.beside import cores

Vectors = NDArray[np.float32]
BATCH_TOKENS = (
    512  # tokens run at once by one thread, padding included; 256 to 1,024 measured alike, 2,048 a fifth slower
)
FUSED = "com.microsoft"  # the domain of onnxruntime's fused operators
# Weights that share a scale where they are of eight bits. The lowest cosine to the vectors of full weights that was
# found: .9995 for passages and .9992 for a few words; blocks of 64 are 5% quicker and fall below .999 for some texts.
BLOCK = 32


class UnsupportedModelError(ValueError):
    """The folder holds a model of another kind than this file runs."""


@dataclass(frozen=True)
class _Shape:
    layers: int
    heads: int
    epsilon: float
    pooling: str
    normalized: bool
    tokens: int
    lower_case: bool


class BertEncoder:
    """Texts to unit vectors, by the model in a sentence-transformers folder. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int | None = None,
        changes: Mapping[str, tuple[Vectors, Vectors]] | None = None,
        eight_bit: bool = False,
    ) -> None:
        """Load a model.

        Args:
            folder: A sentence-transformers folder: a BERT, then mean or CLS pooling, then perhaps normalisation.
            threads: For many texts; None for one a core that this process may use.
            changes: What fine-tuning added to weights, by their name: the factors (out, r) and (r, in) of a matrix of
                low rank (LoRA; Hu et al. 2021).
            eight_bit: Multiply by weights of eight bits in blocks that share a scale: quicker, and nearly the same.

        Raises:
            UnsupportedModelError: If the folder holds anything else.
            OSError: If a file cannot be read.
        """
        import onnxruntime

        shape = _shape(folder)
        self._tokenizer = _tokenizer(folder / "tokenizer.json", shape.tokens)
        self._lower_case = shape.lower_case
        self._threads = threads or cores()
        tensors = _safetensors(folder / "model.safetensors")
        tensors.update({name: tensors[name] + left @ right for name, (left, right) in (changes or {}).items()})
        graph, weights = _graph(tensors, shape, eight_bit=eight_bit)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # several batches side by side beat several threads on one batch
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The graph is made as it is to be run; onnxruntime would put a slower operator in the place of some.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
        options.add_external_initializers(list(weights), values)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def encode(self, texts: Sequence[str | tuple[str, str]]) -> Vectors:
        """(n, dim) float32 with rows of unit length; what a text holds past the model's limit is not read.

        Two texts in a tuple are read together, with the separator between them.
        """
        ids = self._ids(texts)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        rows = np.concatenate(self._in_batches(ids, order, ["vectors"]))
        vectors = np.empty_like(rows)
        vectors[order] = rows
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Vectors]]:
        """What `encode` gives, and for each text (tokens, dim) float32: the states of its tokens, of any length.

        Without those of the first and the last token, which stand for no part of the text.
        """
        ids = self._ids(texts)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        vectors: list[Vectors] = [np.empty(0, np.float32)] * len(ids)
        states = list(vectors)
        places = iter(order)
        for rows, tokens in self._in_batches(ids, order, ["vectors", "tokens"]):
            for row, token in zip(rows, tokens, strict=True):
                place = next(places)
                vectors[place] = row
                states[place] = token[1 : len(ids[place]) - 1]
        return np.stack(vectors), states

    def _ids(self, texts: Sequence[str | tuple[str, str]]) -> list[list[int]]:
        cleaned = [self._clean(text) if isinstance(text, str) else tuple(map(self._clean, text)) for text in texts]
        return [entry.ids for entry in self._tokenizer.encode_batch(cleaned)]

    def _in_batches(self, ids: Sequence[Sequence[int]], order: Sequence[int], outputs: list[str]) -> list[Any]:
        """What the model gives for batches, in order; a list of arrays each, or the array if there is one output."""
        batches = list(_batches(order, ids))

        def run(batch: Sequence[int]) -> Any:
            return self._run([ids[i] for i in batch], outputs)

        if len(batches) > 1 and self._threads > 1:
            with ThreadPoolExecutor(min(self._threads, len(batches))) as pool:
                return list(pool.map(run, reversed(batches)))[::-1]
        return [run(batch) for batch in batches]

    def _run(self, ids: Sequence[Sequence[int]], outputs: list[str]) -> Any:
        length = max(len(row) for row in ids)
        padded = np.zeros((len(ids), length), dtype=np.int64)
        mask = np.zeros((len(ids), length), dtype=np.int32)
        for row, entry in enumerate(ids):
            padded[row, : len(entry)] = entry
            mask[row, : len(entry)] = 1
        found = self._session.run(outputs, {"ids": padded, "mask": mask})
        return found[0] if len(outputs) == 1 else found

    def _clean(self, text: str) -> str:
        text = text.encode("utf-8", "replace").decode()  # a lone surrogate is an error to the tokenizer
        return text.lower() if self._lower_case else text


def read_changes(path: Path) -> tuple[dict[str, tuple[Vectors, Vectors]], dict[str, Vectors]]:
    """What fine-tuning left in a file: the `changes` that a `BertEncoder` takes, and every other array, in float32."""
    with np.load(path) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    lefts = [name for name in arrays if name.endswith("/left")]
    changes = {name.removesuffix("/left"): (arrays.pop(name), arrays.pop(f"{name[:-4]}right")) for name in lefts}
    return changes, arrays


@lru_cache(maxsize=4)
def _tokenizer(path: Path, tokens: int) -> Any:
    """The tokenizer of a file, read once for all that are made from it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(tokens)  # the file itself may say 128, and pad to that
    tokenizer.no_padding()
    return tokenizer


def _batches(order: Iterable[int], ids: Sequence[Sequence[int]]) -> Iterable[list[int]]:
    """Positions in batches of like length (`order` goes from short to long)."""
    batch: list[int] = []
    for position in order:
        if batch and (len(batch) + 1) * len(ids[position]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _shape(folder: Path) -> _Shape:
    config = _json(folder / "config.json")
    modules = [(entry["type"].rsplit(".", 1)[-1], entry["path"]) for entry in _json(folder / "modules.json")]
    kinds = [kind for kind, _ in modules]
    sentence = _json(folder / "sentence_bert_config.json")
    general = folder / "config_sentence_transformers.json"
    prompts = _json(general) if general.is_file() else {}
    pooling = _json(folder / modules[1][1] / "config.json") if kinds[1:2] == ["Pooling"] else {}
    chosen = [key for key, value in pooling.items() if key.startswith("pooling_mode_") and value]
    wanted = {
        "model_type": config.get("model_type") == "bert",
        "hidden_act": config.get("hidden_act") == "gelu",
        "position_embedding_type": config.get("position_embedding_type", "absolute") == "absolute",
        "modules.json": kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]),
        "pooling": chosen in (["pooling_mode_mean_tokens"], ["pooling_mode_cls_token"]),
        "default_prompt_name": not prompts.get("default_prompt_name"),
        "tokenizer.json": (folder / "tokenizer.json").is_file(),
        "model.safetensors": (folder / "model.safetensors").is_file(),
    }
    for what, fits in wanted.items():
        if not fits:
            raise UnsupportedModelError(f"{folder}: {what} is not what this encoder runs")
    return _Shape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        epsilon=config["layer_norm_eps"],
        pooling=chosen[0],
        normalized=kinds[-1] == "Normalize",
        tokens=min(sentence.get("max_seq_length") or 512, config["max_position_embeddings"]),
        lower_case=bool(sentence.get("do_lower_case")),
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise UnsupportedModelError(f"{path} is missing") from error


def _safetensors(path: Path) -> dict[str, Vectors]:
    """The float32 tensors of a file, by name, without reading them yet."""
    raw = np.memmap(path, dtype=np.uint8, mode="r")
    length = int.from_bytes(raw[:8].tobytes(), "little")
    header = json.loads(raw[8 : 8 + length].tobytes())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = raw[8 + length + start : 8 + length + end].view(np.float32).reshape(entry["shape"])
    return tensors


def _graph(tensors: dict[str, Vectors], shape: _Shape, *, eight_bit: bool) -> tuple[bytes, dict[str, NDArray[Any]]]:
    """The model as an ONNX graph, and the weights that the graph names."""
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    weights: dict[str, NDArray[Any]] = {}

    def tensor(name: str) -> Vectors:
        for prefix in ("", "bert."):
            if prefix + name in tensors:
                return tensors[prefix + name]
        raise UnsupportedModelError(f"the weights have no float32 tensor {name!r}")

    def weight(name: str, value: NDArray[Any]) -> str:
        weights[name] = np.ascontiguousarray(value)
        return name

    def add(operator: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def affine(module: str, name: str) -> list[str]:
        return [weight(f"{name}.gain", tensor(f"{module}.weight")), weight(f"{name}.bias", tensor(f"{module}.bias"))]

    def dense(modules: list[str], value: str, name: str) -> str:
        matrix = np.concatenate([tensor(f"{module}.weight") for module in modules])
        if not eight_bit:
            return add("MatMul", [value, weight(f"{name}.weight", matrix.T)], f"{name}.product")
        codes, scales = _in_eight_bits(matrix)
        return add(
            "MatMulNBits",
            [value, weight(f"{name}.codes", codes), weight(f"{name}.scales", scales)],
            f"{name}.product",
            domain=FUSED,
            N=matrix.shape[0],
            K=matrix.shape[1],
            bits=8,
            block_size=BLOCK,
            accuracy_level=4,  # what is multiplied is put into eight bits too, block by block
        )

    positions = tensor("embeddings.position_embeddings.weight") + tensor("embeddings.token_type_embeddings.weight")[0]
    words = add("Gather", [weight("words", tensor("embeddings.word_embeddings.weight")), "ids"], "words.found")
    length = add("Shape", ["ids"], "length", start=1, end=2)
    places = add("Slice", [weight("positions", positions), "zero", length, "zero"], "positions.found")
    norm = affine("embeddings.LayerNorm", "embedded")
    value = add(
        "LayerNormalization", [add("Add", [words, places], "sum"), *norm], "embedded", axis=-1, epsilon=shape.epsilon
    )
    for layer in range(shape.layers):
        module, name = f"encoder.layer.{layer}", f"layer{layer}"
        parts = [f"{module}.attention.self.{part}" for part in ("query", "key", "value")]
        biases = weight(f"{name}.qkv.bias", np.concatenate([tensor(f"{part}.bias") for part in parts]))
        if eight_bit:
            split = [f"{name}.query", f"{name}.key", f"{name}.value"]
            product = dense(parts, value, f"{name}.qkv")
            nodes.append(helper.make_node("Split", [product], split, axis=-1, num_outputs=3))
            inputs, operator = [*split, biases, "mask"], "MultiHeadAttention"
        else:
            joined = np.concatenate([tensor(f"{part}.weight").T for part in parts], axis=1)
            inputs, operator = [value, weight(f"{name}.qkv", joined), biases, "mask"], "Attention"
        attention = add(operator, inputs, f"{name}.attention", domain=FUSED, num_heads=shape.heads)
        attended = _add_and_norm(
            add,
            dense([f"{module}.attention.output.dense"], attention, f"{name}.attended"),
            value,
            [
                *affine(f"{module}.attention.output.LayerNorm", f"{name}.attended.norm"),
                weight(f"{name}.attended.bias", tensor(f"{module}.attention.output.dense.bias")),
            ],
            f"{name}.attended",
            shape.epsilon,
        )
        wide = dense([f"{module}.intermediate.dense"], attended, f"{name}.wide")
        bias = weight(f"{name}.wide.bias", tensor(f"{module}.intermediate.dense.bias"))
        active = add("BiasGelu", [wide, bias], f"{name}.active", domain=FUSED)
        value = _add_and_norm(
            add,
            dense([f"{module}.output.dense"], active, f"{name}.narrow"),
            attended,
            [
                *affine(f"{module}.output.LayerNorm", f"{name}.norm"),
                weight(f"{name}.narrow.bias", tensor(f"{module}.output.dense.bias")),
            ],
            name,
            shape.epsilon,
        )
    if shape.pooling == "pooling_mode_mean_tokens":
        mask = add("Unsqueeze", [add("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT), "one"], "mask.row")
        pooled = add("Squeeze", [add("MatMul", [mask, value], "pooled.row"), "one"], "pooled")
    else:
        pooled = add("Squeeze", [add("Slice", [value, "zero", "one", "one"], "pooled.row"), "one"], "pooled")
    add("Identity", [value], "tokens")
    # The mean and the sum have the same direction; and unit length is what `encode` promises, normalised or not.
    add("LpNormalization", [pooled], "vectors", axis=-1, p=2)

    constants = [
        numpy_helper.from_array(np.array([0], np.int64), "zero"),
        numpy_helper.from_array(np.array([1], np.int64), "one"),
    ]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"]),
            helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "tokens"]),
        ],
        [
            helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", "dim"]),
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["texts", "tokens", "dim"]),
        ],
        [*constants, *(_external(name, value) for name, value in weights.items())],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString(), weights


def _in_eight_bits(matrix: Vectors) -> tuple[NDArray[np.uint8], Vectors]:
    """A matrix (n, m) as codes (n, m / BLOCK, BLOCK) and their scales (n, m / BLOCK): (codes - 128) * scales."""
    if matrix.shape[1] % BLOCK:
        raise UnsupportedModelError(f"a width of {matrix.shape[1]} cannot be cut into blocks of {BLOCK}")
    blocks = matrix.reshape(len(matrix), -1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(axis=-1, keepdims=True), np.float32(1e-12)) / np.float32(127)
    return (np.rint(blocks / scales) + 128).astype(np.uint8), scales[..., 0]


def _add_and_norm(add: Any, product: str, skipped: str, parameters: list[str], name: str, epsilon: float) -> str:
    gain, shift, bias = parameters
    # Not SkipLayerNormalization, which does the same in one operator and takes five times as long.
    moved = add("Add", [product, bias], f"{name}.moved")
    summed = add("Add", [moved, skipped], f"{name}.summed")
    output: str = add("LayerNormalization", [summed, gain, shift], f"{name}.out", axis=-1, epsilon=epsilon)
    return output


def _external(name: str, value: NDArray[Any]) -> Any:
    """A declaration of a weight whose values the session is given from memory."""
    from onnx import TensorProto

    kind = TensorProto.UINT8 if value.dtype == np.uint8 else TensorProto.FLOAT
    declared = TensorProto(name=name, data_type=kind, dims=value.shape)
    declared.data_location = TensorProto.EXTERNAL
    for key, entry in (("location", "weights"), ("offset", "0"), ("length", str(value.nbytes))):
        declared.external_data.add(key=key, value=entry)
    return declared
