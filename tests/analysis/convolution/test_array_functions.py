"""What is typed becomes the array that Python would make of it, or one sentence; never anything else."""

import numpy as np
import pytest

from vitviz.analysis.convolution import array_functions
from vitviz.analysis.convolution.array_functions import FUNCTIONS, NotUnderstoodError, read_array, read_number
from vitviz.app import words


@pytest.mark.parametrize("text", ["3", "-2", "[0, 1]", "(4, 5)", "[[1, 2], [3, 4]]", "[[[1], [2]]]", " [7] "])
def test_lists_of_whole_numbers_are_read(text: str) -> None:
    np.testing.assert_array_equal(read_array(text), np.array(eval(text)))


BAD = {
    "": "no_list", "[1, 2": "no_list", "__import__('os')": "no_list", "[x for x in (1, 2)]": "no_list",
    "2 ** 9999999": "no_list", "(" * 250: "no_list", "'a'": "whole", "[1.5]": "whole", "[True]": "whole",
    "{1: 2}": "whole", "[None]": "whole", "[1, [2]]": "ragged", "[[1], [2, 3]]": "ragged", "[]": "count",
    "[[], []]": "count", "[[[[1]]]]": "axes", "[10001]": "large", "[" + "0, " * 65 + "]": "count",
    "1" * 299: "large", "[" + "1, " * 200 + "]": "long",
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), BAD.items())
def test_anything_else_gets_a_sentence(text: str, why: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read_array(text)
    assert caught.value.why == why
    assert words.say(f"convolution.bad_{why}", **caught.value.values)


@pytest.mark.parametrize("text", ["[1]", "", "10**12", "two", "[[1], [2, 3]]", "[]"])
def test_what_is_not_one_number_is_asked_for_as_one(text: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        read_number(text)
    assert caught.value.why == "one_number"


def test_every_reason_that_the_module_gives_has_a_sentence() -> None:
    import inspect
    import re

    reasons = set(re.findall(r'NotUnderstoodError\("(\w+)"', inspect.getsource(array_functions)))
    assert len(reasons) > 10
    assert {f"convolution.bad_{why}" for why in reasons} <= set(words.table())


CASES = {
    "arange": [("0", "7", "2"), ("5", "0", "-2"), ("3", "3", "1")],
    "repeat": [("[1, 2]", "3"), ("[[1, 2], [3, 4]]", "2"), ("7", "0")],
    "tile": [("[1, 2]", "3"), ("[1, 2]", "[2, 2]"), ("[[1], [2]]", "2")],
    "pad": [("[1, 2]", "2"), ("[[1, 2]]", "1"), ("[[[1]]]", "1")],
    "index": [
        ("[[1, 2], [3, 4]]", "[[0], [1]]", "[1, 0]"),
        ("[[1, 2], [3, 4]]", "-1", "[0, 1]"),
        ("[[5]]", "0", "0"),
    ],
}
NUMPY = {
    "arange": np.arange, "repeat": np.repeat, "tile": np.tile, "pad": np.pad,
    "index": lambda x, i, j: np.array(x)[np.array(i), np.array(j)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "texts"), [(name, texts) for name, cases in CASES.items() for texts in cases]
)
def test_results_are_numpys(name: str, texts: tuple[str, ...]) -> None:
    expected = NUMPY[name](*(eval(text) for text in texts))
    result = FUNCTIONS[name][0](*texts)
    np.testing.assert_array_equal(result, expected)
    assert result.shape == np.shape(expected)


REFUSED = [
    ("arange", ("0", "9", "0"), "step"), ("arange", ("0", "9999", "1"), "result"),
    ("repeat", ("[1]", "-1"), "negative"),
    ("repeat", ("[1]", "9999"), "result"), ("tile", ("[1]", "[9, 9, 9]"), "result"), ("tile", ("1", "[[1]]"), "times"),
    ("tile", ("1", "-1"), "negative"), ("pad", ("[1]", "9999"), "result"), ("pad", ("1", "1"), "needs_axis"),
    ("pad", ("[1]", "-1"), "negative"), ("index", ("[1]", "0", "0"), "two_axes"),
    ("index", ("[[1]]", "1", "0"), "outside"), ("index", ("[[1, 2]]", "[0, 0]", "[0, 0, 0]"), "broadcast"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "texts", "why"), REFUSED)
def test_what_numpy_would_refuse_or_what_is_too_large_gets_a_sentence(
    name: str, texts: tuple[str, ...], why: str
) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        FUNCTIONS[name][0](*texts)
    assert caught.value.why == why
    assert words.say(f"convolution.bad_{why}", **caught.value.values)


def test_the_first_arrays_are_the_pieces_of_im2col() -> None:
    made = {name: run(*first.values()) for name, (run, first) in FUNCTIONS.items()}
    np.testing.assert_array_equal(made["arange"], [0, 1])
    np.testing.assert_array_equal(made["repeat"], [0, 0, 1, 1])
    np.testing.assert_array_equal(made["tile"], [0, 1, 0, 1])
