"""A scene goes into a text and comes back, and nothing else is taken for one."""

import pytest

from vitviz.worlds.scene import Scene, Thing, random_scene
from vitviz.worlds.scene_text import MOST_THINGS, UNSEEN, from_text, to_text


def test_a_random_scene_comes_back_whole() -> None:
    for seed in range(200):
        scene = random_scene(UNSEEN + seed)
        assert from_text(str(seed)) == scene
        assert from_text(to_text(scene)) == scene


def test_a_composed_scene_comes_back_to_the_nearest_place() -> None:
    scene = Scene(5, (Thing("fish", 1.2345678, -0.5, 0.3333333, -12.34, True, (1 << 30) - 1),) * MOST_THINGS)
    text = to_text(scene)
    assert len(text) < 200
    for thing in from_text(text).things:
        assert (thing.kind, thing.mirrored, thing.seed) == ("fish", True, (1 << 30) - 1)
        assert thing.x == pytest.approx(1.2345678, abs=1 / 8192)
        assert thing.size == pytest.approx(0.3333333, abs=1 / 8192)
        assert thing.angle == -12.3


@pytest.mark.parametrize(
    "text",
    ["", "-1", "1" * 10, "c", "c00000", "x000000", "c000000b", "c000000q" + "0" * 18, "c000000b" + "z" * 18,
     "c000000b" + "0" * 18, "c000000b4qo3y80jc2s000000_", "c000000" + "b4qo3y80jc2s0000000" * (MOST_THINGS + 1)],
)  # fmt: skip
def test_what_is_no_scene_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_text(text)
