"""Damaged, missing and unreadable files: one sentence each."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFile

from tests.images.files import assert_one_sentence, encode, noise, refused
from vitviz.images import ImageError, open_image


def test_empty_and_not_a_picture() -> None:
    """No bytes, text, a page of HTML, another format, an SVG."""
    assert "empty" in refused(b"")
    assert "empty" in refused(io.BytesIO())
    for data in (b"hello", b"<html></html>", b"%PDF-1.7 ...", b"\0" * 1000, b"P6 1 1 255 abc"):
        assert "not a JPEG" in refused(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.97])
def test_truncated(kind: str, part: float) -> None:
    """Cut off anywhere: one sentence that names the format."""
    data = encode(noise(64, 64), kind)
    sentence = refused(data[: max(16, int(len(data) * part))])
    assert kind.lower() in sentence.lower()
    assert "damaged" in sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.filterwarnings("ignore")
def test_random_damage_never_escapes(kind: str) -> None:
    """Overwritten bytes give a picture or an ImageError, nothing else."""
    rng = np.random.default_rng(3)
    data = np.frombuffer(encode(noise(16, 16), kind), np.uint8)
    for _ in range(150):
        damaged = data.copy()
        places = rng.integers(0, min(len(data), 300), size=rng.integers(1, 6))
        damaged[places] = rng.integers(0, 256, size=len(places))
        try:
            open_image(damaged.tobytes(), max_pixels=1_000_000)
        except ImageError as error:
            assert_one_sentence(error)


def test_paths_that_hold_no_file(tmp_path: Path) -> None:
    """Missing, a folder, an impossible name, an empty file: no sentence shows the path."""
    assert "no such file" in refused(tmp_path / "missing.png")
    assert "no such file" in refused(str(tmp_path / "missing" / "picture.png"))
    assert "folder" in refused(tmp_path)
    refused("nul\0byte")
    refused("x" * 5000)
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert "empty" in refused(empty)


def test_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions and disk errors, which cannot be had as root and are therefore played."""
    path = tmp_path / "picture.png"
    path.write_bytes(encode(noise(4, 4), "PNG"))
    for error, word in [(PermissionError(13, "no", str(path)), "permissions"), (OSError(5, "io"), "disk")]:

        def fail(self: Path, error: OSError = error) -> bytes:
            raise error

        monkeypatch.setattr(Path, "read_bytes", fail)
        assert word in refused(path)


def test_streams_that_fail() -> None:
    """Closed, opened as text, broken while reading."""
    closed = io.BytesIO(b"x")
    closed.close()
    assert "could not be read" in refused(closed)
    assert "binary" in refused(io.StringIO("text"))


def test_too_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """MemoryError is not called damage."""

    def fail(self: ImageFile.ImageFile) -> None:
        raise MemoryError

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    assert "memory" in refused(encode(noise(4, 4), "PNG"))


def test_the_cause_is_kept_for_the_log() -> None:
    """The sentence hides what the library said; the exception does not."""
    with pytest.raises(ImageError) as caught:
        open_image(encode(noise(64, 64), "PNG")[:2000])
    assert caught.value.__cause__ is not None
    assert isinstance(caught.value, ValueError)


def test_names_of_damaged_kinds() -> None:
    """BigTIFF and WebP are known by their first bytes."""
    assert "TIFF" in refused(b"MM\0+....")
    assert "WEBP" in refused(b"RIFF\0\0\0\0WEBP")
