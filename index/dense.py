"""Cosines of a question's vector with those of passages: exact for few, by eight-bit codes and then exact for many.

At 100,000 vectors of 384 the exact product reads 154 MB; the codes are a quarter of that and take a quarter as long.
The few hundred passages that the codes put first are then scored exactly (see `Snapshot`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.arrays import Array
from index.beside import cores
from index.embedding import Vectors

CODED_FROM = 10_000  # vectors in one part from which codes pay: below, the exact product takes under 0.4 ms
FUSED = "com.microsoft"  # the domain of onnxruntime's fused operators
SCAN_THREADS = 2  # memory, not the processor, is what a scan waits for; 2 took 1.8 ms where 1 took 3.2
QUERY_STEPS = 63  # 7 bits: with 8, the sums of pairs overflow 16 bits on processors without VNNI


def codes_of(vectors: Vectors) -> dict[str, Array]:
    """Rows as eight-bit codes: `codes` (dim, n) int8, and `scales` (n,) float32 that turn them back."""
    scales = np.abs(vectors).max(axis=1) / 127
    codes = np.round(vectors / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    return {"codes": np.ascontiguousarray(codes.T), "scales": scales.astype(np.float32)}


class ExactVectors:
    """(n, dim) float32 rows, scored exactly."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def scores(self, vector: Vectors) -> Vectors:
        """(n,) cosines with a unit vector."""
        found: Vectors = self._vectors @ vector
        return found


class CodedVectors:
    """Eight-bit rows, scored by onnxruntime's integer product to about .002 of the cosine."""

    def __init__(self, codes: Array, scales: Array) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(cores(), SCAN_THREADS)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # threads sleep between questions
        options.log_severity_level = 3
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in (codes, scales)]
        options.add_external_initializers(["codes", "scales"], values)
        self._session = onnxruntime.InferenceSession(_product(codes.shape), options, providers=["CPUExecutionProvider"])

    def scores(self, vector: Vectors) -> Vectors:
        """(n,) cosines with a unit vector, nearly."""
        scale = np.array([max(float(np.abs(vector).max()), 1e-12) / QUERY_STEPS], dtype=np.float32)
        query = (np.round(vector / scale) + 64).astype(np.uint8)[None]
        found: Vectors = self._session.run(None, {"query": query, "scale": scale})[0][0]
        return found


def _product(shape: tuple[int, ...]) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    codes = TensorProto(name="codes", data_type=TensorProto.INT8, dims=shape)
    scales = TensorProto(name="scales", data_type=TensorProto.FLOAT, dims=shape[1:])
    for declared, length in ((codes, shape[0] * shape[1]), (scales, 4 * shape[1])):
        declared.data_location = TensorProto.EXTERNAL
        for key, value in (("location", declared.name), ("offset", "0"), ("length", str(length))):
            declared.external_data.add(key=key, value=value)
    middle = numpy_helper.from_array(np.array(64, np.uint8), "middle")
    graph = helper.make_graph(
        [
            helper.make_node(
                "MatMulIntegerToFloat", ["query", "codes", "scale", "scales", "middle"], ["cosines"], domain=FUSED
            )
        ],
        "product",
        [
            helper.make_tensor_value_info("query", TensorProto.UINT8, [1, shape[0]]),
            helper.make_tensor_value_info("scale", TensorProto.FLOAT, [1]),
        ],
        [helper.make_tensor_value_info("cosines", TensorProto.FLOAT, [1, shape[1]])],
        [codes, scales, middle],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    model: Any = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    serialized: bytes = model.SerializeToString()
    return serialized
