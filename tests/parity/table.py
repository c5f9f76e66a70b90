"""Write docs/parity.md: the worst difference of every row from the library that it comes from.

python -m tests.parity.table > docs/parity.md
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable

import torch

from tests.parity.observe import Gaps
from tests.torchvision_stub import make_torchvision_importable

HEAD = """# How far our ViTs are from the originals

`python -m tests.parity.table > docs/parity.md` writes this page; `tests/parity/test_families.py` holds every row below
1e-5. Each row is a model of timm {timm} or transformers {transformers}, narrow and three blocks deep, with **every**
parameter random: norms, biases, layer scale, positions, bias tables, frequencies. Our network has its weights through
the key maps that read checkpoints. Both run on the same picture of noise in float32 (torch {torch}, CPU); the figures
are the largest |difference| in class scores (or pooled features), in any block's output, in any attention pattern.

| family | model | picture | scores | blocks | patterns |
|---|---|---|---|---|---|
"""

SCENES = """
## The models of the picture book

Random in every parameter likewise, on two pictures of noise. DETR against transformers with `auxiliary_loss=False`
(with `True` that is another function): scores and boxes of every decoder layer, the backbone's maps and all hidden
states, every self- and cross-attention. For Swin-Unet no library has a class: it is held to a reference of
`tests/parity/swin_unet.py`, written from the paper with explicit loops and run in float64 (ours in float32): the scores
of every pixel, every skip, block and expanding, every attention pattern.

| family | held to | pictures | scores | maps and layers | patterns |
|---|---|---|---|---|---|
"""

CLASS_MAPS = """
## Class maps

Each method against other people's code on a model of timm with random weights, one class against another, in float32:
captum {captum} where it has the method, else the paper's formula over what plain torch hooks catch of timm's model with
explicit attention, written a second time (`tests/parity/class_maps.py`). The figure is the largest |difference| as a
share of the map's largest |value|. Occlusion is a difference of two nearly equal scores, which costs it a digit. Of
rollout and Chefer's relevance in a Swin we know no other code: they are held to the product of dense matrices of all
tokens by all tokens, which timm's own roll and window partition fill. `tests/analysis/class_maps/test_composition.py`
does the same in float64, to 1e-9, for odd sides, padding, every shift rule and both versions.

| method | family | held to | difference |
|---|---|---|---|
"""

ATLAS = """
## Atlas

Figures of every head, MLP unit and block over two pictures of noise, from attention that plain hooks catch in a model
of timm with explicit attention and random weights: loops over every pair of tokens in float64, windows and shift by
timm's own functions (`tests/parity/atlas.py`); ours in float32. The figure is the largest |difference| over all blocks
as a share of the largest |value|.

| figure | family | difference |
|---|---|---|
"""

INTERVENTIONS = """
## Interventions

The same change made twice: by an edit of ours, and on a model of timm with our weights, all of them random, by plain
torch hooks (`tests/parity/interventions.py`), in float32. Ours runs whole and from the edited block on; the figure is
that of the worse run, and of a sweep that of the worst of all its runs. `change` is the largest |change| that the edit
makes of a class score, `difference` the largest |difference| of a score from the other code.

| part | how | family | held to | change | difference |
|---|---|---|---|---|---|
"""


def lines() -> Iterable[str]:
    """The page line by line, a row for every picture size."""
    make_torchvision_importable()
    import timm
    import transformers

    from tests.parity.families import ROWS
    from tests.parity.scenes import SCENE_ROWS

    transformers.logging.set_verbosity_error()
    versions = {"timm": timm.__version__, "transformers": transformers.__version__}
    yield HEAD.format(torch=torch.__version__.split("+")[0], **versions).rstrip("\n")
    for row in ROWS:
        with contextlib.redirect_stdout(sys.stderr):
            found = row.gaps()
        for (height, width), gaps in zip(row.sizes, found, strict=True):
            yield _line(row.family, row.title, (height, width), gaps)
    yield SCENES.rstrip("\n")
    for scene in SCENE_ROWS:
        yield _line(scene.family, scene.title, scene.size, scene.gaps())
    yield from class_map_lines()
    yield from atlas_lines()
    yield from intervention_lines()


def class_map_lines() -> Iterable[str]:
    """The part about class maps."""
    import captum

    from tests.parity.class_maps import ROWS

    yield CLASS_MAPS.format(captum=captum.__version__).rstrip("\n")
    for row in ROWS:
        yield f"| {row.method} | {row.family} | {row.title} | {row.gap():.1e} |"


def atlas_lines() -> Iterable[str]:
    """The part about atlases."""
    from tests.parity.atlas import ROWS

    yield ATLAS.rstrip("\n")
    for row in ROWS:
        yield f"| {row.figure} | {row.family} | {row.gap():.1e} |"


def intervention_lines() -> Iterable[str]:
    """The part about edits and sweeps."""
    make_torchvision_importable()
    from tests.parity.interventions import ROWS

    yield INTERVENTIONS.rstrip("\n")
    for row in ROWS:
        found = row.found()
        yield f"| {row.part} | {row.how} | {row.family} | {row.title} | {found.change:.2g} | {found.gap:.1e} |"


def _line(family: str, title: str, size: tuple[int, int], gaps: Gaps) -> str:
    figures = " | ".join(f"{value:.1e}" for value in (gaps.logits, gaps.blocks, gaps.patterns))
    return f"| {family} | {title} | {size[0]} x {size[1]} | {figures} |"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
