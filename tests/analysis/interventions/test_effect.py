"""What an edit changes, against the same computed by hand from two runs; and the files that hold it."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import torch

import vitviz
from vitviz.analysis.interventions.effect import effect, stream_names
from vitviz.analysis.interventions.of_pictures import full_names, recorded, stacked
from vitviz.analysis.interventions.report import as_csv, as_json
from vitviz.samples import SAMPLES
from vitviz.tracing.edits import edit_part
from vitviz.tracing.trace import run_edited


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_the_changes_are_those_of_two_whole_runs(name: str) -> None:
    model = vitviz.load_model(name)
    plain = vitviz.trace(model, SAMPLES[0].path)
    edit = edit_part("mlp", 3)
    edited = vitviz.trace(model, SAMPLES[0].path, edit)
    found = effect(plain, run_edited(plain, edit))
    np.testing.assert_array_equal(found.logits, edited.logits.numpy())
    np.testing.assert_array_equal(found.delta_logits, (edited.logits - plain.logits).numpy())
    np.testing.assert_array_equal(
        found.delta_probabilities, (edited.probabilities - plain.probabilities).numpy()
    )
    assert len(found.stream) == len(plain.blocks) + 1
    for at, block in enumerate(plain.blocks):
        other = edited.blocks[at]["resid_post"].flatten(1, -2)[0]
        own = block["resid_post"].flatten(1, -2)[0]
        expected = torch.linalg.vector_norm(other - own, dim=1) / torch.linalg.vector_norm(own, dim=1)
        np.testing.assert_allclose(found.stream[at + 1], expected.numpy(), rtol=1e-5)
        assert found.grids[at + 1] == block.map_size
        assert found.of_patches()[at + 1] == pytest.approx(expected[found.prefix :].mean().item(), rel=1e-5)
    assert not any(change.any() for change in found.stream[:4])
    assert all(change.any() for change in found.stream[4:])


def test_the_stream_is_where_it_is_said_to_be() -> None:
    plain = vitviz.trace(vitviz.load_model("swin-mini"), SAMPLES[0].path)
    names = stream_names(plain)
    assert names[0] == f"{plain.blocks[0].name}.resid_pre"
    for block, name in zip(plain.blocks, names[1:], strict=True):
        torch.testing.assert_close(plain.kept[name], block["resid_post"], rtol=0, atol=1e-5)


def test_runs_of_different_pictures_sizes_are_not_compared() -> None:
    tiny, mini = (
        vitviz.trace(vitviz.load_model(name), SAMPLES[0].path) for name in ("vit-tiny", "swin-mini")
    )
    with pytest.raises(ValueError, match="same model"):
        effect(tiny, mini)


def test_tensors_of_pictures_one_by_one_are_those_of_one_batch() -> None:
    model = vitviz.load_model("swin-mini")
    paths = [sample.path for sample in SAMPLES[:3]]
    batch = vitviz.trace(model, paths)
    names = full_names(model.network, 2, ("z", "mlp_post"))
    runs = recorded(model.network, [lambda i=i: batch.kept["image"][i : i + 1] for i in range(3)], names)
    found = stacked(model.network, runs)
    for name in names:
        torch.testing.assert_close(found[name], batch[name], rtol=0, atol=1e-5)
    for kind, which in (("head", 1), ("unit", 5)):
        one, other = (edit_part(kind, 2, which, "mean", over=over) for over in (found, batch))  # type: ignore[arg-type]
        logits = [vitviz.trace(model, paths[0], edit).logits for edit in (one, other)]
        torch.testing.assert_close(*logits, rtol=0, atol=1e-5)
    with pytest.raises(ValueError, match="one size"):
        stacked(model.network, [{"z": torch.zeros(1, 2)}, {"z": torch.zeros(1, 3)}])
    with pytest.raises(ValueError, match="no block 99"):
        full_names(model.network, 99, ("z",))


def test_the_files_have_every_class_and_every_digit() -> None:
    plain = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    alone = {
        text: effect(plain, run_edited(plain, edit_part("mlp", at))) for text, at in (("m3", 3), ("-m5", 5))
    }
    together = effect(plain, run_edited(plain, edit_part("mlp", 3)))
    found = json.loads(as_json({"model": "vit-tiny", "picture": "a.jpg"}, plain, alone, together))
    assert found["model"] == "vit-tiny"
    assert list(found["alone"]) == ["m3", "-m5"]
    np.testing.assert_array_equal(
        np.array(found["alone"]["-m5"]["delta_logits"], np.float32), alone["-m5"].delta_logits
    )
    np.testing.assert_array_equal(np.array(found["plain"]["logits"], np.float32), plain.logits.numpy())
    rows = list(csv.DictReader(io.StringIO(as_csv(plain, alone, together))))
    assert len(rows) == 20
    assert [row["name"] for row in rows] == list(plain.class_names)
    deltas = np.array([float(row["delta_logit together"]) for row in rows], np.float32)
    np.testing.assert_array_equal(deltas, together.delta_logits)
