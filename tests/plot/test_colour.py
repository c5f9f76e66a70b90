"""The colour grammar: even in lightness, 0 in the middle, one scale for what is compared."""

import numpy as np
import pytest

from vitviz.plot.colour import scale, signed, span

QUANTITIES = ("attention", "activation", "weight", "position", "difference")


def luminance(colours: np.ndarray) -> np.ndarray:
    linear = (colours / 255.0) ** 2.2
    return (linear @ np.array([0.2126, 0.7152, 0.0722])) ** (1 / 3)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_attention_reads_in_grey_print(theme: str) -> None:
    steps = np.diff(luminance(scale("attention", theme)))
    sign = -1 if theme == "light" else 1
    # Rounding to 8 bits may hold a step back, never turn it by more than its own size.
    assert (sign * steps > -0.004).all()
    assert np.ptp(luminance(scale("attention", theme))) > 0.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_zero_is_the_ground_of_the_page(quantity: str, theme: str) -> None:
    ground = scale("attention", theme)[0].astype(int)
    colours = scale(quantity, theme)
    zero = colours[len(colours) // 2 if signed(quantity) else 0]
    assert np.abs(zero.astype(int) - ground).max() <= 3


def test_a_span_is_centred_where_values_have_a_sign() -> None:
    values = np.array([-0.5, 2.0, np.nan])
    assert span(values, "activation") == (-2.0, 2.0)
    assert span(np.array([0.1, 0.3]), "attention") == (0.0, 0.3)
    assert span(np.array([0.0]), "attention") == (0.0, 1.0)
    assert span(np.array([np.nan]), "weight") == (0.0, 1.0)
