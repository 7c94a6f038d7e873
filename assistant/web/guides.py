"""The guides on the page: the list, what is dropped on it, and the files they came from."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from assistant.errors import AssistantError
from assistant.library import safe_name
from assistant.web.asking import switched_off
from assistant.web.backend import Backend
from assistant.web.payload import guide_key, guide_payload

REMEMBERED = 600.0  # seconds that a finished or failed upload is still told of
AT_WORK = 8  # uploads of one owner that may wait to be read at the same time
RECEIVING = 32  # uploads of everybody that may be on their way at the same time; each may fill the disk to its limit
SILENCE = 60.0  # seconds that a sender may send nothing


@dataclass(frozen=True)
class Upload:
    """A file on its way to being a guide: "reading", "indexing", "learnt" or "failed"."""

    id: str
    name: str
    phase: str
    message: str = ""
    done: int = 0
    total: int = 0
    changed: float = 0.0


class Uploads:
    """What became of the files each owner dropped on the page."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, dict[str, Upload]] = {}

    def put(self, owner: str, upload: Upload) -> None:
        """Say how far an upload is."""
        now = time.monotonic()
        with self._lock:
            mine = self._known.setdefault(owner, {})
            mine[upload.id] = replace(upload, changed=now)
            for id, other in list(mine.items()):
                if other.phase in {"learnt", "failed"} and now - other.changed > REMEMBERED:
                    del mine[id]

    def forget(self, owner: str, id: str) -> None:
        """No longer tell of an upload."""
        with self._lock:
            self._known.get(owner, {}).pop(id, None)

    def of(self, owner: str) -> list[Upload]:
        """An owner's uploads, oldest first."""
        with self._lock:
            return list(self._known.get(owner, {}).values())


class Switch(BaseModel):
    """Whether a guide is searched."""

    id: str
    enabled: bool


class Removed(BaseModel):
    """A guide to forget."""

    id: str


def guide_routes(backend: Backend) -> APIRouter:
    """The routes for guides; an owner reaches the shared ones and their own."""
    router = APIRouter()
    uploads = Uploads()
    limit = backend.settings.upload_limit_mb * 1_000_000
    receiving: Counter[str] = Counter()

    @router.get("/api/guides")
    async def guides(request: Request) -> dict[str, Any]:
        listed = await backend.run(_listed, backend, request.state.owner)
        return {**listed, "uploads": [vars(upload) for upload in uploads.of(request.state.owner)]}

    @router.put("/api/guides/switch")
    async def switch(change: Switch, request: Request) -> dict[str, bool]:
        await backend.run(_switch, backend, request.state.owner, change)
        return {"done": True}

    @router.post("/api/guides/remove")
    async def remove(removed: Removed, request: Request) -> Response:
        if backend.settings.read_only:
            return _read_only()
        await backend.run(backend.library.remove, request.state.owner, removed.id)
        return JSONResponse({"done": True})

    @router.delete("/api/uploads/{id}")
    async def dismiss(id: str, request: Request) -> dict[str, bool]:
        uploads.forget(request.state.owner, id)
        return {"done": True}

    @router.post("/api/guides")
    async def add(request: Request) -> Response:
        owner = request.state.owner
        if backend.settings.read_only:
            return _read_only()
        if request.headers.get("content-type", "").startswith("multipart/"):
            message = "Send the file itself as the body of the request, and its name in the header x-file-name."
            return JSONResponse({"message": message}, 415)
        at_work = sum(upload.phase in {"reading", "indexing"} for upload in uploads.of(owner))
        if at_work + receiving[owner] >= AT_WORK:
            return JSONResponse({"message": f"{AT_WORK} guides are being read. Drop more when they are done."}, 429)
        if receiving.total() >= RECEIVING:
            message = f"{RECEIVING} guides are on their way. Try again in a moment."
            return JSONResponse({"message": message}, 429, {"retry-after": "5"})
        name = safe_name(unquote(request.headers.get("x-file-name", "")))
        too_large = JSONResponse(
            {
                "message": f"{name} is larger than {backend.settings.upload_limit_mb} MB, which is the most that is "
                "taken here. Split it, or leave out its pictures."
            },
            413,
        )
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > limit:
            return too_large
        receiving[owner] += 1
        folder: Path | None = None
        try:
            await backend.settled()
            folder = Path(tempfile.mkdtemp(prefix="guide-"))
            if not await _received(request, folder / name, limit):
                return too_large
            upload = Upload(uuid.uuid4().hex, name, "reading")
            uploads.put(owner, upload)
            backend.submit(_take_in, backend, uploads, owner, upload, folder / name)
            folder = None  # now it is for the reader to remove
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except TimeoutError:
            message = f"Nothing of {name} came for {SILENCE:.0f} seconds. Send it again."
            return JSONResponse({"message": message}, 408)
        except OSError as error:
            raise AssistantError(f"{name} cannot be taken in: {error.strerror}. Make room on the disk.") from error
        finally:
            receiving[owner] -= 1
            if not receiving[owner]:
                del receiving[owner]
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        return JSONResponse({"id": upload.id}, 202)

    @router.get("/guides/{key}.pdf")
    async def file(key: str, request: Request) -> Response:
        path = await backend.run(_file, backend, request.state.owner, key)
        if path is None:
            return JSONResponse({"message": "There is no such guide, or its file is gone."}, 404)
        # The browser's own PDF viewer needs a policy of its own: nothing but this file, and no script of the page's.
        headers = {"content-security-policy": "default-src 'self'; object-src 'self'; style-src 'unsafe-inline'"}
        return FileResponse(path, media_type="application/pdf", headers=headers, content_disposition_type="inline")

    return router


async def _received(request: Request, path: Path, limit: int) -> bool:
    """Write what is sent into a file; False if it is too large."""
    size = 0
    pieces = request.stream().__aiter__()
    with path.open("wb") as file:
        while True:
            try:
                piece = await asyncio.wait_for(pieces.__anext__(), SILENCE)
            except StopAsyncIteration:
                return True
            size += len(piece)
            if size > limit:
                return False
            file.write(piece)


def _read_only() -> Response:
    return JSONResponse({"message": "This page is read-only: its guides are chosen by whoever runs it."}, 403)


def _listed(backend: Backend, owner: str) -> dict[str, Any]:
    assistant = backend.library.assistant(owner)
    own = {document.id for document in backend.library.own(owner)}
    off = switched_off(backend, owner)
    counts = Counter(passage.document for passage in assistant.index.passages())
    listed = [
        guide_payload(document, own=document.id in own, enabled=document.id not in off, passages=counts[document.id])
        for document in assistant.documents
    ]
    return {
        "guides": listed,
        "index": {
            "guides": len(listed),
            "passages": sum(counts.values()),
            "embedder": assistant.index.embedder.name,
            "folder": str(backend.data_dir) if not backend.settings.read_only else "",
        },
    }


def _switch(backend: Backend, owner: str, change: Switch) -> None:
    known = {document.id for document in backend.library.assistant(owner).documents}
    off = (switched_off(backend, owner) - {change.id}) & known
    if not change.enabled and change.id in known:
        off |= {change.id}
    backend.store.prefer(owner, "guides_off", json.dumps(sorted(off)))


def _take_in(backend: Backend, uploads: Uploads, owner: str, upload: Upload, file: Path) -> None:
    def progress(done: int, total: int) -> None:
        uploads.put(owner, replace(upload, phase="indexing", done=done, total=total))

    try:
        document = backend.library.add(owner, upload.name, file, progress=progress)
        passages = sum(p.document == document.id for p in backend.library.assistant(owner).index.passages())
        learnt = f"“{document.title}”: {_count(len(document.sections), 'section')}, {_count(passages, 'passage')}"
        uploads.put(owner, replace(upload, phase="learnt", message=learnt))
    except AssistantError as error:
        uploads.put(owner, replace(upload, phase="failed", message=str(error)))
    except Exception as error:
        message = f"{upload.name}: something went wrong ({type(error).__name__}). The log says more."
        uploads.put(owner, replace(upload, phase="failed", message=message))
        raise
    finally:
        shutil.rmtree(file.parent, ignore_errors=True)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _file(backend: Backend, owner: str, key: str) -> Path | None:
    for document in backend.library.assistant(owner).documents:
        if guide_key(document.id) == key and document.metadata.get("format") == "pdf":
            return backend.library.file(owner, document.id)
    return None
