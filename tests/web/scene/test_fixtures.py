"""What the node tests of a scene's editor read: scenes and the texts that Python makes of them."""

from tests.web.fixtures import check
from vitviz.worlds.scene import random_scene
from vitviz.worlds.scene_text import to_text


def test_the_fixture_of_texts_is_current() -> None:
    scenes = [random_scene(seed) for seed in range(12)]
    check("scene/texts.json", [{"scene": scene.to_json(), "text": to_text(scene)} for scene in scenes])
