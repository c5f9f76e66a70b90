"""A run that begins with the weights of an earlier one: it starts there, and its card says so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.train.test_loop import CPU, recipe, trainer
from vitviz.train.__main__ import main, parser
from vitviz.train.card import card
from vitviz.train.checkpoint import load_weights, sha256
from vitviz.train.data import load
from vitviz.train.evaluate import evaluate
from vitviz.train.export import export, refresh, total
from vitviz.train.loop import EARLIER, Trainer
from vitviz.train.tasks.classification import Classification

PLAIN = {"mixup": 0.0, "cutmix": 0.0, "erase": 0.0, "drop_path": 0.0, "smoothing": 0.0, "batch": 4}


def written(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


@pytest.fixture(scope="module", params=["vit-test", "swin-test"])
def first(
    request: pytest.FixtureRequest, data_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A model and the folder to which its first run was exported."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("first")
    assert trainer(recipe(request.param, "32:3", **PLAIN), data_file, folder / "run").run(quiet=True)
    export(request.param, data_file, folder / "run", folder)
    return request.param, folder


def going_on(model: str, weights: Path, data: Path, out: Path, schedule: str = "32:1.5") -> Trainer:
    config = recipe(model, schedule, **PLAIN).with_changes({"begin_with": str(weights), "seed": 7})
    return trainer(config, data, out)


def test_it_begins_with_the_very_weights(first: tuple[str, Path], data_file: Path, tmp_path: Path) -> None:
    model, folder = first
    weights = folder / f"{model}.safetensors"
    run = going_on(model, weights, data_file, tmp_path / "on")
    expected = load_weights(weights)
    for weight in (dict(run.network.named_parameters()), run.average):
        assert all(torch.equal(weight[name].detach(), tensor) for name, tensor in expected.items())
    assert run.run(quiet=True)
    scratch = trainer(recipe(model, "32:1.5", **PLAIN).with_changes({"seed": 7}), data_file, tmp_path / "new")
    assert scratch.run(quiet=True)
    assert run.log[0]["loss"] < 0.9 * scratch.log[0]["loss"]


def test_what_was_known_of_the_earlier_run_is_kept(
    first: tuple[str, Path], data_file: Path, tmp_path: Path
) -> None:
    model, folder = first
    weights, facts = folder / f"{model}.safetensors", written(folder / f"{model}.json")
    going_on(model, weights, data_file, tmp_path / "known")
    assert written(tmp_path / "known" / EARLIER) == {
        "sha256": sha256(weights),
        **{key: facts[key] for key in ("figures", "recipe", "run")},
    }
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(weights.read_bytes())
    going_on(model, alone, data_file, tmp_path / "unknown")
    assert written(tmp_path / "unknown" / EARLIER) == {"sha256": sha256(weights)}


def test_resuming_equals_not_stopping_and_needs_the_weights_no_more(
    first: tuple[str, Path], data_file: Path, tmp_path: Path
) -> None:
    model, folder = first
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes((folder / f"{model}.safetensors").read_bytes())
    whole = going_on(model, weights, data_file, tmp_path / "whole")
    assert whole.run(quiet=True)
    assert not going_on(model, weights, data_file, tmp_path / "parts").run(3, quiet=True)
    weights.unlink()
    parts = going_on(model, weights, data_file, tmp_path / "parts")
    assert parts.step == 3
    assert parts.run(quiet=True)
    for name, weight in whole.average.items():
        assert torch.allclose(weight, parts.average[name], atol=1e-6), name
    assert [line["val_top1"] for line in parts.log] == [line["val_top1"] for line in whole.log]


def test_weights_of_another_model_are_refused(
    first: tuple[str, Path], data_file: Path, tmp_path: Path
) -> None:
    model, folder = first
    other = "swin-test" if model == "vit-test" else "vit-test"
    with pytest.raises(RuntimeError):
        going_on(other, folder / f"{model}.safetensors", data_file, tmp_path)


def test_the_card_tells_the_whole_chain(first: tuple[str, Path], data_file: Path, tmp_path: Path) -> None:
    model, folder = first
    before, weights = written(folder / f"{model}.json"), folder / f"{model}.safetensors"
    for place, seed in ((tmp_path / "b", 7), (tmp_path / "c", 8)):
        config = recipe(model, "32:1", **PLAIN).with_changes({"begin_with": str(weights), "seed": seed})
        assert trainer(config, data_file, place / "run").run(quiet=True)
        facts = export(model, data_file, place / "run", place)
        weights = place / f"{model}.safetensors"
    middle = written(tmp_path / "b" / f"{model}.json")
    assert facts["earlier"]["sha256"] == middle["sha256"]
    assert facts["earlier"]["earlier"]["sha256"] == before["sha256"]
    runs = [before["run"], middle["run"], facts["run"]]
    assert facts["total"] == {
        "runs": 3,
        "epochs": 5,
        "steps": 50,
        "minutes": round(sum(run["minutes"] for run in runs), 1),
        "complete": True,
    }
    text = (tmp_path / "c" / f"{model}.md").read_text(encoding="utf-8")
    assert str(tmp_path) not in text + json.dumps(facts)
    assert "from scratch on the data below and nothing else" in text
    assert "In 3 runs, each of which began with the weights of the one before: 50 steps in 5 epochs" in text
    order = [text.index(part) for part in ("### Run 1", before["sha256"], "### Run 2", middle["sha256"])]
    assert order == sorted(order)
    assert text.index("### Run 3") > order[-1]
    for share in (before["figures"]["top1"], middle["figures"]["top1"]):
        assert f"had {share:.1%} of the validation pictures right" in text
    assert text.count("| schedule |") == 3
    assert "| seed | 7 |" in text
    assert "| seed | 8 |" in text


def test_the_card_does_not_claim_what_it_cannot_know(
    first: tuple[str, Path], data_file: Path, tmp_path: Path
) -> None:
    model, folder = first
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes((folder / f"{model}.safetensors").read_bytes())
    run = going_on(model, alone, data_file, tmp_path / "run", "32:1")
    assert run.run(quiet=True)
    facts = export(model, data_file, tmp_path / "run", tmp_path / "out")
    text = (tmp_path / "out" / f"{model}.md").read_text(encoding="utf-8")
    assert not facts["total"]["complete"]
    assert "from scratch" not in text
    assert "beginning with weights of which nothing is known" in text
    assert "at least 10 steps" in text
    assert f"Nothing is known of it but its weights, SHA-256\n`{sha256(alone)}`" in text
    (tmp_path / "run" / EARLIER).unlink()
    with pytest.raises(ValueError, match=r"earlier\.json is gone"):
        export(model, data_file, tmp_path / "run", tmp_path / "out")


def test_the_sum_counts_every_run_once() -> None:
    def run(minutes: float) -> dict[str, Any]:
        return {"epochs": 2, "steps": 10, "minutes": minutes}

    assert total(run(1.5), None) == {"runs": 1, **run(1.5), "complete": True}
    chain = {"sha256": "b", "run": run(2.25), "earlier": {"sha256": "a", "run": run(4)}}
    assert total(run(1.5), chain) == {"runs": 3, "epochs": 6, "steps": 30, "minutes": 7.8, "complete": True}
    chain["earlier"] = {"sha256": "a"}
    assert total(run(1.5), chain) == {"runs": 2, "epochs": 4, "steps": 20, "minutes": 3.8, "complete": False}


def test_a_refreshed_card_is_the_exported_one(first: tuple[str, Path], data_file: Path) -> None:
    model, folder = first
    described, text = folder / f"{model}.json", folder / f"{model}.md"
    facts, lines = written(described), text.read_text(encoding="utf-8")
    older = {key: value for key, value in facts.items() if key not in ("samples", "total")}
    older["figures"] = {key: value for key, value in facts["figures"].items() if "unsure" not in key}
    described.write_text(json.dumps(older), encoding="utf-8")
    text.unlink()
    assert refresh(model, data_file, folder) == facts
    assert written(described) == facts
    assert text.read_text(encoding="utf-8") == lines == card(facts)
    described.write_text(json.dumps(facts | {"sha256": "0"}), encoding="utf-8")
    with pytest.raises(ValueError, match="of other weights"):
        refresh(model, data_file, folder)
    described.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no weights"):
        refresh(model, data_file, folder / "elsewhere")


def test_the_threshold_leaves_the_stated_share_below(first: tuple[str, Path], data_file: Path) -> None:
    model, folder = first
    facts = written(folder / f"{model}.json")
    figures = evaluate(model, data_file, folder / f"{model}.safetensors")
    assert facts["figures"]["unsure_below"] == round(figures.unsure_below, 4)
    assert f"below {figures.unsure_below:.3f}" in (folder / f"{model}.md").read_text(encoding="utf-8")
    # None of the sample pictures shows a class of this world.
    assert {sample["shows"] for sample in facts["samples"]} == {""}
    for sample in facts["samples"]:
        assert sample["unsure"] == (sample["confidence"] < facts["figures"]["unsure_below"])


@pytest.mark.parametrize("model", ["vit-test", "swin-test"])
def test_bfloat16_trains_on_the_cpu(model: str, data_file: Path, tmp_path: Path) -> None:
    config = recipe(model, "32:2", **PLAIN).with_changes({"precision": "bfloat16"})
    run = Trainer(Classification(config, *load(data_file)), tmp_path, CPU)
    with run._precision():
        assert run.network(torch.zeros(1, 3, 32, 32)).dtype == torch.bfloat16
    assert run.run(quiet=True)
    assert run.log[1]["loss"] < 0.9 * run.log[0]["loss"]
    assert {weight.dtype for weight in run.network.parameters()} == {torch.float32}


def test_the_command_line_knows_both_settings(
    first: tuple[str, Path], data_file: Path, tmp_path: Path
) -> None:
    model, folder = first
    weights = folder / f"{model}.safetensors"
    arguments = ["--model", model, "--data", str(data_file), "--out", str(tmp_path), "--device", "cpu"]
    arguments += ["--threads", "1", "--schedule", "32:1", "--begin-with", str(weights)]
    assert main([*arguments, "--precision", "bfloat16"]) == 0
    config = written(tmp_path / "config.json")
    assert (config["begin_with"], config["precision"]) == (str(weights), "bfloat16")
    assert (tmp_path / EARLIER).is_file()
    with pytest.raises(SystemExit):
        parser().parse_args([*arguments, "--precision", "float8"])
