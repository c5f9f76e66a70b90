"""Which names the server answers to, what a foreign page cannot ask of it, and what every answer says to browsers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from vitviz.app import faults, guard, messages, picture_uploads
from vitviz.app.guard import Guard
from vitviz.app.limits import Limits
from vitviz.app.picture_uploads import AT_ONCE, KEPT, WAITING, PictureUploads

STREAM = "ws://localhost:8501/_stcore/stream"
LISTENS = {"server.address": "viz-host", "browser.serverAddress": None}


async def anything(_: Request) -> Response:
    return PlainTextResponse("the app")


async def fails(_: Request) -> Response:
    raise RuntimeError("nobody foresaw this")


async def stream(socket: WebSocket) -> None:
    """Answer every message with its kind and the fragment that it asks for."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            message = BackMsg.FromString(await socket.receive_bytes())
            await socket.send_text(f"{message.WhichOneof('type')} {message.rerun_script.fragment_id}".strip())


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    allowed = Limits(0, (), False, 1, 1, ("viz.example.org", "*.school.test"), ("https://moodle.test",))
    monkeypatch.setattr(guard, "limits", lambda: allowed)
    monkeypatch.setattr(guard.st, "get_option", LISTENS.__getitem__)
    routes = [
        Route("/fails", fails),
        WebSocketRoute("/_stcore/stream", stream),
        Route("/{rest:path}", anything, methods=["GET", "PUT"]),
    ]
    app = Starlette(
        routes=routes, middleware=[Middleware(Guard)], exception_handlers={Exception: faults.on_route_error}
    )
    with TestClient(app, base_url="http://localhost:8501", raise_server_exceptions=False) as client:
        yield client


KNOWN = [
    "localhost", "localhost:8501", "LOCALHOST", "app.localhost:1", "127.0.0.1:8501", "[::1]:8501", "10.1.2.3",
    "viz-host:80", "viz.example.org", "viz.example.org.:443", "a.school.test", "b.a.school.test:9",
]  # fmt: skip
UNKNOWN = [
    "evil.test", "localhost.evil.test", "evil.test:8501", "school.test", "xschool.test", "viz.example.org.evil.test",
    "", "[::1", "127.0.0.1.evil.test", "evil.test:localhost", "localhost@evil.test", "0x7f.1.evil",
]  # fmt: skip


@pytest.mark.parametrize("host", KNOWN)
def test_a_name_that_the_server_was_given_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).text == "the app"


@pytest.mark.parametrize("host", UNKNOWN)
def test_another_name_gets_a_sentence_in_both_languages(client: TestClient, host: str) -> None:
    answer = client.get("/api/explorer/x", headers={"Host": host})
    assert answer.status_code == 421
    assert "VITVIZ_HOSTS" in answer.text
    assert "请" in answer.text
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(STREAM, headers={"Host": host}),
    ):
        pass


@pytest.mark.parametrize(
    ("origin", "host", "taken"),
    [
        (None, "localhost:8501", True),
        ("http://localhost:8501", "localhost:8501", True),
        ("https://viz.example.org", "viz.example.org", True),
        ("http://localhost:8080", "localhost", True),  # a proxy that passes the name on without the port
        ("https://viz.example.org", "127.0.0.1:8501", True),  # one that does not pass it on
        ("http://localhost:3000", "localhost:8501", False),
        ("http://evil.test", "localhost:8501", False),
        ("http://localhost.evil.test:8501", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("http://[", "localhost:8501", False),
    ],
)
def test_only_the_apps_own_pages_send_something(
    client: TestClient, origin: str | None, host: str, taken: bool
) -> None:
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    assert client.get("/", headers=headers).status_code == 200
    assert client.put("/", headers=headers).status_code == (200 if taken else 403)
    if taken:
        with client.websocket_connect(STREAM, headers=headers):
            pass
    else:
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(STREAM, headers=headers),
        ):
            pass


def test_messages_that_no_page_sends_do_not_arrive(client: TestClient) -> None:
    with client.websocket_connect(STREAM) as socket:
        for kind in ("clear_cache", "set_run_on_save", "load_git_info", "stop_script"):
            socket.send_bytes(BackMsg(**{kind: True}).SerializeToString())
        socket.send_bytes(BackMsg(app_heartbeat=True).SerializeToString())
        assert [socket.receive_text() for _ in range(2)] == ["stop_script", "app_heartbeat"]


@pytest.mark.parametrize("lost", [True, False])
def test_the_first_fragment_that_a_lost_sessions_page_asks_for_is_the_whole_page(
    client: TestClient, lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions: list[str] = []
    monkeypatch.setattr(messages, "_goes_on", lambda session: sessions.append(session) or not lost)
    with client.websocket_connect(STREAM, subprotocols=["streamlit", "token", "a-session"]) as socket:
        for fragment in ("one", "two"):
            asked = ClientState(fragment_id=fragment, page_name="lens")
            socket.send_bytes(BackMsg(rerun_script=asked).SerializeToString())
        received = [socket.receive_text() for _ in range(2)]
    assert received == ["rerun_script" if lost else "rerun_script one", "rerun_script two"]
    assert sessions == ["a-session"]


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/fails", 500), ("/_stcore/metrics", 404)])
def test_every_answer_has_the_headers(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status != 500:
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self' https://moodle.test;" in answer.headers["content-security-policy"]


def test_a_route_that_fails_says_the_id_that_the_log_has(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/fails")
    assert answer.headers["cache-control"] == "no-store"
    assert f"a route failed, id {answer.text.split()[-1]}" in caplog.text
    assert "nobody foresaw this" in caplog.text
    assert "nobody" not in answer.text


def test_few_pictures_of_a_session_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[tuple[str, str]] = []
    monkeypatch.setattr(picture_uploads, "forget", lambda *file: dropped.append(file))
    routes = [Route("/{rest:path}", anything, methods=["PUT"])]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(PictureUploads)])) as client:
        for i in range(KEPT + 3):
            assert client.put(f"/viz/_stcore/upload_file/mine/{i}").status_code == 200
        client.put("/viz/_stcore/upload_file/another/0")
        client.put("/viz/elsewhere/mine/0")
        assert dropped == [("mine", "0"), ("mine", "1"), ("mine", "2")]
        dropped.clear()
        # However few they are, their bytes are bounded, and the last stays.
        monkeypatch.setattr(picture_uploads, "KEPT_BYTES", 10)
        for i, count in enumerate((6, 4, 5, 30)):
            client.put(f"/_stcore/upload_file/large/{i}", content=bytes(count))
    assert dropped == [("large", "0"), ("large", "1"), ("large", "2")]


def test_a_picture_never_lies_on_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    async def taken(request: Request) -> Response:
        async with request.form() as form:
            [file] = [value for value in form.values() if isinstance(value, UploadFile)]
            return PlainTextResponse(f"{file.size} {type(file.file._file).__name__}")  # type: ignore[attr-defined]

    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1)
    with TestClient(Starlette(routes=[Route("/", taken, methods=["PUT"])])) as client:
        large = {"file": ("a.png", bytes(3_000_000), "image/png")}
        assert not client.put("/", files=large).text.endswith("BytesIO")
        picture_uploads.in_memory()
        assert client.put("/", files=large).text == "3000000 BytesIO"


def test_few_arrive_at_once() -> None:
    async def many() -> list[int]:
        go = asyncio.Event()
        statuses: list[int] = []

        async def app(_: object, __: object, send: object) -> None:
            reading.append(1)
            await go.wait()
            await send({"type": "http.response.start", "status": 400, "headers": []})  # type: ignore[operator]

        async def put(uploads: PictureUploads) -> None:
            async def send(message: dict[str, int]) -> None:
                statuses.append(message.get("status", 0))

            scope = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/mine/x", "headers": []}
            await uploads(scope, None, send)  # type: ignore[arg-type]

        uploads = PictureUploads(app)  # type: ignore[arg-type]
        tasks = [asyncio.create_task(put(uploads)) for _ in range(AT_ONCE + WAITING + 1)]
        await asyncio.sleep(0)
        assert len(reading) == AT_ONCE
        go.set()
        await asyncio.gather(*tasks)
        await put(uploads)  # what arrived makes room
        return [status for status in statuses if status]

    reading: list[int] = []
    assert sorted(asyncio.run(many())) == [*[400] * (AT_ONCE + WAITING + 1), 429]


def test_settings_that_cannot_be_understood_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from vitviz.app.limits import FRAMES, HOSTS, limits

    read = limits.__wrapped__
    monkeypatch.setenv(HOSTS, "Viz.Example.org, *.school.test")
    monkeypatch.setenv(FRAMES, "https://moodle.test:8443")
    assert (read().hosts, read().frames) == (
        ("viz.example.org", "*.school.test"),
        ("https://moodle.test:8443",),
    )
    for name, value in [
        (HOSTS, "https://a.test"),
        (HOSTS, "a.test:80"),
        (FRAMES, "a.test"),
        (FRAMES, "'unsafe'"),
    ]:
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            with pytest.raises(ValueError, match=name):
                read()
