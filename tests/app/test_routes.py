"""The app's own routes: modules under a hash, pictures under names that nobody can guess, 404 for everything else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from vitviz.app import routes
from vitviz.app.pictures import PictureStore, picture_url
from vitviz.memory import Memory
from vitviz.web import modules


@pytest.fixture(params=["", "viz/app"])
def client(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[TestClient, str]]:
    """A client of the routes, and what stands before every address: nothing, or ``server.baseUrlPath``."""
    monkeypatch.setattr(routes.st, "get_option", lambda name: {"server.baseUrlPath": request.param}[name])
    with TestClient(Starlette(routes=routes.routes())) as client:
        yield client, f"/{request.param}" if request.param else ""


def test_every_module_is_served_as_it_stands_and_for_ever(client: tuple[TestClient, str]) -> None:
    get, base = client
    for name, file in modules.files().items():
        answer = get.get(f"{base}/api/js/{modules.stamp()}/{name}")
        assert answer.status_code == 200
        assert answer.content == file.content == (modules.PACKAGE / name).read_bytes()
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
    plain = get.get(
        f"{base}/api/js/{modules.stamp()}/web/picker/part.js", headers={"Accept-Encoding": "identity"}
    )
    assert plain.headers["content-encoding"] == "identity"


@pytest.mark.parametrize("path", [
    "js/0123/web/picker/part.js", "js/{stamp}/../pyproject.toml", "js/{stamp}/app/words.toml",
    "pictures/0123.png", "nothing", "explorer/none/0.bin"])  # fmt: skip
def test_what_is_not_there_is_not_answered(client: tuple[TestClient, str], path: str) -> None:
    get, base = client
    answer = get.get(f"{base}/api/{path.format(stamp=modules.stamp())}")
    assert answer.status_code in (404, 410)
    assert answer.headers["cache-control"] == "no-store"


def test_a_picture_is_served_without_loss(client: tuple[TestClient, str]) -> None:
    get, base = client
    pixels = np.random.default_rng(0).integers(0, 255, (9, 7, 3), dtype=np.uint8)
    answer = get.get(f"{base}/{picture_url(Image.fromarray(pixels))}")
    assert answer.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(answer.content))), pixels)


def test_the_store_of_pictures_stays_below_its_bytes_and_drops_the_oldest() -> None:
    store = PictureStore(Memory(30_000))
    noise = np.random.default_rng(0)
    pictures = [Image.fromarray(noise.integers(0, 255, (64, 64, 3), dtype=np.uint8)) for _ in range(4)]
    names = [store.offer(picture) for picture in pictures]
    assert store.offer(pictures[-1]) == names[-1]
    assert [store.get(name) is not None for name in names] == [False, False, True, True]
    assert store.get("elsewhere") is None


def test_a_drawn_picture_is_drawn_once_and_again_after_it_was_let_go() -> None:
    store, times = PictureStore(Memory(30_000)), []

    def draw(level: int) -> Image.Image:
        times.append(level)
        return Image.new("RGB", (8, 8), (level, 0, 0))

    names = [store.offer_drawn(("square", level), partial(draw, level), None) for level in (1, 2, 1)]
    assert names[0] == names[2] != names[1]
    assert times == [1, 2]
    noise = np.random.default_rng(0)
    for _ in range(3):
        store.offer(Image.fromarray(noise.integers(0, 255, (64, 64, 3), dtype=np.uint8)))
    assert store.get(names[0]) is None
    assert store.offer_drawn(("square", 1), lambda: draw(1), None) == names[0]
    assert times == [1, 2, 1]
    assert store.get(names[0]) is not None
