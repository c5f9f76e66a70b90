"""Numbers as text."""

import pytest

from vitviz.plot.numbers import added, fixed, in_brackets, percent, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.500"),
        (-0.25, "\u22120.2500"),
        (0.0, "0.000"),
        (12345.6, "1.235e+04"),
        (0.00012, "1.200e\u221204"),
    ],
)
def test_short_has_four_digits_that_count(value: float, text: str) -> None:
    assert short(value) == text


def test_fixed_lines_up_and_added_takes_the_sign_out() -> None:
    assert fixed(-0.0123456789) == "\u22120.012346"
    assert added(fixed(-0.5)) == "\u2212 0.500000"
    assert added(fixed(0.5)) == "+ 0.500000"


def test_what_rounds_to_nought_has_no_sign() -> None:
    assert fixed(-0.00004, 4) == fixed(-0.0, 4) == "0.0000"
    assert fixed(-0.00004, 4).value == -0.00004
    assert percent(-0.0004) == "0.0 %"
    assert percent(-0.05) == "\u22125.0 %"


def test_only_what_is_negative_stands_in_brackets() -> None:
    assert in_brackets(4.465) == "4.465"
    assert in_brackets(-0.02722) == "(-0.02722)"
    assert in_brackets(-0.00012) == r"(-1.200 \cdot 10^{-4})"


def test_what_is_rounded_to_0_has_no_sign() -> None:
    assert [fixed(value, 3) for value in (-1e-17, -0.0004, -0.0006, 0.0)] == [
        "0.000",
        "0.000",
        "\u22120.001",
        "0.000",
    ]
    assert fixed(-0.0004, 3).value == -0.0004
