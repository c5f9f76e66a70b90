from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

from tests.train.conftest import CLASSES, COUNTS
from vitviz.train.data import class_quotas, epoch_order, load, resized, validation_pictures


def test_a_file_is_read_with_its_split(data_file: Path) -> None:
    train, val = load(data_file)
    assert train.pixels.shape == (sum(COUNTS), 3, 40, 40)
    assert train.pixels.dtype == torch.uint8
    assert train.labels.bincount().tolist() == list(COUNTS)
    assert val.labels.bincount().tolist() == [2] * 5
    assert train.classes == CLASSES
    pictures, labels, classes = validation_pictures(data_file)
    assert classes == CLASSES
    assert labels.tolist() == val.labels.tolist()
    for picture, pixels in zip(pictures, val.pixels, strict=True):
        assert np.array_equal(np.asarray(picture), pixels.permute(1, 2, 0).numpy())


def test_a_file_with_a_pickle_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, blob=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load(path)
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(ValueError, match="pickle"):
        load(path)


def test_shrinking_is_what_pillow_does_and_never_enlarges(data_file: Path) -> None:
    train, _ = load(data_file)
    assert train.shrunk(40) is train.pixels
    assert train.shrunk(50) is train.pixels
    small = train.shrunk(13)
    pictures, _, _ = validation_pictures(data_file)
    ours = resized(torch.from_numpy(np.asarray(pictures[0]).copy()).permute(2, 0, 1)[None], 13)[0]
    theirs = np.asarray(pictures[0].resize((13, 13), 3)).transpose(2, 0, 1)
    assert small.shape == (len(train), 3, 13, 13)
    assert np.abs(ours.numpy().astype(int) - theirs).max() <= 1


@pytest.mark.parametrize(
    ("balance", "expected"), [(0.0, [40, 10, 50]), (1.0, [33, 33, 34]), (0.5, [38, 19, 43])]
)
def test_quotas_go_from_natural_to_balanced(balance: float, expected: list[int]) -> None:
    quotas = class_quotas(torch.tensor([400, 100, 500]), 100, balance)
    assert quotas.sum() == 100
    assert (quotas - torch.tensor(expected)).abs().max() <= 1


def test_a_class_without_pictures_gets_none() -> None:
    assert class_quotas(torch.tensor([5, 0, 5]), 10, 1.0).tolist() == [5, 0, 5]


def test_a_balanced_epoch_repeats_a_rare_class_evenly() -> None:
    labels = torch.tensor([0] * 90 + [1] * 9 + [2] * 3)
    order = epoch_order(labels, 102, 1.0, Generator().manual_seed(0))
    assert labels[order].bincount().tolist() == [34, 34, 34]
    times = order.bincount(minlength=102)
    assert set(times[:90].tolist()) <= {0, 1}
    assert set(times[90:99].tolist()) == {3, 4}
    assert set(times[99:].tolist()) == {11, 12}


def test_an_epoch_depends_on_its_generator_only() -> None:
    labels = torch.arange(5).repeat(8)
    orders = [epoch_order(labels, 40, 0.5, Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(orders[0], orders[1])
    assert not torch.equal(orders[0], orders[2])
