"""The store of record: passages and their vectors in Chroma, in a folder or on a server; the only file that knows it.

Three kinds of collections, all under one name: `passages-<version>` holds a record for each passage, text and metadata
as any other tool expects them; `passages-<version>-windows` the vectors of the windows on them; and `passages` holds
nothing but, in its metadata, which version is live and its generation. A change of embedder or layout writes a new
version beside the old and then changes that one line.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import numpy as np

from index.beside import beside
from index.errors import PassageIndexError
from index.passage import Passage
from index.segment import Embedded, passage_from, passage_to_dict

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

KIND = "ml-career-assistant index"  # what tells our collections and files from anybody else's
PAGE = 1000  # records asked for or sent at once: about 3 MB, and well below Chroma's own limit of 5,461
BEAT = 5.0  # seconds between two signs of life of the one who holds the lock of a server
STALE = 30.0  # seconds without one, after which the lock is taken from a machine that died
_WINDOWS = {"hnsw": {"space": "cosine", "ef_construction": 10, "max_neighbors": 4}}  # never searched by Chroma
_PASSAGES = {"hnsw": {"space": "cosine"}}


@dataclass(frozen=True)
class Pointer:
    """What is live in the store.

    Attributes:
        live: The version's collection.
        generation: Raised by each change.
        embedder: The name of what made the vectors.
        writing: A change has begun and not yet ended, or was cut off.
    """

    live: str
    generation: int
    embedder: str
    writing: bool = False


class ChromaStore:
    """Passages with their vectors in a Chroma folder or on a Chroma server."""

    def __init__(self, place: Path | str, *, collection: str = "passages") -> None:
        """Open a store.

        Args:
            place: A folder, which is made if it is not there; or the address of a server,
                `http[s]://[token@]host[:port][/tenant/database]`.
            collection: The name that all of the store's collections begin with.

        Raises:
            PassageIndexError: If there is no Chroma at that place, or it cannot be read.
        """
        self._place = place
        self._name = collection
        self.remote = isinstance(place, str)
        with self._translated("opened"):
            self._client = _server(place) if isinstance(place, str) else _folder(place)

    def close(self) -> None:
        """Let go of the folder or the connection."""
        with self._translated("closed"):
            self._client.close()  # type: ignore[attr-defined]

    def pointer(self) -> Pointer | None:
        """What is live, or None in a store without an index."""
        with self._translated("read"):
            found = self._find(self._name)
            metadata = found.metadata if found is not None else None
        if not metadata or metadata.get("kind") != KIND:
            if found is not None:
                raise PassageIndexError(
                    f"The Chroma collection {self._name!r} in {self._shown} was made by something else; it is left as "
                    "it is. Give another place (ASSISTANT_DATA_DIR, ASSISTANT_CHROMA_URL) or another collection name."
                )
            return None
        return Pointer(
            live=str(metadata["live"]),
            generation=int(metadata["generation"]),
            embedder=str(metadata["embedder"]),
            writing=bool(metadata["writing"]),
        )

    def point(self, pointer: Pointer) -> None:
        """Say what is live, in one step."""
        metadata = {"kind": KIND, **asdict(pointer)}
        with self._translated("changed"):
            found = self._find(self._name)
            if found is None:
                self._client.create_collection(self._name, metadata=metadata, embedding_function=None)
            else:
                found.modify(metadata=metadata)

    def new_version(self) -> str:
        """Make the collections of a new version and return its name."""
        live = f"{self._name}-{secrets.token_hex(6)}"
        with self._translated("changed"):
            for name, configuration in ((live, _PASSAGES), (f"{live}-windows", _WINDOWS)):
                self._client.create_collection(
                    name,
                    metadata={"kind": KIND},
                    configuration=configuration,  # type: ignore[arg-type]
                    embedding_function=None,
                )
        return live

    def drop(self, *, keep: AnyCollection[str]) -> None:
        """Delete every version but those to keep: what was replaced, and what a killed rebuild left."""
        ours = re.compile(re.escape(self._name) + r"(-[0-9a-f]{12})?")
        with self._translated("changed"):
            for found in self._client.list_collections():
                version = found.name.removesuffix("-windows")
                kind = (found.metadata or {}).get("kind")
                if kind == KIND and ours.fullmatch(version) and version not in keep:
                    self._client.delete_collection(found.name)

    @contextmanager
    def locked(self, wait: float) -> Iterator[None]:
        """Keep other machines from changing the store: a collection that only one can make, renewed while it is held.

        Raises:
            PassageIndexError: If another machine keeps it for `wait` seconds.
        """
        held, ended = self._acquire(wait), Event()

        def renew() -> None:
            while not ended.wait(BEAT):
                with suppress(Exception):  # one beat missed does not matter; the work itself says what is wrong
                    held.modify(metadata={"kind": KIND, "beat": secrets.token_hex(4)})

        beating = Thread(target=renew, daemon=True)
        beating.start()
        try:
            yield
        finally:
            ended.set()
            beating.join()
            with self._translated("unlocked"):
                self._client.delete_collection(held.name)

    def _acquire(self, wait: float) -> Collection:
        from chromadb.errors import ChromaError

        name = f"{self._name}-lock"
        started = seen = monotonic()
        beat: object = None
        while True:
            try:
                with self._translated("locked", but=ChromaError):
                    return self._client.create_collection(
                        name, metadata={"kind": KIND, "beat": secrets.token_hex(4)}, embedding_function=None
                    )
            except ChromaError:
                with self._translated("locked"):
                    other = self._find(name)
            now = (other.metadata or {}).get("beat") if other is not None else None
            if now != beat:
                beat, seen = now, monotonic()
            elif other is not None and monotonic() - seen > STALE:
                with self._translated("unlocked"), suppress(ChromaError):
                    self._client.delete_collection(name)
            if monotonic() - started > wait:
                raise PassageIndexError(
                    f"Another machine has been changing the index at {self._shown} for {wait:.0f} seconds. "
                    "Wait until its sync ends, or end it."
                )
            sleep(0.2)

    def add(self, live: str, entries: Sequence[Embedded], *, generation: int) -> None:
        """Add passages whose ids are not there."""
        with self._translated("changed"):
            passages, windows = self._collections(live)
            for batch in _pages(entries):
                passages.add(
                    ids=[_record_id(entry.passage.id) for entry in batch],
                    documents=[_clean(entry.passage.text) for entry in batch],
                    embeddings=np.stack([entry.stretches[0] for entry in batch]),
                    metadatas=[_metadata(entry, generation) for entry in batch],
                )
                rows = [(entry, number) for entry in batch for number in range(_rows(entry))]
                for part in _pages(rows):
                    windows.upsert(  # a removal cut off half-way leaves windows without their passage
                        ids=[_window_id(entry.passage.id, number) for entry, number in part],
                        embeddings=np.stack([entry.windows[number] for entry, number in part]).astype(np.float32),
                    )

    def remove(self, live: str, ids: Iterable[str]) -> None:
        """Remove passages; ids that are not there are passed over."""
        with self._translated("changed"):
            passages, windows = self._collections(live)
            for batch in _pages([_record_id(id) for id in ids]):
                found = passages.get(ids=batch, include=["metadatas"])
                counts = [int((metadata or {}).get("_windows", 0)) for metadata in found["metadatas"] or []]  # type: ignore[arg-type]
                rows = [f"{id}#{n}" for id, count in zip(found["ids"], counts, strict=True) for n in range(count)]
                if found["ids"]:
                    passages.delete(ids=found["ids"])
                for part in _pages(rows):
                    windows.delete(ids=part)

    def ids(self, live: str, *, after: int | None = None) -> set[str]:
        """The ids of all passages, or of those written after a generation."""
        where: Any = None if after is None else {"_generation": {"$gt": after}}
        with self._translated("read"):
            passages, _ = self._collections(live)
            records = passages.get(where=where, include=[])["ids"]
            found = {record for record in records if "\\" not in record}
            for batch in _pages([record for record in records if "\\" in record]):
                metadatas = passages.get(ids=batch, include=["metadatas"])["metadatas"] or []
                found |= {str(json.loads(str(metadata["_passage"]))["id"]) for metadata in metadatas}
        return found

    def fetch(self, live: str, ids: Iterable[str]) -> Iterator[list[Embedded]]:
        """Passages with their vectors, some at a time; ids that are not there are passed over."""
        for batch in _pages(list(ids)):
            with self._translated("read"):
                passages, windows = self._collections(live)
                found = passages.get(
                    ids=[_record_id(id) for id in batch], include=["documents", "metadatas", "embeddings"]
                )
                rows = [
                    f"{id}#{number}"
                    for id, metadata in zip(found["ids"], found["metadatas"] or [], strict=True)
                    for number in range(int(metadata["_windows"]))  # type: ignore[arg-type]
                ]
                vectors: dict[str, Any] = {}
                for part in _pages(rows):
                    got = windows.get(ids=part, include=["embeddings"])
                    vectors.update(zip(got["ids"], np.asarray(got["embeddings"], dtype=np.float32), strict=True))
                entries = []
                for id, text, metadata, vector in zip(
                    found["ids"],
                    found["documents"] or [],
                    found["metadatas"] or [],
                    np.asarray(found["embeddings"], dtype=np.float32),
                    strict=True,
                ):
                    count = int(metadata["_windows"])  # type: ignore[arg-type]
                    own = [vectors[f"{id}#{number}"] for number in range(count)]
                    entries.append(Embedded(_passage(text or "", dict(metadata)), np.stack(own or [vector])))
            yield entries

    def _collections(self, live: str) -> tuple[Collection, Collection]:
        return (
            self._client.get_collection(live, embedding_function=None),
            self._client.get_collection(f"{live}-windows", embedding_function=None),
        )

    def _find(self, name: str) -> Collection | None:
        from chromadb.errors import NotFoundError

        try:
            return self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            return None

    @property
    def _shown(self) -> str:
        return str(self._place) if not self.remote else _without_token(str(self._place))

    @contextmanager
    def _translated(self, done: str, *, but: type[Exception] = PassageIndexError) -> Iterator[None]:
        """Chroma's errors as ours; its Rust side panics with exceptions that are no `Exception`."""
        try:
            yield
        except (PassageIndexError, but, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            mend = (
                "Start the server (`chroma run --path FOLDER`) or correct ASSISTANT_CHROMA_URL."
                if self.remote
                else "Check the space and the permissions of that disk; if the database is damaged, "
                "`ml-career-assistant sync --rebuild` makes it anew from the guides."
            )
            cause = " ".join(str(error).split())[:300] or type(error).__name__
            raise PassageIndexError(f"The Chroma store at {self._shown} cannot be {done}: {cause}. {mend}") from error


def import_ahead() -> None:
    """Begin to import Chroma on another thread, which takes .6 seconds."""
    beside(lambda: import_module("chromadb"))


def _folder(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "chroma.sqlite3"
    if database.exists() and database.stat().st_size:
        with database.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                raise PassageIndexError(
                    f"{database} is not a database any more. "
                    "`ml-career-assistant sync --rebuild` makes the index anew from the guides."
                )
    try:
        return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    except BaseException:
        # Chroma keeps what could not be started, and would give it to whoever opens the folder next, even mended.
        if not SharedSystemClient._identifier_to_refcount.get(str(folder)):
            SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise


def _server(url: str) -> ClientAPI:
    import chromadb
    from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings

    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(path) not in {0, 2}:
        raise PassageIndexError(
            f"{_without_token(url)!r} is not the address of a Chroma server. "
            "Expected http[s]://[token@]host[:port][/tenant/database], such as http://127.0.0.1:8000"
        )
    tenant, database = path or (DEFAULT_TENANT, DEFAULT_DATABASE)
    return chromadb.HttpClient(
        host=parts.hostname,
        port=parts.port or (443 if parts.scheme == "https" else 8000),
        ssl=parts.scheme == "https",
        headers={"x-chroma-token": unquote(parts.username)} if parts.username else None,
        settings=Settings(anonymized_telemetry=False),
        tenant=tenant,
        database=database,
    )


def _without_token(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.split('//')[0]}//…@{tail}" if at else url


def _pages(entries: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(entries[start : start + PAGE]) for start in range(0, len(entries), PAGE))


def _metadata(entry: Embedded, generation: int) -> dict[str, Any]:
    """What others see and filter on; and under `_passage`, exactly what was given."""
    passage = entry.passage
    own = {
        "title": passage.title,
        "source": passage.source,
        "document": passage.document,
        "page": passage.page if passage.page is not None else 0,
    }
    flat = {key: value for key, value in {**passage.metadata, **own}.items() if _fits(key, value)}
    content = passage_to_dict(passage)
    if _clean(passage.text) == passage.text:
        del content["text"]
    return {
        **{key: _clean(value) if isinstance(value, str) else value for key, value in flat.items()},
        "_passage": json.dumps(content),
        "_windows": _rows(entry),
        "_generation": generation,
    }


def _rows(entry: Embedded) -> int:
    """How many windows are kept on their own: none for a passage that is a single one."""
    return len(entry.windows) if len(entry.windows) > 1 else 0


def _fits(key: str, value: object) -> bool:
    if not key or key.startswith(("_", "chroma:")) or _clean(key) != key:
        return False
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**63


def _passage(text: str, metadata: dict[str, Any]) -> Passage:
    return passage_from({"text": text, **json.loads(metadata["_passage"])})


def _window_id(id: str, number: int) -> str:
    return f"{_record_id(id)}#{number}"


def _record_id(id: str) -> str:
    """The id as Chroma takes it: without lone surrogates."""
    return id.encode("utf-8", "backslashreplace").decode()


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
