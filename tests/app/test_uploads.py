"""Checkpoint files on their way in: written piece by piece, bounded, each person's own, gone when they should be."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from vitviz.app import uploads as module
from vitviz.app.limits import FOLDERS, HUB, MEMORY, RUN, SHARE, UPLOAD, Limits, limits
from vitviz.app.machine import memory_here
from vitviz.app.uploads import UploadError, UploadFolder, Uploads, upload_routes


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def receive(uploads: Uploads, token: str, name: str, size: int, *parts: bytes) -> None:
    asyncio.run(uploads.receive(token, name, size, pieces(*parts)))


def test_a_file_comes_in_pieces_and_replaces_one_of_its_name() -> None:
    uploads = Uploads()
    folder = uploads.open(100)
    receive(uploads, folder.token, "model.safetensors", 6, b"abc", b"def")
    receive(uploads, folder.token, "config.json", 2, b"{}")
    assert folder.files == {"model.safetensors": 6, "config.json": 2}
    receive(uploads, folder.token, "model.safetensors", 98, b"x" * 98)
    assert folder.files == {"model.safetensors": 98, "config.json": 2}
    assert (folder.path / "model.safetensors").read_bytes() == b"x" * 98
    folder.remove("config.json")
    assert sorted(path.name for path in folder.path.iterdir()) == ["model.safetensors"]
    folder.clear()
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize(("name", "size", "parts", "code"), [
    ("model.safetensors", 101, [b"x" * 101], "size"),
    ("model.safetensors", 3, [b"abcd"], "length"),
    ("model.safetensors", 5, [b"abcd"], "length"),
    ("model.exe", 1, [b"x"], "name"),
    ("../model.safetensors", 1, [b"x"], "name"),
    (".hidden.json", 1, [b"x"], "name"),
    ("a/b.json", 1, [b"x"], "name"),
    ("\0.json", 1, [b"x"], "name"),
    ("n" * 200 + ".json", 1, [b"x"], "name"),
])  # fmt: skip
def test_what_is_not_taken_leaves_nothing(name: str, size: int, parts: list[bytes], code: str) -> None:
    uploads = Uploads()
    folder = uploads.open(100)
    with pytest.raises(UploadError) as refused:
        receive(uploads, folder.token, name, size, *parts)
    assert refused.value.code == code
    assert folder.files == {}
    assert list(folder.path.iterdir()) == []
    receive(uploads, folder.token, "whole.json", 100, b"x" * 100)  # nothing of the limit is lost


def test_a_full_disk_is_said_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: object, piece: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(module, "_write", full)
    uploads = Uploads()
    folder = uploads.open(100)
    with pytest.raises(UploadError) as refused:
        receive(uploads, folder.token, "config.json", 2, b"{}")
    assert refused.value.code == "disk"
    assert folder.files == {}
    assert list(folder.path.iterdir()) == []


def test_only_the_last_of_several_that_come_under_one_name_stays_and_no_other_takes_space() -> None:
    async def many(uploads: Uploads, folder: UploadFolder) -> list[str]:
        go = asyncio.Event()

        async def slow(letter: bytes) -> AsyncIterator[bytes]:
            yield letter * 60
            await go.wait()
            yield letter * 40

        async def one(letter: bytes) -> str:
            try:
                await uploads.receive(folder.token, "model.pth", 100, slow(letter))
            except UploadError as error:
                return error.code
            return "ok"

        tasks = []
        for letter in (b"a", b"b", b"c"):
            tasks.append(asyncio.create_task(one(letter)))
            while not any(path.read_bytes().startswith(letter) for path in folder.path.iterdir()):
                await asyncio.sleep(0)
        sizes.append(sum(path.stat().st_size for path in folder.path.iterdir()))
        go.set()
        return await asyncio.gather(*tasks)

    sizes: list[int] = []
    uploads = Uploads()
    folder = uploads.open(100)
    assert asyncio.run(many(uploads, folder)) == ["length", "length", "ok"]
    assert sizes == [60]
    assert folder.files == {"model.pth": 100}
    assert (folder.path / "model.pth").read_bytes() == b"c" * 100
    assert len(list(folder.path.iterdir())) == 1


def test_too_many_files_and_unknown_tokens_are_refused() -> None:
    uploads = Uploads()
    folder = uploads.open(1 << 20)
    for i in range(module.MAX_FILES):
        receive(uploads, folder.token, f"{i}.json", 1, b"x")
    with pytest.raises(UploadError, match="count"):
        receive(uploads, folder.token, "one-more.json", 1, b"x")
    with pytest.raises(UploadError, match="gone"):
        receive(uploads, "invented", "config.json", 1, b"x")


def test_the_files_go_with_whoever_kept_them() -> None:
    uploads = Uploads()
    folder = uploads.open(100)
    token, path = folder.token, folder.path
    receive(uploads, token, "config.json", 2, b"{}")
    assert path.is_dir()
    del folder
    gc.collect()
    assert not path.exists()
    with pytest.raises(UploadError, match="gone"):
        receive(uploads, token, "config.json", 2, b"{}")


def test_what_a_killed_server_left_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, others = tmp_path / f"{module.PREFIX}{ended.pid}", tmp_path / f"{module.PREFIX}{os.getppid()}"
    for folder in (left, others):
        (folder / "one").mkdir(parents=True)
    kept = Uploads().open(100)
    assert kept.path.is_dir()
    assert kept.path.parents[1].stat().st_mode & 0o777 == 0o700
    assert not left.exists()
    assert others.exists()


def test_the_route_says_what_became_of_a_file() -> None:
    uploads = Uploads()
    folder = uploads.open(10)
    with TestClient(Starlette(routes=upload_routes(uploads))) as client:
        taken = client.put(f"/checkpoints/{folder.token}/my model (1).safetensors", content=b"0123")
        assert (taken.status_code, taken.json()) == (200, {"code": "ok"})
        assert folder.files == {"my model (1).safetensors": 4}
        for name, content, status, code in [
            ("a.json", b"0123456", 413, "size"),
            ("a.txt", b"0", 400, "name"),
            ("..%2Fa.json", b"0", 404, None),
        ]:
            refused = client.put(f"/checkpoints/{folder.token}/{name}", content=content)
            assert refused.status_code == status
            assert code is None or refused.json() == {"code": code}
        unsaid = client.put(f"/checkpoints/{folder.token}/a.json", content=iter([b"0"]))  # chunked: no length
        assert unsaid.json() == {"code": "length"}
        assert client.put("/checkpoints/invented/a.json", content=b"0").status_code == 410
    assert folder.files == {"my model (1).safetensors": 4}


def test_limits_are_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read = limits.__wrapped__
    for name in (UPLOAD, FOLDERS, HUB, RUN, MEMORY):
        monkeypatch.delenv(name, raising=False)
    assert read() == Limits(2048 << 20, (), True, 1024 << 20, memory_here() // SHARE >> 20 << 20)
    monkeypatch.setenv(UPLOAD, "0")
    monkeypatch.setenv(FOLDERS, str(tmp_path))
    monkeypatch.setenv(HUB, "off")
    monkeypatch.setenv(RUN, "16")
    monkeypatch.setenv(MEMORY, "300")
    assert read() == Limits(0, (tmp_path.resolve(),), False, 16 << 20, 300 << 20)
    monkeypatch.setenv(UPLOAD, "many")
    with pytest.raises(ValueError, match=UPLOAD):
        read()
    monkeypatch.setenv(UPLOAD, "1")
    monkeypatch.setenv(FOLDERS, str(tmp_path / "nothing"))
    with pytest.raises(ValueError, match=FOLDERS):
        read()


def test_a_setting_that_is_none_ends_the_server_at_its_start_with_one_sentence() -> None:
    import os
    import subprocess
    import sys

    ended = subprocess.run(
        [sys.executable, "-c", "import vitviz.app.server"], env={**os.environ, UPLOAD: "many"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.strip() == f"vitviz: {UPLOAD} is 'many', but it has to be a whole number of MiB"


@pytest.mark.parametrize(
    ("group", "file", "limit"),
    [
        ("0::/a.slice/b", "sys/fs/cgroup/a.slice/memory.max", "123456\n"),
        ("0::/../other", "sys/fs/cgroup/memory.max", "123456\n"),
        ("7:cpu,memory:/docker/x", "sys/fs/cgroup/memory/memory.limit_in_bytes", "123456\n"),
        ("0::/", "sys/fs/cgroup/memory.max", "max\n"),
    ],
)
def test_the_memory_that_a_container_leaves(tmp_path: Path, group: str, file: str, limit: str) -> None:
    for name, text in (("proc/self/cgroup", f"2:cpu:/x\n{group}\n"), (file, limit)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    machine = memory_here(tmp_path / "nothing")
    assert memory_here(tmp_path) == (machine if limit == "max\n" else 123456)
