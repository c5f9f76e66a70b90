"""The small pictures and tables of the convolution pages."""

import numpy as np

from vitviz.app.topics.convolution.array_grid import array_grid
from vitviz.app.topics.convolution.common_digits import agreeing
from vitviz.app.topics.convolution.filter_picture import filter_picture
from vitviz.app.topics.matmul.product_drawing import product


def test_the_digits_that_all_share_are_bold_and_texts_are_escaped() -> None:
    shown = agreeing([("a<b", ["x & y"], "2.7573"), ("c", [], "2.7591")], "z[0]")
    assert "<p><b>2.75</b><span>73</span></p>" in shown
    assert "<p><b>2.75</b><span>91</span></p>" in shown
    assert "a&lt;b" in shown
    assert "x &amp; y" in shown
    assert "<b>7.5</b><span></span>" in agreeing([("a", [], "7.5"), ("b", [], "7.5")], "z")


def test_every_axis_of_an_array_is_drawn_and_its_shape_said() -> None:
    assert array_grid(np.array(-4)).endswith("<table><tr><td>\u22124</td></tr></table><p>()</p></div></div>")
    assert "<tr><td>1</td><td>2</td></tr></table><p>(2,)</p>" in array_grid(np.array([1, 2]))
    cube = array_grid(np.arange(12).reshape(3, 2, 2))
    assert cube.count("<table>") == 3
    assert "<p>(3, 2, 2)</p>" in cube


def test_an_axis_of_length_0_is_an_empty_table() -> None:
    for shape in ((0,), (2, 0), (1, 1, 0), (0, 2, 2), (2, 0, 2)):
        shown = array_grid(np.zeros(shape, int))
        assert "<td>" not in shown
        assert f"<p>{shape}</p>" in shown


def test_a_weight_of_zero_is_grey_and_the_ends_are_full_and_empty() -> None:
    weight = np.zeros((3, 1, 2))
    weight[:, 0, 1] = (0.5, -0.5, 2.0)
    assert np.asarray(filter_picture(weight, 0.5)).tolist() == [[[128, 128, 128], [255, 0, 255]]]


def test_the_matrices_are_drawn_in_proportion_with_the_row_and_column_of_one_number() -> None:
    shown = product((100, 400, 200), ("E", "X", "Z"), (50, 50))
    assert "width:104px;height:26px" in shown
    assert "width:52px;height:104px" in shown
    assert "width:52px;height:26px" in shown
    assert "top:50.00%;left:25.00%;height:1.00%;width:0.50%" in shown
