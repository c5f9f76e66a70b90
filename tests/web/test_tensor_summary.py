"""Tensors of any rank as tiles, with a summary that numpy agrees with."""

import numpy as np
import pytest

from vitviz.web.tensor_summary import (
    index_text,
    mark_of,
    quantity_of,
    shape_text,
    size_text,
    summarise,
    view_tensor,
)


@pytest.mark.parametrize(
    ("shape", "tiles", "labels"),
    [
        ((5,), (1, 1, 5), 1),
        ((1, 197, 192), (1, 197, 192), 1),
        ((1, 3, 17, 17), (3, 17, 17), 3),
        ((4, 2, 49, 16), (8, 49, 16), 8),
        ((1, 1), (1, 1, 1), 1),
    ],
)
def test_the_last_two_axes_are_tiles(shape: tuple[int, ...], tiles: tuple[int, ...], labels: int) -> None:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    view = view_tensor(values, "activation")
    assert view.tiles.shape == tiles
    assert len(view.labels) == labels
    np.testing.assert_array_equal(view.tiles.ravel(), values.ravel())


def test_labels_name_the_leading_axes() -> None:
    assert view_tensor(np.zeros((2, 3, 4, 4)), "activation").labels[4] == "[1, 1]"


def test_too_many_tiles_are_cut_and_counted() -> None:
    view = view_tensor(np.zeros((64, 3, 49, 16)), "activation")
    assert view.shown_of == 192
    assert view.tiles.shape[0] == len(view.labels) == 24


@pytest.mark.parametrize(
    ("shape", "index"),
    [
        ((1, 3, 224, 224), (0, slice(None), slice(16, 32), slice(208, 224))),
        ((1, 197, 64), (0, 105)),
        ((1, 3, 197, 197), (0, slice(None), 105)),
        ((64, 3, 49, 16), (50, slice(None), 12)),
        ((1, 8, 8, 24), (0, 3, 5)),
        ((64, 49, 16), (63, 0)),
    ],
)
def test_a_mark_covers_in_the_drawn_tiles_what_the_index_reads(
    shape: tuple[int, ...], index: tuple[int | slice, ...]
) -> None:
    values = np.zeros(shape, np.float32)
    values[index] = 1
    view = view_tensor(values, "activation", index)
    mark = mark_of(shape, index, view)
    covered = np.zeros_like(view.tiles)
    rows, columns = shape[-2:]
    down = slice(round(mark.top * rows), round((mark.top + mark.height) * rows))
    across = slice(round(mark.left * columns), round((mark.left + mark.width) * columns))
    for tile in range(len(view.tiles)) if mark.tiles is None else mark.tiles:
        covered[tile, down, across] = 1
    np.testing.assert_array_equal(view.tiles, covered)
    assert covered.sum() == values.sum()


def test_tiles_are_named_by_their_own_numbers_where_the_first_are_left_out() -> None:
    view = view_tensor(np.zeros((64, 49, 16)), "activation", (63, 0))
    assert (view.first, view.labels[0], view.labels[-1]) == (40, "[40]", "[63]")


def test_an_index_reads_as_one_writes_it() -> None:
    assert index_text((0, slice(None), 105)) == "[0, :, 105]"
    assert index_text((0, slice(None), slice(16, 32), slice(0, 16))) == "[0, :, 16:32, 0:16]"


def test_the_summary_is_numpys() -> None:
    values = np.random.default_rng(1).normal(3, 2, size=(4, 5)).astype(np.float32)
    summary = summarise(values)
    assert summary.mean == pytest.approx(values.astype(np.float64).mean())
    assert summary.std == pytest.approx(values.astype(np.float64).std())
    assert (summary.low, summary.high) == (values.min(), values.max())
    assert sum(summary.counts) == values.size


def test_texts() -> None:
    assert size_text(0) == "0 B"
    assert size_text(1023) == "1023 B"
    assert size_text(1536) == "1.5 KiB"
    assert size_text(3 * 1024**2) == "3.0 MiB"
    assert shape_text((1, 20)) == "(1, 20)"
    assert quantity_of("blocks.3.pattern") == "attention"
    assert quantity_of("pos_embed") == "position"
    assert quantity_of(None) == "activation"
