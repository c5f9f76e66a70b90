"""Pictures opened in processes of their own: the same pictures, within limits, and no process left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.images.files import encode, noise
from vitviz.images import ImageError, Limits, Preprocessing, open_image, view
from vitviz.images import process as one_process
from vitviz.images.cost.jpeg import MOST_BLOCKS
from vitviz.images.pool import Pool

ON_LINUX = sys.platform == "linux"
PATIENCE = 20.0
SPEC = Preprocessing(96, 0.875)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(1)
    yield pool
    pool.close()


def slow() -> bytes:
    """An honest picture that takes a while: noise in a progressive JPEG."""
    return encode(noise(1500, 1500), "JPEG", progressive=True, quality=90)


def until(holds: Callable[[], bool]) -> bool:
    """Whether that holds within ``PATIENCE``."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def refusal(pool: Pool, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        pool.open(data, [SPEC])
    return caught.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_process_gives_what_opening_here_gives(pool: Pool, kind: str) -> None:
    """Facts, the whole picture, and what two models see, bit for bit."""
    exif = Image.Exif()
    exif[274] = 6
    data = encode(noise(300, 200), kind, **({"exif": exif} if kind in ("JPEG", "PNG") else {}))
    specs = [SPEC, Preprocessing((64, 128), fit="pad")]
    here = open_image(data)
    facts, (whole, *views) = pool.open(data, specs, whole=True)
    for name in ("size", "original_size", "format", "original_mode", "notes", "sha256"):
        assert getattr(facts, name) == getattr(here, name)
    np.testing.assert_array_equal(np.asarray(whole), np.asarray(here.image))
    for spec, seen in zip(specs, views, strict=True):
        np.testing.assert_array_equal(np.asarray(seen), np.asarray(view(here.image, spec)))
        np.testing.assert_array_equal(np.asarray(seen), np.asarray(here.view(spec)))


def test_a_refusal_is_the_one_from_here_and_costs_no_process(pool: Pool) -> None:
    pool.start()
    before = pool.running
    for data in (
        b"",
        b"hello",
        encode(noise(64, 64), "PNG")[:900],
        encode(Image.new("1", (9000, 9000)), "PNG"),
    ):
        with pytest.raises(ImageError) as here:
            open_image(data)
        with pytest.raises(ImageError) as there:
            pool.open(data)
        assert (str(there.value), there.value.code, there.value.values) == (
            str(here.value), here.value.code, here.value.values
        )  # fmt: skip
    assert pool.running == before


def test_open_image_takes_limits() -> None:
    data = encode(noise(30, 20), "PNG")
    assert open_image(data, limits=Limits()) == open_image(data)
    with pytest.raises(ImageError, match="damaged"):
        open_image(data[:-100], limits=Limits())


@pytest.mark.skipif(os.name != "posix", reason="processor time is limited where signals can end a process")
def test_processor_time_is_limited_and_the_process_replaced() -> None:
    pool = Pool(1, limits=Limits(seconds=0.05))
    try:
        pool.start()
        before = pool.running
        assert refusal(pool, slow()) == "time"
        assert until(lambda: bool(pool.running))
        assert pool.running != before
        assert pool.open(encode(noise(8, 8), "PNG"), [SPEC])
    finally:
        pool.close()


@pytest.mark.skipif(not ON_LINUX, reason="threads have priorities of their own on Linux")
def test_a_slow_picture_lets_others_go_first_and_the_next_one_does_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(one_process, "GRACE", 0.01)
    monkeypatch.setattr(one_process, "LOOK", 0.002)
    stepped, step = list[int](), os.setpriority

    def noted(which: int, thread: int, niceness: int) -> None:
        step(which, thread, niceness)
        stepped.append(niceness)

    monkeypatch.setattr(os, "setpriority", noted)
    pool = Pool(1)
    try:
        pool.start()
        (number,) = pool.running
        before = priorities(number)
        pool.open(slow(), [SPEC])
        assert stepped == [one_process.NICENESS]
        pool.open(encode(noise(8, 8), "PNG"), [SPEC])
        assert pool.running == [number]
        assert until(lambda: priorities(number) == before)
    finally:
        pool.close()


def priorities(number: int) -> set[int]:
    """How far each thread of a process steps back."""
    found = set()
    for task in Path(f"/proc/{number}/task").iterdir():
        with suppress(FileNotFoundError):
            found.add(int((task / "stat").read_text().rpartition(")")[2].split()[16]))
    return found


@pytest.mark.skipif(not ON_LINUX, reason="memory is limited on Linux")
def test_memory_is_limited() -> None:
    pool = Pool(1, limits=Limits(memory=16 << 20))
    try:
        assert refusal(pool, encode(Image.new("RGB", (3000, 3000)), "PNG")) in (
            "memory",
            "damaged",
            "crashed",
        )
        assert pool.open(encode(noise(8, 8), "PNG"), [SPEC])
    finally:
        pool.close()


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped by signals")
def test_a_process_that_hangs_or_is_killed_is_one_sentence() -> None:
    pool = Pool(1, limits=Limits(patience=0.3))
    try:
        pool.start()
        os.kill(pool.running[0], signal.SIGSTOP)
        assert refusal(pool, encode(noise(8, 8), "PNG")) == "time"
    finally:
        pool.close()
    pool = Pool(1)
    try:
        pool.open(encode(noise(8, 8), "PNG"), [SPEC])
        victim = pool.running[0]
        os.kill(victim, signal.SIGSTOP)
        threading.Timer(0.1, os.kill, (victim, signal.SIGKILL)).start()
        assert refusal(pool, encode(noise(8, 8), "PNG")) == "crashed"
        os.kill(pool.running[0], signal.SIGKILL)  # while nobody waits for it
        assert until(lambda: not pool.running)
        assert pool.open(encode(noise(8, 8), "PNG"), [SPEC])
    finally:
        pool.close()


@pytest.mark.skipif(os.name != "posix", reason="processes are stopped by signals")
def test_waiting_is_bounded_and_closing_ends_what_runs() -> None:
    pool = Pool(1, waiting=0.05)
    pool.start()
    process = pool.running[0]
    os.kill(process, signal.SIGSTOP)
    codes: list[str] = []
    first = threading.Thread(target=lambda: codes.append(refusal(pool, encode(noise(8, 8), "PNG"))))
    first.start()
    assert until(lambda: pool.idle == 0)
    assert refusal(pool, encode(noise(8, 8), "PNG")) == "busy"
    pool.close()
    first.join(PATIENCE)
    assert codes == ["crashed"]
    assert pool.running == []
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.skipif(not ON_LINUX, reason="looks into /proc")
def test_nothing_is_left_behind_a_server_that_is_killed() -> None:
    """Its processes read to the end of what it sends; they never imported torch."""
    code = (
        "import sys, time; from vitviz.images.pool import Pool; pool = Pool(2); pool.start();"
        "pool.open(bytes.fromhex(sys.argv[1])); print(*pool.running, flush=True); time.sleep(60)"
    )
    picture = encode(noise(4, 4), "PNG").hex()
    server = subprocess.Popen([sys.executable, "-c", code, picture], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    processes = [int(each) for each in server.stdout.readline().split()]
    assert len(processes) == 2
    for process in processes:
        assert "torch" not in Path(f"/proc/{process}/maps").read_text()
    server.kill()
    server.wait()
    assert until(lambda: not any(_runs(process) for process in processes))


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_honest_progressive_files_are_far_from_the_limit_of_scans() -> None:
    """The standard's ten scans of three colours at 40 million pixels are a quarter of what is opened."""
    assert MOST_BLOCKS > 14 * 40_000_000 // 64 * 4


@pytest.mark.skipif(not ON_LINUX, reason="the processor time of a process is known on Linux")
def test_nobody_waits_for_a_slow_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is known to be slow, and stopped in the middle, gives its turn to the next."""
    monkeypatch.setattr(one_process, "GRACE", 0.01)
    monkeypatch.setattr(one_process, "LOOK", 0.002)
    pool, codes = Pool(1, slow=1, waiting=PATIENCE), list[str]()
    stepped = threading.Event()

    def stop(which: int, thread: int, niceness: int) -> None:
        os.kill(thread, signal.SIGSTOP)
        stepped.set()

    monkeypatch.setattr(os, "setpriority", stop)
    try:
        pool.start()
        both = pool.running
        first = threading.Thread(target=lambda: codes.append(refusal(pool, slow())))
        first.start()
        assert stepped.wait(PATIENCE)
        for _ in range(3):
            assert pool.open(encode(noise(8, 8), "PNG"), [SPEC])
        assert pool.running == both
    finally:
        pool.close()
    first.join(PATIENCE)
    assert codes == ["crashed"]
