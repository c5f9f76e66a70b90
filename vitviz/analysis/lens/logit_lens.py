"""The logit lens: class scores read off the stream after every block, through the model's own final norm and head.

nostalgebraist 2020, "interpreting GPT: the logit lens". The norm's mean and scale are computed anew at every depth, so
the numbers of two depths do not differ by a sum of parts as in the direct logit attribution. What was never trained to
be read (patches of a model that pools its class token, early blocks of any) need not mean anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vitviz.analysis.class_scores.class_heads import (
    DISTILLATION,
    check_reads_tokens,
    features,
    linear_head,
    token_head,
    trained_pooling,
)
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.arrays import to_numpy, wide
from vitviz.tracing.guards import one_picture, with_classes
from vitviz.tracing.segments import Network
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace

CLASSES = 8
TOP = 5


class Depth(NamedTuple):
    """All classes at one depth, summed up: log-sum-exp, best class and its score of every reading, (T,) each.

    Readings are the model's own (where it is no token's), then every token. ``own`` (K,) are the model's own scores.
    """

    name: str
    lse: NDArray[np.float32]
    best: NDArray[np.int32]
    best_logit: NDArray[np.float32]
    own: NDArray[np.float32]


@dataclass(frozen=True)
class Lens:
    """Scores of some classes at every depth: ``logits`` (depths, T, C); ``lse`` and so on as in ``Depth``, stacked."""

    depths: tuple[str, ...]
    classes: tuple[int, ...]
    logits: NDArray[np.float32]
    lse: NDArray[np.float32]
    best: NDArray[np.int32]
    best_logit: NDArray[np.float32]


def depth_names(trace: Trace) -> tuple[str, ...]:
    """The tensors that are read: the stream before the first block and after each; of a Swin only its last stage's."""
    blocks = trace.blocks
    last = blocks[-1]
    if isinstance(last, SwinBlockTrace):
        blocks = tuple(block for block in trace.swin_blocks if block.stage == last.stage)
    return (*(f"{block.name}.resid_pre" for block in blocks), f"{last.name}.resid_post")


def blocks_before(trace: Trace) -> tuple[int, ...]:
    """How many blocks have run before each tensor that is read: 0, 1, 2 ... for a ViT."""
    count = len(depth_names(trace))
    first = len(trace.blocks) + 1 - count
    return tuple(range(first, first + count))


def map_size(trace: Trace) -> tuple[int, int]:
    """Rows and columns of the patches in every tensor that is read."""
    return trace.blocks[-1].map_size


def own_reading(trace: Trace) -> bool:
    """Whether the model's own scores are read off no single token, so that they stand before the tokens."""
    return trained_pooling(trace.config) != "cls"


def depths(trace: Trace) -> Iterator[Depth]:
    """Read every class at every depth, one depth at a time: nothing larger than (T, K) is alive."""
    one_picture(trace)
    with_classes(trace.config)
    for name in depth_names(trace):
        x = trace.kept[name]
        with torch.no_grad():
            logits = _head(trace.network, _features(trace.network, x))  # (N, K)
            own = trace.network.classify(x)  # (1, K)
        if own_reading(trace):
            logits = torch.cat([own, logits])  # (1 + N, K)
        best = logits.max(dim=-1)
        yield Depth(
            name,
            to_numpy(logits.logsumexp(dim=-1)),
            to_numpy(best.indices).astype(np.int32),
            to_numpy(best.values),
            to_numpy(own[0]),
        )


def own_scores(trace: Trace) -> NDArray[np.float32]:
    """The model's own scores at every depth, (depths, K): its reading alone, which is ``Depth.own``, for much less."""
    one_picture(trace)
    with_classes(trace.config)
    with torch.no_grad():
        own = [trace.network.classify(trace.kept[name])[0] for name in depth_names(trace)]  # (K,) each
    return to_numpy(torch.stack(own))


def choose_classes(found: Sequence[Depth], wanted: Sequence[int], count: int = CLASSES) -> tuple[int, ...]:
    """Which classes to follow: the best of the last depth, what the most readings call best, and all of ``wanted``."""
    top = np.argsort(-found[-1].own, kind="stable")[:TOP].tolist()
    own = [int(depth.own.argmax()) for depth in found]
    votes = Counter(np.concatenate([depth.best for depth in found]).tolist())
    candidates = [*top, *own, *(index for index, _ in votes.most_common())]
    classes = list(dict.fromkeys(int(index) for index in candidates))[:count]
    # One that is followed already keeps its place, so that the list stays as it was; another takes the last ones.
    missing = [index for index in dict.fromkeys(wanted) if index not in classes]
    return (*classes[: count - len(missing)], *missing)


def lens(trace: Trace, found: Sequence[Depth], classes: Sequence[int]) -> Lens:
    """Read some classes at every depth; ``found`` is what ``depths`` left."""
    rows = []
    for depth in found:
        x = trace.kept[depth.name]
        with torch.no_grad():
            logits = _head(trace.network, _features(trace.network, x), classes)  # (N, C)
        if own_reading(trace):
            own = torch.from_numpy(depth.own[list(classes)]).to(logits).unsqueeze(0)
            logits = torch.cat([own, logits])  # (1 + N, C)
        rows.append(to_numpy(logits).astype(np.float32))
    return Lens(
        depths=tuple(depth.name for depth in found),
        classes=tuple(classes),
        logits=np.stack(rows),
        lse=np.stack([depth.lse for depth in found]),
        best=np.stack([depth.best for depth in found]),
        best_logit=np.stack([depth.best_logit for depth in found]),
    )


class LensSteps(NamedTuple):
    """One token read at one depth, in float64; ``features`` (R,) are what the head reads, ``weights`` its row."""

    mean: float
    scale: float
    features: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    logit: float
    lse: float
    probability: float

    @property
    def products(self) -> NDArray[np.float64]:
        """features * weights, (R,): with the bias they add up to the logit."""
        return self.features * self.weights


def open_reading(trace: Trace, name: str, token: int, target: int) -> LensSteps:
    """Read class ``target`` off token ``token`` of the tensor ``name``, every step kept.

    Mean and variance are written out; the head is one dot product over the features.
    """
    model = cast("VisionTransformer | SwinTransformer", trace.network)
    one_picture(trace)
    head = token_head(trace.network, token)
    x = wide(trace.kept[name].flatten(0, -2)[token])  # (D,)
    check_reads_tokens(trace.network, len(x))
    mean = x.mean()
    scale = ((x - mean).square().mean() + model.norm.eps).sqrt()
    y = (x - mean) / scale * wide(model.norm.weight) + wide(model.norm.bias)  # (D,)
    hidden = model.pre_logits if isinstance(model, VisionTransformer) else None
    if hidden is not None:
        y = torch.tanh(wide(hidden.weight) @ y + wide(hidden.bias))  # (R,)
    bias = wide(head.bias) if head.bias is not None else torch.zeros(1, dtype=torch.float64)
    logits = wide(head.weight) @ y + bias  # (K,)
    lse = float(logits.logsumexp(dim=0))
    logit = float(logits[target])
    return LensSteps(
        float(mean),
        float(scale),
        y.numpy(),
        wide(head.weight[target]).numpy(),
        float(bias[target]) if len(bias) > 1 else 0.0,
        logit,
        lse,
        float(np.exp(logit - lse)),
    )


def _features(network: Network, x: Tensor) -> Tensor:
    """Every token of (1, ..., D) through the final norm, and a hidden layer of the head where there is one: (N, R)."""
    model = cast("VisionTransformer | SwinTransformer", network)
    return features(network, model.norm(x.flatten(1, -2)[0]))  # (N, R)


def _head(network: Network, y: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """The last linear map of every token, for all classes or some: (N, R) -> (N, K) or (N, C)."""
    head, own = linear_head(network), token_head(network, DISTILLATION)
    logits = _scores(head, y, classes)
    if own is not head:
        logits[DISTILLATION] = _scores(own, y[DISTILLATION], classes)
    return logits


def _scores(head: nn.Linear, y: Tensor, classes: Sequence[int] | None) -> Tensor:
    if classes is None:
        logits: Tensor = head(y)  # (..., K)
        return logits
    bias = None if head.bias is None else head.bias[list(classes)]
    return torch.nn.functional.linear(y, head.weight[list(classes)], bias)  # (..., C)
