"""What a program may send to the server in place of a guide: refused with a message, and nothing stays behind."""

# ruff: noqa: E501 - payloads

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from assistant.settings import Settings
from assistant.web.backend import Backend
from tests.attack.payloads import PATHS
from tests.page_fixtures import page_settings, serving, until

__all__ = ["page_settings"]
GUIDE = b"# Hives\n\nA hive needs sun, water and shelter from the wind.\n"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page keeps what it is sent."""
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def site(data: Path, page_settings: Settings) -> Iterator[str]:
    """A page that takes guides of a megabyte, with a folder for what is on its way of its own."""
    (data / "guide.md").write_bytes(GUIDE)
    before, tempfile.tempdir = tempfile.tempdir, str(data / "on the way")
    Path(tempfile.tempdir).mkdir()
    settings = Settings(data_dir=str(data / "data"), upload_limit_mb=1)
    try:
        with serving(Backend(data / "guide.md", settings)) as address:
            yield address
    finally:
        tempfile.tempdir = before


def on_the_way(data: Path) -> list[str]:
    """What lies in the folder for uploads that are not read yet."""
    return [str(path) for path in (data / "on the way").glob("guide-*")]


def kept(data: Path) -> list[Path]:
    """The guides that were taken in."""
    return sorted((data / "data" / "uploads").rglob("guides/*"))


def memory() -> int:
    """What this process, in which the server runs, holds now (bytes); 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def endless(size: int) -> Iterator[bytes]:
    """So many bytes, piece by piece, so that their number is not told beforehand."""
    for _ in range(size // 50_000):
        yield b"bees need sun and water. ." * 2_000


def send(address: str, content: bytes | Iterator[bytes], name: str = "a.md", **headers: str) -> httpx.Response:
    return httpx.post(
        f"{address}/api/guides", content=content, headers={"x-file-name": quote(name), **headers}, timeout=30
    )


def test_guides_that_are_too_large_are_refused_whether_or_not_they_say_so(site: str, data: Path) -> None:
    before = memory()
    for content in (b"x" * (2 * MEGABYTE), endless(80 * MEGABYTE)):
        try:
            reply = send(site, content)
        except httpx.WriteError:
            continue  # the server hung up while the rest was being sent
        assert reply.status_code == 413
        assert "a.md is larger than 1 MB" in reply.json()["message"]
    until(lambda: not on_the_way(data), 10)
    assert kept(data) == []
    assert memory() - before < 60 * MEGABYTE


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/ask", "application/json"),
        ("/login", "application/x-www-form-urlencoded"),
        ("/login", "multipart/form-data; boundary=x"),
        ("/api/guides/remove", "application/json"),
        ("/api/feedback", "application/json"),
        ("/gradio_api/call/ask", "application/json"),
        ("/gradio_api/queue/join", "application/json"),
        ("/gradio_api/mcp/", "application/json"),
    ],
)
@pytest.mark.parametrize("told", [True, False], ids=["with its length", "in pieces"])
def test_no_request_fills_the_memory(site: str, data: Path, path: str, kind: str, told: bool) -> None:
    start = b'{"question": "' if "json" in kind else b"username=" if "url" in kind else b'--x\r\nContent-Disposition: form-data; name="username"; filename="x"\r\n\r\n'  # fmt: skip

    def pieces() -> Iterator[bytes]:
        yield start
        yield from endless(60 * MEGABYTE)

    before = memory()
    try:
        content: bytes | Iterator[bytes] = b"".join(pieces()) if told else pieces()
        before = memory()
        reply = httpx.post(site + path, content=content, headers={"content-type": kind}, timeout=30)
    except (httpx.WriteError, httpx.ReadError):
        pass  # the server hung up while the rest was being sent
    else:
        assert reply.status_code in {400, 413}  # the parser of forms has a limit of its own
        assert reply.status_code == 400 or "larger than 4 MB" in reply.json()["message"]
    assert memory() - before < 55 * MEGABYTE  # of which some is ours, who send it
    assert on_the_way(data) == []
    assert httpx.get(f"{site}/health").status_code == 200


def test_forms_of_thousands_of_parts_are_refused(site: str, data: Path) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="%d"; filename="%d.md"\r\n\r\nx\r\n'
    parts = b"".join(part % (n, n) for n in range(5_000)) + b"--x--\r\n"
    form = {"content-type": "multipart/form-data; boundary=x"}
    guides = send(site, parts, **form)
    assert guides.status_code == 415
    assert "x-file-name" in guides.json()["message"]
    login = httpx.post(f"{site}/login", content=parts, headers=form)
    assert login.status_code in {400, 422}
    pairs = "&".join(f"a{n}=b" for n in range(20_000))
    login = httpx.post(f"{site}/login", content=pairs, headers={"content-type": "application/x-www-form-urlencoded"})
    assert login.status_code in {400, 422}
    assert on_the_way(data) == []


@pytest.mark.parametrize(
    "body",
    [b"--x", b"", b"--x\r\n\r\n", b"--y\r\nContent-Disposition: form-data\r\n\r\n\r\n--y--", b"\r\n" * 9_999, b"--x\r\n" + b"a" * 99_999],
    ids=range(6),
)  # fmt: skip
def test_forms_that_are_none_are_refused(site: str, body: bytes) -> None:
    for kind in (
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 9_000,
    ):
        reply = httpx.post(f"{site}/login", content=body, headers={"content-type": kind})
        assert reply.status_code in {400, 422}, (kind, reply.status_code)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b'{"question": null}', b'{"question": 5}', b'{"question": {}}', b"\xff\xfe", b"[" * 100_000,
     b'{"question": "q", "keep": -1}', b'{"question": "q", "passages": 1e99}', b'{"question": "q", "conversation": "' + b"x" * 101 + b'"}',
     b'{"question": "' + b"\\ud800" * 9 + b'"}', b'{"question":"q","question":5}', b'{"question": "q", "keep": ' + b"9" * 5_000 + b"}"],
    ids=range(15),
)  # fmt: skip
def test_questions_that_are_none_are_refused(site: str, body: bytes) -> None:
    reply = httpx.post(f"{site}/api/ask", content=body, headers={"content-type": "application/json"}, timeout=30)
    assert reply.status_code in {200, 400, 422}
    if reply.status_code == 422:
        assert "cannot be read" in reply.json()["message"]
        assert len(reply.text) < 1_000
    if reply.status_code == 200:  # a question of odd letters is one that the guides do not answer
        assert json.loads(reply.text.splitlines()[-1])["type"] in {"answer", "error"}


def test_a_file_of_no_bytes_is_refused_with_its_reason(site: str, data: Path) -> None:
    with httpx.Client(base_url=site) as client:
        client.get("/")
        for content in (b"", b"\0\0\0", b" \n"):
            assert client.post("/api/guides", content=content, headers={"x-file-name": "empty.md"}).status_code == 202
        until(lambda: all(one["phase"] == "failed" for one in client.get("/api/guides").json()["uploads"]), 30)
        said = [one["message"] for one in client.get("/api/guides").json()["uploads"]]
    assert len(said) == 3
    assert all("empty.md: the file is empty" in message for message in said)
    until(lambda: not on_the_way(data), 10)
    assert kept(data) == []


def test_names_that_are_paths_stay_within_the_folder_of_their_owner(site: str, data: Path) -> None:
    outside = sorted(path for path in data.rglob("*") if "uploads" not in path.parts and "on the way" not in path.parts)
    with httpx.Client(base_url=site) as client:
        client.get("/")
        for name in PATHS:
            reply = client.post("/api/guides", content=GUIDE, headers={"x-file-name": quote(name[:2000])})
            assert reply.status_code in {202, 400, 429}
            until(
                lambda: (
                    not [
                        one
                        for one in client.get("/api/guides").json()["uploads"]
                        if one["phase"] in {"reading", "indexing"}
                    ]
                ),
                30,
            )
        for header in (b"\xff\xfe.md", b"%00%ff%fe.md", b"%", b"a%2fb%5cc.md", b"=?utf-8?b?Li4v?=.md"):
            client.post("/api/guides", content=GUIDE, headers=[(b"x-file-name", header)])
        until(
            lambda: (
                not [
                    one
                    for one in client.get("/api/guides").json()["uploads"]
                    if one["phase"] in {"reading", "indexing"}
                ]
            ),
            30,
        )
        listed = client.get("/api/guides").json()["guides"]
    until(lambda: not on_the_way(data), 10)
    found = kept(data)
    assert found
    assert all(len(path.relative_to(data / "data" / "uploads").parts) == 3 for path in found)
    assert len([guide for guide in listed if guide["own"]]) == len(found)
    after = sorted(path for path in data.rglob("*") if "uploads" not in path.parts and "on the way" not in path.parts)
    assert [path for path in after if path not in outside and "store.sqlite3" not in path.name] == []
    for path in found:
        path.unlink()


def test_who_hangs_up_half_way_leaves_nothing_behind(site: str, data: Path) -> None:
    place = urlsplit(site)
    head = f"POST /api/guides HTTP/1.1\r\nHost: {place.netloc}\r\nX-File-Name: half.md\r\n"
    for rest in ("Content-Length: 500000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1000\r\n"):
        for _ in range(5):
            with socket.create_connection((place.hostname, place.port)) as connection:
                connection.sendall((head + rest + "bees " * 300).encode())
                until(lambda: bool(on_the_way(data)), 10)
        until(lambda: not on_the_way(data), 10)
    assert httpx.get(f"{site}/health").status_code == 200


@pytest.mark.parametrize(
    "request_line",
    ["Content-Length: -5", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: five", "Transfer-Encoding: gzip, chunked", "Content-Length: " + "9" * 5_000],
    ids=["negative", "two lengths", "a word", "packed", "endless"],
)  # fmt: skip
def test_lengths_that_are_none_are_refused(site: str, data: Path, request_line: str) -> None:
    place = urlsplit(site)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        head = f"POST /api/guides HTTP/1.1\r\nHost: {place.netloc}\r\nX-File-Name: a.md\r\n{request_line}\r\n\r\nx"
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        reply = connection.recv(4096).decode()
    assert not reply or reply.split()[1] in {"400", "413", "501"}
    until(lambda: not on_the_way(data), 10)


def test_more_files_at_once_than_are_read_are_told_to_wait(site: str, data: Path) -> None:
    place = urlsplit(site)
    head = f"POST /api/guides HTTP/1.1\r\nHost: {place.netloc}\r\nX-File-Name: slow.md\r\nContent-Length: 5000\r\n"
    cookie = httpx.get(site).headers["set-cookie"].split(";")[0]
    connections = []
    try:
        for _ in range(8):  # files that are on their way count too
            connection = socket.create_connection((place.hostname, place.port))
            connection.sendall(f"{head}Cookie: {cookie}\r\n\r\nbees".encode())
            connections.append(connection)
        until(lambda: len(on_the_way(data)) == 8, 10)
        reply = send(site, GUIDE, cookie=cookie)
        assert reply.status_code == 429
        assert "8 guides are being read" in reply.json()["message"]
    finally:
        for connection in connections:
            connection.close()
    until(lambda: not on_the_way(data), 10)


ASKED = "Where does a hive stand?"


@pytest.mark.parametrize(
    "inputs",
    [[5, []], [None, []], [{"a": 1}, []], [["x"], []], [ASKED, "x"], [ASKED, [5]], [ASKED, [{"role": "user"}]]],
    ids=range(7),
)
def test_programs_that_send_other_types_are_told(site: str, inputs: list[object]) -> None:
    event = httpx.post(f"{site}/gradio_api/call/ask", json={"data": inputs}).json()["event_id"]
    said = httpx.get(f"{site}/gradio_api/call/ask/{event}", timeout=30).text
    assert "must be" in said
    assert "attribute" not in said
