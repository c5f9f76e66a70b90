from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from vitviz.models.build import build
from vitviz.models.init import initialize
from vitviz.train.checkpoint import load_weights, save_weights, sha256
from vitviz.train.evaluate import attention_on_samples
from vitviz.train.export import refresh
from vitviz.train.gpu_export import export
from vitviz.train.recipe import Network
from vitviz.train.world import fit
from vitviz.zoo.registry import find

LOG = [
    {"part": "teacher0", "at": 90.0, "done": True, "val": 0.9, "steps": [4, 2], "epochs": 7.6},
    {"part": "teacher1", "at": 96.0, "done": True, "val": 0.8, "steps": [4, 2], "epochs": 7.4},
    {"part": "vit-test", "at": 5.0, "progress": 0.5, "size": 112, "loss": 2.0, "val": 0.3},
    {
        "part": "vit-test",
        "at": 9.0,
        "done": True,
        "val": 0.4,
        "steps": [30, 10],
        "epochs": 39.6,
        "seconds": 120.0,
    },
]


def left_by_a_run(folder: Path, seed: int, log: list[dict[str, Any]]) -> Network:
    """A folder as ``vitviz.train.gpu`` leaves it."""
    folder.mkdir()
    network: Network = build(find("vit-test").config)
    initialize(network, seed)
    save_weights(folder / "vit-test.safetensors", {n: t.half() for n, t in network.state_dict().items()})
    world = fit(torch.randn(40, 16), torch.arange(5).repeat(8), 5)
    save_weights(folder / "vit-test.world.safetensors", {"means": world.means, "precision": world.precision})
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log))
    return network


def test_a_run_is_shipped_with_its_card_and_what_was_before(data_file: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    old, new, out = tmp_path / "old", tmp_path / "new", tmp_path / "out"
    left_by_a_run(old, 1, LOG)
    first = export("vit-test", data_file, old, out, "one GPU")
    assert "before" not in first
    network = left_by_a_run(new, 2, LOG)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    Image.new("RGB", (50, 40), "teal").save(foreign / "sea.png")
    facts = export("vit-test", data_file, new, out, "one GPU", foreign)
    assert json.loads((out / "vit-test.json").read_text()) == facts
    assert facts["before"]["sha256"] == first["sha256"]
    assert facts["before"]["top1"] == first["figures"]["top1"]
    assert facts["before"]["attention"] == first["attention"]
    assert facts["sha256"] == sha256(out / "vit-test.safetensors")
    assert facts["world"]["sha256"] == sha256(out / "world" / "vit-test.safetensors")
    assert facts["world"]["foreign"] == first["world"]["foreign"] + 1
    stored = load_weights(out / "world" / "vit-test.safetensors")
    assert len(stored["validation"]) == facts["figures"]["pictures"]
    spread = attention_on_samples(network.eval(), find("vit-test"))
    assert facts["attention"]["entropy"] == pytest.approx(spread.entropy, abs=1e-3)
    assert facts["run"]["steps"] == 40
    assert [teacher["top1"] for teacher in facts["teachers"]] == [0.9, 0.8]
    card = (out / "vit-test.md").read_text()
    for part in (
        "from scratch",
        "one GPU",
        first["sha256"],
        "| 0 | 8 | 1.5 | 90.0% |",
        "Mahalanobis",
        "| before | now |",
    ):
        assert part in card
    assert str(tmp_path) not in card + json.dumps(facts)
    assert refresh("vit-test", data_file, out) == facts
    assert (out / "vit-test.md").read_text() == card


def test_a_run_that_did_not_end_is_not_shipped(data_file: Path, tmp_path: Path) -> None:
    left_by_a_run(tmp_path / "run", 1, LOG[:3])
    with pytest.raises(ValueError, match="no end of vit-test"):
        export("vit-test", data_file, tmp_path / "run", tmp_path / "out", "one GPU")
    assert not (tmp_path / "out").exists()
