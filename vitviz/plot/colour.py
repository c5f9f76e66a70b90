"""The one colour grammar of all pages, for light and dark themes.

Attention (never negative) runs on a scale whose lightness changes evenly, so it also reads in grey print. Signed
quantities run from one hue through the page's ground to another, with 0 always in the middle.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Quantity = Literal["attention", "activation", "weight", "position", "difference"]

# Ground (value 0) and ends in OKLab (lightness, a, b); Ottosson 2020, https://bottosson.github.io/posts/oklab/
GROUND = {"light": (0.985, 0.0, 0.0), "dark": (0.19, 0.0, -0.008)}
ATTENTION_END = {"light": (0.32, 0.03, -0.17), "dark": (0.95, 0.015, 0.09)}
ATTENTION_MIDDLE = {"light": (0.655, -0.02, -0.10), "dark": (0.58, 0.10, 0.06)}
ENDS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "activation": ((0.55, -0.07, -0.11), (0.60, 0.13, 0.09)),  # blue, orange
    "weight": ((0.52, 0.09, -0.12), (0.58, -0.12, 0.08)),  # violet, green
    "position": ((0.56, 0.13, -0.03), (0.62, -0.10, 0.01)),  # magenta, teal
    "difference": ((0.50, -0.04, -0.17), (0.55, 0.19, 0.08)),  # strong blue, red
}
STEPS = 256


@cache
def scale(quantity: Quantity, theme: str) -> NDArray[np.uint8]:
    """256 sRGB colours, (256, 3) uint8, from the lowest to the highest value."""
    ground = np.array(GROUND[theme])
    if quantity == "attention":
        return _through([ground, np.array(ATTENTION_MIDDLE[theme]), np.array(ATTENTION_END[theme])])
    low, high = (np.array(end) for end in ENDS[quantity])
    return _through([low, ground, high])


def signed(quantity: Quantity) -> bool:
    """Whether the scale is centred on 0."""
    return quantity != "attention"


def span(values: NDArray[np.floating], quantity: Quantity) -> tuple[float, float]:
    """What a scale has to reach from and to for these values: 0 to the largest, or equally far to both sides of 0."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    top = float(np.abs(finite).max()) or 1.0
    return (-top, top) if signed(quantity) else (0.0, top)


def _through(stops: list[NDArray[np.float64]]) -> NDArray[np.uint8]:
    at = np.linspace(0, len(stops) - 1, STEPS)
    lab = np.stack([np.interp(at, range(len(stops)), [s[i] for s in stops]) for i in range(3)], axis=1)
    return _oklab_to_srgb(lab)


def _oklab_to_srgb(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    to_lms = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.2914855480],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = ((lab @ to_lms.T) ** 3 @ to_rgb.T).clip(0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (srgb * 255).round().astype(np.uint8)
