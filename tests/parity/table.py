"""Write docs/parity.md: the worst difference of every row from the library that it comes from.

python -m tests.parity.table > docs/parity.md
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable

import torch

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


def lines() -> Iterable[str]:
    """The page line by line, a row for every picture size."""
    make_torchvision_importable()
    import timm
    import transformers

    from tests.parity.families import ROWS

    transformers.logging.set_verbosity_error()
    versions = {"timm": timm.__version__, "transformers": transformers.__version__}
    yield HEAD.format(torch=torch.__version__.split("+")[0], **versions).rstrip("\n")
    for row in ROWS:
        with contextlib.redirect_stdout(sys.stderr):
            found = row.gaps()
        for (height, width), gaps in zip(row.sizes, found, strict=True):
            figures = " | ".join(f"{value:.1e}" for value in (gaps.logits, gaps.blocks, gaps.patterns))
            yield f"| {row.family} | {row.title} | {height} x {width} | {figures} |"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
