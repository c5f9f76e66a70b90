"""Many people: equal work is done once and nobody's things are another's; what people who left had is let go."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import ref

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.conftest import randomise
from tests.tracing.conftest import VIT, make
from vitviz.app import networks, people, session
from vitviz.app.kept import memory, size_of
from vitviz.models.build import build
from vitviz.models.cost import cost
from vitviz.models.vit import VisionTransformer
from vitviz.samples import SAMPLES, Sample
from vitviz.tracing.trace import run_trace
from vitviz.zoo import load
from vitviz.zoo.load import load_model
from vitviz.zoo.registry import REGISTRY, find
from vitviz.zoo.source import Source

Opener = Callable[..., AppTest]


def looking_at(sample: Sample) -> dict[str, object]:
    """What a session holds of somebody who chose that sample."""
    picture = session.sample_picture(sample)
    return {"picture": picture, "picture_name": sample.file, "picture_credit": sample.credit}


def person(page: AppTest) -> people.Person:
    someone: people.Person = page.session_state[people.PERSON]
    return someone


def traces(page: AppTest) -> list[Any]:
    return [memory.get(key) for key in memory.owned("trace", person(page).owner)]


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the models that were loaded."""
    names: list[str] = []

    def counted(name: str) -> load.Model:
        names.append(name)
        return load_model(name)

    monkeypatch.setattr(load, "load_model", counted)
    return names


def test_equal_pictures_run_once_and_other_pictures_apart(open_page: Opener) -> None:
    mine, yours = (open_page("attention", model="vit-test") for _ in range(2))
    other = open_page("attention", model="vit-test", **looking_at(SAMPLES[1]))
    assert traces(mine) == traces(yours)
    assert len(traces(mine)) == len(traces(other)) == 1
    assert traces(mine)[0] is not traces(other)[0]
    assert person(mine).owner != person(yours).owner


def test_a_model_is_loaded_once_and_lives_once(open_page: Opener, loads: list[str]) -> None:
    page = open_page("attention", model="swin-test")
    first = traces(page)[0]
    memory.drop(networks_key("swin-test"))  # as when the budget is full, while the trace is still looked at
    other = open_page("attention", model="swin-test", **looking_at(SAMPLES[2]))
    assert traces(other)[0].network is first.network
    assert loads in (["swin-test"], [])  # another test's page may have it still


def networks_key(name: str) -> tuple[str, str, str]:
    return ("weights", "", name)


def test_switching_models_keeps_few_runs_and_lets_their_weights_go(open_page: Opener) -> None:
    page = open_page("attention", model="vit-tiny")
    mine = person(page)
    for model in ("swin-test", "vit-test"):
        for sample in SAMPLES[:2]:
            page.session_state["model"] = model
            page.session_state["picture"] = session.sample_picture(sample)
            page.run()
    assert len(memory.owned("trace", mine.owner)) == people.KEPT["trace"]
    kept = {key[1] for key in memory.owned("trace", mine.owner)}
    assert kept == {networks_key("vit-test"), networks_key("swin-test")}


def test_what_is_let_go_is_computed_again_and_equal(open_page: Opener) -> None:
    page = open_page("lens", model="vit-test")
    before = [element.proto for element in page.get("html")]
    key = memory.owned("trace", person(page).owner)[0]
    gone = ref(memory.get(key))
    memory.drop(key)
    page.run()
    assert [element.proto for element in page.get("html")] == before
    assert memory.has(key)
    assert gone() is None or memory.get(key) is gone()


def test_who_leaves_takes_all_of_their_own_and_nothing_of_others(open_page: Opener) -> None:
    mine, yours = (open_page("stream", model="vit-test") for _ in range(2))
    registry = people.People()
    registry._known = {
        person(page).owner: people._Known(ref(person(page)), person(page).owner, i, f"session {i}", None)
        for i, page in enumerate([mine, yours])
    }
    stopped: list[str] = []

    class Work:
        def stop(self) -> None:
            stopped.append("stopped")

    work = Work()
    person(mine).ends(work)
    here = {"session 0": False, "session 1": True}.__getitem__
    assert registry.sweep(here, now=100) == []
    assert registry.sweep(lambda _: True, now=130) == []  # came back: counts from the beginning
    assert registry.sweep(here, now=140) == []
    assert registry.sweep(here, now=140 + people.GRACE) == [people.Left("session 0", None)]
    assert (stopped, registry.is_here(person(mine).owner)) == (["stopped"], False)
    assert [line for line in memory.held() if person(mine).owner in line.owners] == []
    assert len(traces(yours)) == 1
    owner = person(yours).owner
    del yours
    gc.collect()
    assert registry.sweep(lambda _: True, now=200) == []  # the session has a new person, perhaps
    assert [line for line in memory.held() if owner in line.owners] == []


def make_network(config: Any, seed: int) -> VisionTransformer:
    network = randomise(build(config), seed).eval().requires_grad_(False)
    assert isinstance(network, VisionTransformer)
    return network


def own(seed: int) -> OrderedDict[str, networks.OwnModel]:
    """A checkpoint under the name "mine", as every person could call theirs."""
    entry = replace(find("vit-test"), name="mine", source=Source("file", "mine"))
    network = make_network(VIT, seed)
    return OrderedDict(mine=networks.OwnModel(entry, lambda: load.Model(entry, network, trained=True)))


def test_a_checkpoint_of_the_same_name_is_another_for_everybody(open_page: Opener) -> None:
    first, second = (open_page("attention", model="mine", own_models=own(seed)) for seed in (1, 2))
    (one,), (other,) = traces(first), traces(second)
    assert one.network is not other.network
    assert not torch.equal(one.logits, other.logits)
    assert memory.leave(person(first).owner) > one.nbytes


def test_one_that_cannot_be_loaded_again_stays_and_counts(open_page: Opener) -> None:
    page = open_page("patches", model="mine", own_models=own(1))
    key = ("weights", person(page).owner, "mine")
    network = make_network(VIT, 3)
    memory.put(key, network, size_of(list(network.parameters())), person(page).owner, fixed=True)
    memory.make_room(memory.max_bytes)
    assert memory.get(key) is network
    assert size_of(list(network.parameters())) == 4 * sum(p.numel() for p in network.parameters())


def test_size_counts_shared_memory_once_and_pictures_too() -> None:
    block = np.zeros((100, 100), np.float32)
    tensor = torch.zeros(1000)
    image = Image.new("RGB", (300, 200))
    assert 40_000 <= size_of({"a": block, "b": (block[1:], block.T)}) < 41_000
    assert 4_000 <= size_of([tensor, tensor[:10]]) < 4_200
    assert 3 * image.width * image.height <= size_of((image,)) < 3 * image.width * image.height + 1000


class StopError(Exception):
    """As when the person chose something else."""


def test_a_run_stops_between_two_blocks() -> None:
    network, image, blocks = make("ViT").network, make("ViT").image, []

    def between() -> None:
        blocks.append(1)
        if len(blocks) == 2:
            raise StopError

    with pytest.raises(StopError):
        run_trace(network, image, between=between)
    assert len(blocks) == 2


def test_heavy_models_wait_in_their_own_lane() -> None:
    light = {name for name in REGISTRY if networks.lane(find(name)) == "light"}
    assert light >= {"vit-tiny", "swin-mini", "vit-s16", "swin-t", "deit-ti16", "vit-ti16"}
    assert not light & {"vit-b16", "vit-b16-384", "vit-l16", "swin-b", "swin-l", "vit-s14-518"}


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini", "vit-test", "swin-test"])
def test_the_estimate_of_weights_is_near_what_a_network_has(name: str) -> None:
    model = load_model(name)
    assert 0.5 < cost(model.entry.config).weights / model.num_parameters < 1.1
