"""The shipped atlases are of the sample pictures as they are: a part of each is made again and compared."""

from __future__ import annotations

import numpy as np
import pytest

import vitviz
from vitviz.analysis.atlas.batch import batch_statistics
from vitviz.analysis.atlas.head_figures import FIGURES
from vitviz.analysis.atlas.shipped import MODELS, path_of, shipped_atlas
from vitviz.samples import SAMPLES
from vitviz.tracing.pictures import pixels_of
from vitviz.tracing.weights import weights_hash


def test_both_together_are_small() -> None:
    assert sum(path_of(name).stat().st_size for name in MODELS) <= 1_500_000


@pytest.mark.parametrize("name", MODELS)
def test_it_is_of_these_weights_and_these_pictures(name: str) -> None:
    atlas, model = shipped_atlas(name), vitviz.load_model(name)
    assert atlas.header.weights == weights_hash(model.network)
    assert atlas.header.preprocessing == str(model.entry.preprocessing)
    assert list(atlas.names) == sorted(sample.file for sample in SAMPLES)
    assert atlas.partial.pictures == len(SAMPLES)
    assert atlas.header.refused == 0


@pytest.mark.parametrize("name", MODELS)
def test_what_pictures_leave_fits_it(name: str) -> None:
    """Of three pictures: where they stand in a list, they have that value; nowhere do they go beyond what it says."""
    atlas, model = shipped_atlas(name), vitviz.load_model(name)
    numbers = [2, 7, 11]
    paths = [sorted(sample.path for sample in SAMPLES)[number] for number in numbers]
    part = batch_statistics(model.network, pixels_of(paths, model.entry.preprocessing), numbers, 3)
    whole = atlas.partial
    defined = part.count[:, 0] > 0
    assert defined.all()
    for figure in range(len(FIGURES)):
        has = part.count[:, figure] > 0
        assert (part.low[has, figure] >= whole.low[has, figure] - 1e-5).all()
        assert (part.high[has, figure] <= whole.high[has, figure] + 1e-5).all()
    seen = 0
    for own, all_of_them in ((part.heads, whole.heads), (part.units, whole.units)):
        for number in numbers:
            rows, at = np.nonzero(all_of_them.picture == number)
            mine = np.argmax(own.picture[rows] == number, axis=1)
            np.testing.assert_allclose(
                all_of_them.value[rows, at], own.value[rows, mine], rtol=1e-3, atol=1e-4
            )
            same = all_of_them.patch[rows, at] == own.patch[rows, mine]
            assert same.mean() > 0.99  # equal values on another machine may be a digit apart
            seen += len(rows)
        last = all_of_them.value[:, -1:]  # whoever is not in a list is below its end
        outside = ~(own.picture[:, :, None] == all_of_them.picture[:, None, :]).any(axis=-1)
        assert (own.value <= last + 1e-3)[outside].all()
    assert seen > 100
    assert (part.tokens * len(SAMPLES) == whole.tokens * len(numbers)).all()
