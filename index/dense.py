"""Cosines of a question's vector with those of passages: exact for few, by four-bit codes and then exact for many.

At 100,000 vectors of 384 the exact product reads 154 MB, 13 milliseconds on one core; the codes are an eighth of that
and take .7 to 1.5, as they lie in the processor's cache or not; eight-bit codes took 2.4 to 3.2. They are off by .006
(standard deviation), so that of what they put first several times as many as are wanted are then scored exactly (see
`Snapshot`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from index.arrays import Array
from index.embedding import Vectors

CODED_FROM = 10_000  # vectors in one part from which codes pay: below, the exact product takes under 0.5 ms
BLOCK = 128  # numbers that share a scale; 64 and 32 are off by .005, and take one and a half times and twice as long
ZERO = 8  # the code of 0
FUSED = "com.microsoft"  # the domain of onnxruntime's fused operators


def codes_of(vectors: Vectors) -> dict[str, Array]:
    """Rows as four-bit codes, in the form of onnxruntime's `MatMulNBits`.

    `codes` (n, blocks, BLOCK / 2) uint8, two codes a byte, the first in the lower half; `scales` (n, blocks) float32
    that turn them back.
    """
    blocks = -(-vectors.shape[1] // BLOCK)
    codes = np.empty((len(vectors), blocks, BLOCK // 2), dtype=np.uint8)
    scales = np.empty((len(vectors), blocks), dtype=np.float32)
    for start in range(0, len(vectors), CODED_FROM):  # some at a time: a merge of large parts should not need twice
        rows = slice(start, start + CODED_FROM)
        padded = np.pad(vectors[rows], ((0, 0), (0, blocks * BLOCK - vectors.shape[1]))).reshape(-1, blocks, BLOCK)
        scales[rows] = np.abs(padded).max(axis=2) / (ZERO - 0.5)
        steps = np.round(padded / np.maximum(scales[rows], 1e-12)[:, :, None])
        found = (np.clip(steps, -ZERO, ZERO - 1) + ZERO).astype(np.uint8)
        codes[rows] = found[:, :, 0::2] | found[:, :, 1::2] << 4
    return {"codes": codes, "scales": scales}


class ExactVectors:
    """(n, dim) float32 rows, scored exactly."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def scores(self, vector: Vectors) -> Vectors:
        """(n,) cosines with a unit vector."""
        found: Vectors = self._vectors @ vector
        return found


class CodedVectors:
    """Four-bit rows, scored by onnxruntime to about .006 of the cosine."""

    def __init__(self, codes: Array, scales: Array, *, dim: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        arrays = {"codes": codes, "scales": scales.reshape(-1)}
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
        options.add_external_initializers(list(arrays), values)
        graph = _product(arrays, dim)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def scores(self, vector: Vectors) -> Vectors:
        """(n,) cosines with a unit vector, nearly."""
        found: Vectors = self._session.run(None, {"query": vector[None]})[0][0]
        return found


def _product(arrays: dict[str, Array], dim: int) -> bytes:
    from onnx import TensorProto, helper

    declared = []
    for (name, array), kind in zip(arrays.items(), (TensorProto.UINT8, TensorProto.FLOAT), strict=True):
        tensor = TensorProto(name=name, data_type=kind, dims=array.shape)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", name), ("offset", "0"), ("length", str(array.nbytes))):
            tensor.external_data.add(key=key, value=value)
        declared.append(tensor)
    count = len(arrays["codes"])
    # Level 4 multiplies integers; otherwise the codes would be turned into 32-bit numbers first.
    form: dict[str, Any] = {"K": dim, "N": count, "bits": 4, "block_size": BLOCK, "accuracy_level": 4}
    graph = helper.make_graph(
        [helper.make_node("MatMulNBits", ["query", "codes", "scales"], ["cosines"], domain=FUSED, **form)],
        "product",
        [helper.make_tensor_value_info("query", TensorProto.FLOAT, [1, dim])],
        [helper.make_tensor_value_info("cosines", TensorProto.FLOAT, [1, count])],
        declared,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    model: Any = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    serialized: bytes = model.SerializeToString()
    return serialized
