"""The shipped runs are whole and of the recipe in the code; what is said of runs follows from them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from vitviz.analysis.families.inductive_bias import FILE, inductive_bias, read_curve
from vitviz.train.inductive_bias import (
    COUNTS,
    NETWORKS,
    NEW,
    SEEDS,
    BiasRecipe,
    accuracy,
    all_runs,
    curve,
    pictures,
    start,
    train,
)
from vitviz.zoo.errors import CheckpointError


def test_the_shipped_runs_are_all_there_and_of_this_recipe() -> None:
    shipped = inductive_bias()
    assert shipped.recipe == asdict(BiasRecipe())
    assert (shipped.counts, shipped.seeds) == (COUNTS, SEEDS)
    assert len(shipped.runs) == len(COUNTS) * len(SEEDS) * len(NETWORKS)
    sizes = {name: sum(p.numel() for p in make().parameters()) for name, make in NETWORKS.items()}
    assert shipped.parameters == sizes
    assert max(sizes.values()) < 1.05 * min(sizes.values())


def test_orders_and_means_follow_from_the_runs(tmp_path: Path) -> None:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for run in data["runs"]:
        run["accuracy"] = {"conv net": 0.5, "Swin": 0.6, "ViT": 0.4}[run["network"]] + 0.1 * run["seed"]
    path = tmp_path / "runs.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    made = read_curve(path)
    order = made.order(600)
    assert (order.first, order.second, order.clear) == ("Swin", "conv net", False)
    assert (order.of_first, order.of_second) == pytest.approx((0.7, 0.6))
    apart = tuple(replace(run, accuracy=run.accuracy + (run.network == "Swin")) for run in made.runs)
    assert replace(made, runs=apart).order(600).clear
    for name, count, learned in made.unfinished():
        assert learned < 0.99
        assert learned == made.mean_on_training(name, count)
    for bad in ({**data, "runs": data["runs"][1:]}, {**data, "runs": [*data["runs"], data["runs"][0]]}, {}):
        path.write_text(json.dumps(bad), encoding="utf-8")
        with pytest.raises(CheckpointError):
            read_curve(path)
    with pytest.raises(CheckpointError):
        read_curve(tmp_path / "nothing.json")


def test_runs_go_on_where_they_stopped_and_learn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitviz.train.inductive_bias.COUNTS", (6,))
    monkeypatch.setattr("vitviz.train.inductive_bias.SEEDS", (0,))
    recipe = BiasRecipe(steps=2, batch=4, warmup=1, measured=8)
    path = tmp_path / "runs.jsonl"
    first = all_runs(path, recipe)
    assert [run["network"] for run in first] == list(NETWORKS)
    assert all_runs(path, recipe) == first
    assert [run["network"] for run in curve(first, recipe)["runs"]] == list(NETWORKS)
    images, labels = pictures(NEW, 8)
    network = NETWORKS["conv net"]()
    start(network, 0)
    train(network, BiasRecipe(steps=60, batch=8, warmup=5), images, labels, 0)
    assert accuracy(network, images, labels) == 1
