"""Figures for which a trace is enough; each computes what it needs and draws it with the function for arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vitviz.plot.cost import Curve as CostCurve
from vitviz.plot.cost import StageCost, cost_curves
from vitviz.plot.depth import gradient_lines, length_lines, share_lines
from vitviz.plot.heads import head_dots
from vitviz.plot.hidden import activation_curve
from vitviz.plot.lens import class_lines
from vitviz.plot.maps import heat_map
from vitviz.plot.norms import TokenNumbers, depth_band, histograms, token_lines
from vitviz.plot.scores import contribution_bars, score_bars
from vitviz.tracing.arrays import to_numpy
from vitviz.tracing.guards import one_picture

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from vitviz.analysis.stream.residual_stream import StreamPass
    from vitviz.plot.colour import Quantity
    from vitviz.plot.themes import Theme
    from vitviz.tracing.blocks import BlockTrace
    from vitviz.tracing.trace import Trace

FACTORS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)  # sides of a map, in windows


def class_scores(trace: Trace, k: int = 5, theme: Theme = "light") -> go.Figure:
    """The ``k`` classes with the highest scores.

    >>> import vitviz
    >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> figure = vitviz.plot.class_scores(trace, k=3)
    >>> len(figure.data[0].x)
    3
    """
    one_picture(trace)
    top = trace.top(k)
    numbers = np.array([[score.probability, score.logit] for score in top])
    return score_bars([score.name for score in top], numbers[:, 0], numbers[:, 1], theme=theme)


def norms(
    trace: Trace, quantity: Literal["mean", "scale", "norm"] = "scale", token: int = 0, theme: Theme = "light"
) -> go.Figure:
    """One token's mean, scale or norm at every layer norm, over all tokens' quartiles."""
    from vitviz.analysis.norm_depth.spread import spread
    from vitviz.tracing.norms import norm_statistics

    every = norm_statistics(trace)
    values = [getattr(one, quantity) for one in every]
    tokens = _carried(trace, token, [one.grid for one in every])
    chosen = [float(own[at]) for own, at in zip(values, tokens, strict=True)]
    return depth_band(chosen, spread(values), [one.name for one in every], y_title=quantity, theme=theme)


def norm_tokens(trace: Trace, name: str, token: int | None = None, theme: Theme = "light") -> go.Figure:
    """Mean, scale and norm of every token at the layer norm called ``name``: ``blocks.3.ln1``.

    Raises:
        KeyError: if the model has no layer norm of that name.
    """
    from vitviz.analysis.layer_norm.large_norms import TIMES_MEDIAN, large_norms
    from vitviz.tracing.norms import norm_statistics

    found = {one.name: one for one in norm_statistics(trace)}[name]
    large = large_norms(found.norm)
    prefix = len(trace.config.prefix_names) if found.grid else 0
    numbers = TokenNumbers(
        found.mean, found.scale, found.norm, prefix, large.marked, TIMES_MEDIAN * large.median
    )
    return token_lines(numbers, token, theme=theme)


def norm_steps(trace: Trace, name: str, token: int = 0, theme: Theme = "light") -> go.Figure:
    """One token's values before a layer norm, normalised, and after gamma and beta, as histograms.

    Raises:
        KeyError: if the model has no layer norm of that name.
    """
    from vitviz.tracing.norms import norm_sites

    site = {site.name: site for site in norm_sites(trace)}[name]
    names = {"x": site.input_name, "x\u0302": f"{name}.normalized", "y": f"{name}.out"}
    panels = {sign: to_numpy(trace[full].flatten(0, -2)[token]) for sign, full in names.items()}
    return histograms(panels, label=f"Token {token} at the steps of {name}", theme=theme)


def lengths(trace: Trace, token: int = 0, theme: Theme = "light") -> go.Figure:
    """Lengths of the stream after every block and of what is added: a token's, and the mean of all patches."""
    from vitviz.analysis.stream.over_depth import LENGTHS, length_of_token, mean_length, stage_starts

    blocks = list(_stream(trace).blocks())
    tokens = _carried(trace, token, [block.grid for block in blocks])
    prefix = len(trace.config.prefix_names)
    panels: dict[str, dict[str, list[float]]] = {
        f"token {token}": {what: length_of_token(blocks, tokens, what) for what in LENGTHS},
        "mean over the patches": {what: mean_length(blocks, prefix, what) for what in LENGTHS},
    }
    breaks = {at: f"stage {stage}" for at, stage in stage_starts(blocks).items()}
    return length_lines(panels, [block.name for block in blocks], None, breaks, theme=theme)


def sparsity(trace: Trace, token: int = 0, theme: Theme = "light") -> go.Figure:
    """How many hidden units of every block's MLP are below 0 before the nonlinearity, and near 0 after it."""
    from vitviz.analysis.mlp.over_depth import SHARES, share_over_depth

    blocks = list(_stream(trace).blocks())
    tokens = _carried(trace, token, [block.grid for block in blocks])
    negative, near = (share_over_depth(blocks, tokens, share) for share in SHARES)
    panels = {
        "below 0 before": (negative.chosen, negative.mean),
        "near 0 after": (near.chosen, near.mean),
    }
    return share_lines(panels, [block.name for block in blocks], theme=theme)


def activation(
    trace: Trace, block: int, token: int = 0, unit: int | None = None, theme: Theme = "light"
) -> go.Figure:
    """One token's hidden units in a block's MLP on the model's nonlinearity."""
    from vitviz.analysis.mlp.hidden_units import hidden_units

    units = hidden_units(trace.blocks[block], token)
    return activation_curve(units.pre, units.post, trace.config.activation, unit, theme=theme)


def logit_attribution(trace: Trace, target: int | None = None, theme: Theme = "light") -> go.Figure:
    """What every part of the model gives to the score of class ``target`` (the highest one); they add up to the logit.

    Raises:
        ValueError: for a head with a hidden layer, whose score is no sum.
    """
    from vitviz.analysis.attribution.no_attribution import no_attribution

    work = _stream(trace)
    for _ in work.blocks():
        pass
    found = work.attribution()
    if found is None:
        raise ValueError(no_attribution(trace))
    target = int(trace.logits.argmax()) if target is None else target
    parts = [found.parts[i] for i in found.whole]
    names = [f"{part.block} {part.kind}".strip() for part in parts]
    label = f"What every part of the model gives to {trace.class_name(target)}"
    return contribution_bars(names, found.scores(target)[found.whole], label=label, theme=theme)


def gradients(trace: Trace, target: int | None = None, token: int = 0, theme: Theme = "light") -> go.Figure:
    """Lengths of the gradient of class ``target``'s loss (the highest class) at every block's input."""
    from vitviz.analysis.loss.saliency import BackwardPass

    one_picture(trace)
    work = BackwardPass(trace, int(trace.logits.argmax()) if target is None else target)
    for _ in work.steps():
        pass
    depths = work.saliency().depths
    prefix = len(trace.config.prefix_names)
    tokens = _carried(trace, token, [depth.grid for depth in depths])
    series = {
        f"token {token}": [float(depth.lengths[at]) for depth, at in zip(depths, tokens, strict=True)],
        "mean over the patches": [float(depth.lengths[prefix:].mean()) for depth in depths],
    }
    return gradient_lines(series, [depth.name for depth in depths], theme=theme)


def heads(trace: Trace, theme: Theme = "light") -> go.Figure:
    """How evenly and how far every head of every block looks."""
    from vitviz.analysis.attention.rows import block_rows

    rows = [block_rows(block) for block in trace.blocks]
    names = [block.name for block in trace.blocks]
    return head_dots(
        [r.entropy.numpy() for r in rows], [r.distance.numpy() for r in rows], names, theme=theme
    )


def classes_through_depth(trace: Trace, reading: int = 0, theme: Theme = "light") -> go.Figure:
    """What the logit lens calls one reading after every block: the probabilities of some classes."""
    from vitviz.analysis.lens.logit_lens import blocks_before, choose_classes, depths, lens

    every = list(depths(trace))
    found = lens(trace, every, choose_classes(every, []))
    logits = found.logits[:, reading].astype(np.float64)  # (depths, classes)
    values = np.exp(logits - found.lse[:, reading].astype(np.float64)[:, None])
    names = [trace.class_name(index) for index in found.classes]
    return class_lines(values, names, before=blocks_before(trace), theme=theme)


def position_similarity(trace: Trace, theme: Theme = "light") -> go.Figure:
    """Cosines of all pairs of learned position embeddings.

    Raises:
        KeyError: if the model adds no positions.
    """
    from vitviz.analysis.position.similarity import cosine_similarities

    cosines = cosine_similarities(to_numpy(trace["pos_embed"].flatten(0, -2)))
    return heat_map(
        cosines, "position", span=(-1.0, 1.0), x_title="token", y_title="token",
        title="cosines of the position embeddings", theme=theme,
    )  # fmt: skip


def cost(trace: Trace, theme: Theme = "light") -> go.Figure:
    """Multiply-adds of global and windowed attention for every stage of a Swin, against the side of the map.

    Raises:
        ValueError: if the model has no windows.
    """
    from vitviz.analysis.swin_cost.attention_cost import global_cost, window_cost
    from vitviz.analysis.swin_cost.block_cost import first_blocks

    if not trace.swin_blocks:
        raise ValueError("only a Swin has windows to compare with")
    stages = []
    for block in first_blocks(trace):
        grid, dim = block.grid, int(block["resid_pre"].shape[-1])
        sides = [round(factor * grid.window) for factor in FACTORS]
        own = (grid.height, grid.width, dim)
        whole = [global_cost(side, side, dim).total for side in sides]
        windows = [window_cost(side, side, dim, grid.window).total for side in sides]
        stages.append(
            StageCost(
                f"stage {block.stage}\nC = {dim}", (grid.height * grid.width) ** 0.5,
                CostCurve("global", sides, whole, global_cost(*own).total),
                CostCurve("windows", sides, windows, window_cost(*own, grid.window).total),
            )
        )  # fmt: skip
    return cost_curves(stages, theme=theme)


def pattern(
    trace: Trace, block: int, head: int, query: int | None = None, window: int = 0, theme: Theme = "light"
) -> go.Figure:
    """One head's attention, [query, key]; with ``query`` that token's weights on the patches, as a map.

    Of a Swin it is the pattern of one ``window``, and with ``query`` that window's weights in rows and columns.

    Raises:
        IndexError: if there is no such block, head, window or token.
    """
    chosen = trace.blocks[block]
    name = f"{chosen.name}, head {head}"
    if query is None:
        every = chosen.pattern(head)
        weights = to_numpy(every.reshape(-1, *every.shape[-2:])[window])
        return heat_map(weights, "attention", x_title="key", y_title="query", title=name, theme=theme)
    rows = to_numpy(chosen.pattern(head, query)).ravel()
    return heat_map(
        _map_of(chosen, rows), "attention", span=(0.0, float(rows.max())), x_title="column", y_title="row",
        title=f"{name}, query {query}", theme=theme,
    )  # fmt: skip


def _map_of(block: BlockTrace, weights: np.ndarray[Any, np.dtype[np.float32]]) -> Any:
    rows, columns = block.map_size
    prefix = block.num_prefix
    if len(weights) == prefix + rows * columns:
        return weights[prefix:].reshape(rows, columns)
    side = round(len(weights) ** 0.5)  # of a window
    return weights.reshape(side, side)


def tensor(
    trace: Trace,
    name: str,
    quantity: Quantity = "activation",
    index: Sequence[int] = (),
    theme: Theme = "light",
) -> go.Figure:
    """Any tensor of the run as a heat map: its first axes at ``index`` (0 where none is given), the last two drawn.

    Raises:
        KeyError: if the model has no tensor of that name.
        ValueError: if it has less than two axes.
    """
    values = trace[name]
    free = max(0, values.ndim - 2)
    at = (*index, *([0] * free))[:free]
    return heat_map(to_numpy(values[at]), quantity, title=f"{name}{list(at) if at else ''}", theme=theme)


def _stream(trace: Trace) -> StreamPass:
    from vitviz.analysis.stream.residual_stream import StreamPass

    return StreamPass(trace)


def _carried(trace: Trace, token: int, grids: Sequence[tuple[int, int] | None]) -> list[int]:
    """``token`` of the finest map as each of the maps counts it; a pooled one has a single token."""
    from vitviz.analysis.places import carry

    prefix, finest = len(trace.config.prefix_names), next(grid for grid in grids if grid is not None)
    return [0 if grid is None else carry(token, prefix, finest, grid) for grid in grids]
