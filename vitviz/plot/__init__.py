"""Figures: plotly's, from a trace or from arrays, and the colours and numbers that all of vitviz shares.

>>> import vitviz
>>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
>>> figure = vitviz.plot.pattern(trace, block=3, head=0)
>>> figure.data[0].z.shape
(197, 197)

Functions for arrays have a second form, ``vitviz.plot.length_lines.describe(...)``: the same as plain dicts with numpy
arrays, for which no plotly is needed. Every function takes ``theme="dark"``.
"""

from vitviz.plot.accesses import access_dots
from vitviz.plot.bound import TracePlots
from vitviz.plot.cost import cost_curves, race_lines, speed_lines
from vitviz.plot.data_curves import data_curves
from vitviz.plot.depth import gradient_lines, length_lines, share_lines
from vitviz.plot.families import growth_of_cost
from vitviz.plot.heads import head_dots
from vitviz.plot.hidden import activation_curve
from vitviz.plot.lens import class_lines
from vitviz.plot.maps import heat_map
from vitviz.plot.norms import TokenNumbers, depth_band, histograms, token_lines
from vitviz.plot.of_trace import (
    activation,
    class_scores,
    classes_through_depth,
    cost,
    gradients,
    heads,
    lengths,
    logit_attribution,
    norm_steps,
    norm_tokens,
    norms,
    pattern,
    position_similarity,
    sparsity,
    tensor,
)
from vitviz.plot.reach import growth_lines
from vitviz.plot.scores import contribution_bars, score_bars
from vitviz.plot.sums import running_sum
from vitviz.plot.themes import Theme, template
from vitviz.plot.variance import variance_errors

__all__ = [
    "Theme",
    "TokenNumbers",
    "TracePlots",
    "access_dots",
    "activation",
    "activation_curve",
    "class_lines",
    "class_scores",
    "classes_through_depth",
    "contribution_bars",
    "cost",
    "cost_curves",
    "data_curves",
    "depth_band",
    "gradient_lines",
    "gradients",
    "growth_lines",
    "growth_of_cost",
    "head_dots",
    "heads",
    "heat_map",
    "histograms",
    "length_lines",
    "lengths",
    "logit_attribution",
    "norm_steps",
    "norm_tokens",
    "norms",
    "pattern",
    "position_similarity",
    "race_lines",
    "running_sum",
    "score_bars",
    "share_lines",
    "sparsity",
    "speed_lines",
    "template",
    "tensor",
    "token_lines",
    "variance_errors",
]  # fmt: skip
