"""Every figure of every page is saved as every file that is offered, and the files are opened again.

Their numbers are those that the page was sent, bit for bit; what the browser computes from these is computed here once
more, for the attention explorer by torch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Page

import vitviz
from tests.browser.app_pages import PATHS, open_section, sections
from tests.browser.conftest import Visit, settle
from tests.browser.saved import PICTURES, UNSAVED, Saved, Sent, open_all, save_all
from vitviz.analysis.attention.opening import opening
from vitviz.analysis.likeness.cosine import likeness
from vitviz.analysis.places import carry
from vitviz.app import words
from vitviz.app.topics.translation.page import FIRST as FIRST_SENTENCE
from vitviz.samples import SAMPLES

pytestmark = pytest.mark.browser
ROUNDING = 2e-5  # of torch on another number of threads
Values = NDArray[Any]


def softmax(scores: Values) -> Values:
    """Along the last axis."""
    powers = np.exp(scores.astype(np.float64) - scores.max(-1, keepdims=True))
    shares: Values = powers / powers.sum(-1, keepdims=True)
    return shares


def close(one: Values, other: Values, tolerance: float = 1e-6) -> bool:
    return one.shape == other.shape and bool(
        np.allclose(one, other, atol=tolerance, rtol=tolerance, equal_nan=True)
    )


def lens_maps(saved: Saved, values: Values) -> bool:
    """Every patch's probability of one of the classes whose logits the file has."""
    shares = np.exp(saved.arrays["logits"] - saved.arrays["lse"][..., None].astype(np.float64))
    patches = shares[:, shares.shape[1] - values[0].size :]
    return any(close(values.reshape(len(values), -1), patches[..., c]) for c in range(patches.shape[-1]))


def cosines(saved: Saved, values: Values) -> bool:
    """All cosines from the vectors in the file; one tile is a row with itself in it."""
    if values.ndim == 1:
        return float(values.max()) == pytest.approx(1)
    vectors = saved.arrays["positions"].astype(np.float64)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return close(values, units @ units.T)


def addends(saved: Saved, values: Values) -> bool:
    """q k^T / sqrt(d) + bias + mask, and the softmax of that."""
    qk, bias, mask, total = (saved.arrays[name] for name in ("qk", "bias", "mask", "sum"))
    shares = softmax(total.ravel()).reshape(total.shape)
    return close(qk + bias + mask, total) and close(shares, saved.arrays["softmax"], ROUNDING)


def running(column: str) -> Callable[[Saved, Values], bool]:
    """The sum of the outer rows of a column so far."""

    def check(saved: Saved, values: Values) -> bool:
        outer = ~np.isnan(values)
        return close(values[outer], np.cumsum(saved.numbers(column)[outer]))

    return check


def growing(_: Saved, values: Values) -> bool:
    """Counts that never shrink."""
    return bool((np.diff(values) >= 0).all() and (values == values.round()).all())


def edges(saved: Saved, _: Values) -> bool:
    """Bins of one width, side by side."""
    low, high = saved.numbers("from"), saved.numbers("to")
    return close(low[1:], high[:-1]) and close(np.diff(low), np.full(len(low) - 1, high[0] - low[0]), 1e-5)


def windows(saved: Saved, values: Values) -> bool:
    """How many windows of 7 x 7 patches a map has."""
    return close(values, np.ceil(saved.numbers("rows") / 7) * np.ceil(saved.numbers("columns") / 7))


# Attentions over words: of BERT and the decoder alone, of the translator.
OVER_WORDS = (
    *(f"blocks.{layer}" for layer in range(4)),
    *(f"{stack}.{layer}" for stack in ("encoder", "decoder") for layer in range(2)),
    *(f"decoder.{layer}.cross_attn" for layer in range(2)),
)
# What the browser computes, by the name of an array or column.
COMPUTED: dict[str, Callable[[Saved, Values], bool]] = {
    "maps": lens_maps,
    "cosines": cosines,
    **dict.fromkeys(("qk", "bias", "mask", "sum:2", "softmax"), addends),
    "sum": running("value"),
    "inside": lambda _, values: set(values) <= {0, 1},
    "from": edges,
    "to": edges,
    "share": lambda saved, values: abs(float(values.sum())) <= 1,
    "scaled": lambda saved, values: close(values, saved.numbers("z")),
    "power": lambda saved, values: close(values, np.exp(saved.numbers("z") - saved.arrays["logits"].max())),
    "p": lambda saved, values: close(
        values, softmax(saved.arrays["logits"])[saved.numbers("index").astype(int)]
    ),
    "weights": lambda _, values: float(np.nansum(values)) == pytest.approx(1, abs=ROUNDING),
    # The encoder's layers in the explorer: rows of weights, of all tokens as there is no other than the patches.
    "patches": lambda _, values: float(values.sum()) == pytest.approx(1, abs=ROUNDING),
    **dict.fromkeys(
        (
            "weights:2",
            *(f"encoder.{layer}" for layer in range(3)),
            *(f"{name}.head{head}" for name in OVER_WORDS for head in range(4)),
        ),
        lambda _, values: close(np.nansum(values, -1), np.ones(values.shape[:-1]), ROUNDING),
    ),
    "tokens": lambda _, values: close(values, np.arange(len(values))),
    "encoder_attention": lambda _, values: close(values.sum((-1, -2)), np.ones(values.shape[:2]), ROUNDING),
    "self_attention": lambda _, values: close(values.sum(-1), np.ones(len(values)), ROUNDING),
    "field": lambda _, values: set(values.ravel()) <= {0, 1} and values.any(),
    "entries": lambda _, values: values.size > 0,
    "windows": windows,
    "ijk": growing,
    "ikj": growing,
}


def check_variances(figures: list[Saved]) -> None:
    """The scale is the root of the variance and epsilon; they are rounded to float32 on their way."""
    variance, scale = (
        next(one.arrays for one in figures if word in one.name) for word in ("variance", "scale")
    )
    for name, values in variance.items():
        assert close(np.sqrt(values + 1e-6), scale[name], 1e-4)


def check_numbers(saved: Saved, sent: Sent) -> None:
    """Every number was sent, or follows from what was."""
    for name, values in saved.arrays.items():
        if values.dtype.kind == "U":  # names of rows and columns
            continue
        rule = COMPUTED.get(f"{name}:{values.ndim}", COMPUTED.get(name))
        assert sent.holds(values) or (rule and rule(saved, values)), f"{saved.name}: {name} {values.shape}"
    curves = np.array(saved.table.get("curve", []))
    for name in saved.table:
        column = saved.numbers(name)
        of_curves = curves.size and column.size
        groups = [column[curves == curve] for curve in np.unique(curves)] if of_curves else [column]
        for values in groups:
            rule = COMPUTED.get(name)
            known = sent.knows(values) or counted(values) or (rule and rule(saved, values))
            assert known, f"{saved.name}: {name} {values[:5]}"


def counted(values: Values) -> bool:
    """0, 1, 2, ..., from 0 or a little later."""
    return bool(values.size and (np.diff(values) == 1).all() and 0 <= values[0] < 10)


def check_attention(figures: list[Saved], begins: int | None = None) -> None:
    """The explorer's maps are torch's weights of the chosen token; ``begins`` is the one before somebody chooses."""
    chosen, every, matrix = figures
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    said = re.search(r"token=(\d+)", every.about["NPZ"]["address"])
    token = int(said[1]) if said else begins if begins is not None else opening(trace).token
    layer, head = map(int, re.findall(r"\d+", chosen.name)[:2])
    for block in trace.blocks:
        assert close(every.arrays[block.name], block.pattern(query=token).numpy(), ROUNDING)
    row = every.arrays[f"blocks.{layer}"][head]
    assert close(np.concatenate([chosen.arrays["prefix"], chosen.arrays["patches"].ravel()]), row)
    assert close(matrix.arrays["weights"], trace.blocks[layer].pattern(head=head).numpy(), ROUNDING)
    assert matrix.arrays["tokens"].tolist() == list(range(197))


def check_likeness(figures: list[Saved]) -> list[Saved]:
    """Cosines are torch's for the patch and block that a figure names, or of the same place; the other figures."""
    runs = {
        name: vitviz.trace(vitviz.load_model(name), SAMPLES[0].path) for name in ("vit-tiny", "swin-mini")
    }
    blocks = {block.name: block for run in runs.values() for block in run.blocks}
    others = []
    for saved in figures:
        found = {name: values for name, values in saved.arrays.items() if name.endswith(".cosine")}
        if "cosine" in saved.table:
            (name,) = re.findall(r"[a-z\d.]*blocks\.\d+", saved.name)
            found = {f"0.{name}.cosine": saved.numbers("cosine").reshape(blocks[name].map_size)}
        elif not found:
            others.append(saved)
        for name, values in found.items():
            block = blocks[name.split(".", 1)[1].removesuffix(".cosine")]
            rows, columns = block.map_size
            middle = carry(
                7 * 14 + 7, 0, (14, 14), (rows, columns)
            )  # the cursor begins in the middle of a ViT
            expected = likeness(block, block.num_prefix + middle)[block.num_prefix :].reshape(rows, columns)
            assert close(values, expected, 1e-4), f"{saved.name}: {name}"
    return others


def check_about(saved: Saved, page: Page, model: str, given: str) -> None:
    """Each file says the model, the picture, the address and the version; pictures are no blank sheets."""
    assert set(saved.about) >= set(PICTURES) or set(saved.about) == {"CSV"}  # a table of a page is no drawing
    for kind, about in saved.about.items():
        assert about["figure"], kind
        assert about["model"].startswith(model)
        assert (about["picture"], about["vitviz"]) == (given, vitviz.__version__)
        assert about["address"] == page.url
    if "PNG" in saved.about:
        assert min(saved.size) > 40
        assert saved.colours > 2


BOOK = words.table()["scene.book"]["en"]
# Pages that show no chosen model: which model, and what it is given in place of a picture.
OTHERS = {
    "detection": ("DETR", BOOK),
    "segmentation": ("Swin-Unet", BOOK),
    "training": ("VisionTransformer", BOOK),
    "families": ("BERT", words.table()["families.given"]["en"]),
    "text": ("BERT", words.table()["text.given"]["en"]),
    "translation": ("Encoder-decoder", FIRST_SENTENCE),
    "recommendation": ("SASRec", words.table()["recommendation.given"]["en"]),
}
SWIN = ("swin-shift", "swin-reach", "swin-cost", "path-windows", "path-stages")


@pytest.mark.parametrize("path", PATHS)
def test_every_figure_can_be_saved_and_opened_again(
    visit: Visit, context: BrowserContext, tmp_path: Path, path: str
) -> None:
    sent = Sent()
    context.once("page", sent.follow)
    model, given = OTHERS.get(path, ("Swin" if path in SWIN else "ViT", SAMPLES[0].file))
    page = visit(path, query="?model=vit-tiny")  # a page about Swin shows a Swin, and its files say so
    for section in sections(path):
        open_section(page, path, section)
        open_all(page)
        settle(page, payloads=True)
        page.wait_for_function(f"() => ({UNSAVED})().length === 0")
        for opener in page.locator("[data-testid=stMain] .vv-save-open").all():
            figures = save_all(page, opener, tmp_path)
            for saved in figures:
                check_about(saved, page, model, given)
            if path == "attention":
                check_attention(figures)
                continue
            if path == "interventions" and any("patches" in saved.arrays for saved in figures):
                check_attention(
                    figures, 1 + 7 * 14 + 7
                )  # the bench is empty: both runs would be the plain one
                continue
            if path == "likeness":
                figures = check_likeness(figures)
            if any("variance" in saved.name for saved in figures):
                check_variances(figures)
            for saved in figures:
                if "variance" not in saved.name:
                    check_numbers(saved, sent)
