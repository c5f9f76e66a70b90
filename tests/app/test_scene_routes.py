"""What a scene's editor asks: answers and fine drawings, for people who are here, and one sentence for all else."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from vitviz.app import scene_routes
from vitviz.app.kept import memory
from vitviz.app.people import People
from vitviz.app.scene_answers import KEPT
from vitviz.payload import unpack_data
from vitviz.worlds.picture_book import draw
from vitviz.worlds.scene import Scene, Thing
from vitviz.worlds.scene_text import from_text, to_text

TEXT = to_text(Scene(7, (Thing("boat", 0.3, 0.4),)))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client, with somebody here whose token is ``token``."""
    people = People()
    person = people.arrive("")
    monkeypatch.setattr(scene_routes.people, "people", people)
    monkeypatch.setattr(scene_routes, "_owners", {"token": person.owner, "gone": "nobody"})
    with TestClient(Starlette(routes=scene_routes.scene_routes())) as opened:
        yield opened


@pytest.mark.parametrize("text", ["17", TEXT])
def test_an_answer_is_to_the_scene_that_was_asked_about(client: TestClient, text: str) -> None:
    response = client.get(f"/scene/detection/token/{text}.bin?cut=1")
    assert response.status_code == 200
    answer = unpack_data(response.content)
    assert answer["page"]["text"] == text
    np.testing.assert_array_equal(answer["page"]["picture"], draw(from_text(text), 96).picture)
    assert answer["cut"]["layers"] == [1]
    assert answer["boxes"].shape == (3, 12, 4)


def test_the_fine_drawing_is_the_same_scene(client: TestClient) -> None:
    response = client.get(f"/scene/detection/token/{TEXT}.png")
    with Image.open(io.BytesIO(response.content)) as picture:
        fine = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(fine, draw(from_text(TEXT), len(fine)).picture)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("detection/token/nothing.bin", 400), ("detection/token/nothing.png", 400),
        ("detection/token/17.bin?cut=7", 400), ("detection/token/17.bin?cut=" + "1" * 4000, 400),
        ("painting/token/17.bin", 404), ("detection/gone/17.bin", 410), ("detection/other/17.bin", 410),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_sentence(client: TestClient, path: str, status: int) -> None:
    response = client.get(f"/scene/{path}")
    assert response.status_code == status
    assert response.headers["cache-control"] == "no-store"
    assert 10 < len(response.text) < 200


def test_a_person_s_answers_are_counted_few_and_gone_with_them(client: TestClient) -> None:
    owner = scene_routes._owners["token"]
    for seed in range(KEPT + 2):
        assert client.get(f"/scene/detection/token/{seed}.bin").status_code == 200
    kept = [held for held in memory.held() if held.kind == "scene" and owner in held.owners]
    assert len(kept) == KEPT
    assert all(held.nbytes > 100_000 for held in kept)
    assert memory.has(("scene", "detection", str(KEPT + 1)))
    assert not memory.has(("scene", "detection", "0"))
    memory.leave(owner)
    assert not memory.owned("scene", owner)
