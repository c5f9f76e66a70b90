"""Ways to take cells of a picture away, and the class scores of what is left.

``drop``: a ViT runs on the other tokens alone (Naseer et al. 2021, arXiv 2105.10497). ``blur``: the cell's pixels are
replaced by the blurred picture, as RISE does (Petsiuk et al. 2018, arXiv 1806.07421). ``road``: they are made up from
their surroundings (Rong et al. 2022, see ``imputation``). Whatever stands in for pixels may mean something to the model
itself; a dropped token means nothing, but a ViT that never saw a gap in training may take it badly.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.faithfulness.cells import cell_grid
from vitviz.analysis.faithfulness.imputation import imputed
from vitviz.models.config import ViTConfig
from vitviz.tracing.dropping import logits_of_kept, why_no_dropping
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.replaced import replaced
from vitviz.tracing.trace import Trace

Removal = Literal["drop", "blur", "road"]
WAYS: tuple[Removal, ...] = ("drop", "blur", "road")
AT_ONCE = 12_000_000  # numbers that one batch may hold in a layer's hidden units


def why_not(trace: Trace, removal: Removal) -> str:
    """The empty string where cells can be removed that way, else the key of a reason."""
    return why_no_dropping(trace.network) if removal == "drop" else ""


def needs_a_cell(trace: Trace, removal: Removal) -> bool:
    """Whether a score of nothing at all does not exist: the mean of no patches is no number."""
    config = trace.config
    if removal != "drop" or not isinstance(config, ViTConfig) or config.pool == "token":
        return False
    return not (config.pool_prefix and config.num_prefix)


@torch.no_grad()
def logits_without(trace: Trace, removed: NDArray[np.bool_], removal: Removal) -> NDArray[np.float64]:
    """Class scores (R, K) of the picture without the cells that are true in ``removed`` (R, N).

    Every row removes as many cells, so that all rows are one batch; a large one is split.

    Raises:
        ValueError: if tokens are to be dropped of a model that cannot do without, nothing would be left of one
            whose head needs a patch, or this is a run of several pictures or without classes.
    """
    one_picture(trace)
    with_classes(trace.config)
    if removal == "drop" and needs_a_cell(trace, removal) and removed.all(axis=1).any():
        raise ValueError("this model pools its patches: without any of them it has no score")
    some = _rows_at_once(trace, removed.shape[1] if removal != "drop" else int((~removed[0]).sum()))
    found = [
        _logits(trace, torch.from_numpy(removed[start : start + some]), removal)
        for start in range(0, len(removed), some)
    ]
    result: NDArray[np.float64] = torch.cat(found).double().numpy()
    return result


def _logits(trace: Trace, removed: Tensor, removal: Removal) -> Tensor:
    """(R, N) -> (R, K)."""
    image = trace.kept["image"]
    if removal == "drop":
        prefix = trace.config.num_prefix
        patches = (~removed).nonzero()[:, 1].view(len(removed), -1)  # (R, M)
        first = torch.arange(prefix).expand(len(removed), -1)  # (R, T)
        kept = torch.cat([first, prefix + patches], dim=1)  # (R, T + M)
        return logits_of_kept(trace, kept)
    masks = removed.view(len(removed), *cell_grid(trace))  # (R, h, w)
    pictures = replaced(image, masks, "blur") if removal == "blur" else imputed(image, masks)  # (R, C, H, W)
    logits: Tensor = trace.network(pictures)  # (R, K)
    return logits


def _rows_at_once(trace: Trace, cells: int) -> int:
    """As many pictures as keep a layer's hidden units below ``AT_ONCE`` numbers."""
    config = trace.config
    rows, columns = trace.patch_grid
    tokens = rows * columns if not isinstance(config, ViTConfig) else cells + config.num_prefix
    return max(1, int(AT_ONCE // (max(1, tokens) * 4 * config.embed_dim)))
