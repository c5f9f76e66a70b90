"""Class scores read off the tokens in other ways than the model was trained with: other tokens, no final norm."""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vitviz.analysis.loss.cross_entropy import softmax
from vitviz.models.config import ModelConfig, ViTConfig
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.arrays import wide
from vitviz.tracing.segments import Network

# The number of the token that DeiT trains with a teacher's label; it stands behind the class token.
DISTILLATION = 1
Pooling = Literal["cls", "mean", "chosen", "both", "other"]


class Reading(NamedTuple):
    """Class scores (K,) read in one way; ``trained`` says that it is the way the model was trained with."""

    pooling: Pooling
    normed: bool
    trained: bool
    logits: NDArray[np.float64]

    def best(self, count: int) -> list[ReadClass]:
        """The ``count`` classes with the highest scores, highest first."""
        probabilities = softmax(self.logits)
        order = np.argsort(-self.logits, kind="stable")[:count].tolist()
        return [ReadClass(i, float(self.logits[i]), float(probabilities[i])) for i in order]


class ReadClass(NamedTuple):
    """One class of a reading: its number in the model, its score, and the softmax of the scores there."""

    number: int
    logit: float
    probability: float


def features(network: Network, x: Tensor) -> Tensor:
    """What the last linear map reads of vectors (..., D) after the final norm: they, or tanh of a hidden layer.

    Raises:
        ValueError: if there is no head, or it reads more than one token's numbers.
    """
    model = cast("VisionTransformer | SwinTransformer", network)
    hidden = model.pre_logits if isinstance(model, VisionTransformer) else None
    check_reads_tokens(network, x.shape[-1])
    return x if hidden is None else torch.tanh(hidden(x))  # (..., R)


def linear_head(network: Network) -> nn.Linear:
    """The last linear map, from features to class scores.

    Raises:
        ValueError: if the network is a backbone without a head.
    """
    head = cast("VisionTransformer | SwinTransformer", network).head
    if head is None:
        raise ValueError("this model has no head: it gives features and no class scores")
    return head


def token_head(network: Network, token: int) -> nn.Linear:
    """The last linear map that reads token number ``token``: a distillation token has a head of its own.

    Raises:
        ValueError: if the network is a backbone without a head.
    """
    model = cast("VisionTransformer | SwinTransformer", network)
    if isinstance(model, VisionTransformer) and model.head_dist is not None and token == DISTILLATION:
        return model.head_dist
    return linear_head(network)


def check_reads_tokens(network: Network, channels: int) -> None:
    """Refuse a head that reads another number of features than one token has ``channels``.

    Raises:
        ValueError: if it does, or there is no head.
    """
    model = cast("VisionTransformer | SwinTransformer", network)
    hidden = model.pre_logits if isinstance(model, VisionTransformer) else None
    taken = linear_head(network) if hidden is None else hidden
    if channels != taken.in_features:
        raise ValueError(
            f"this model's head reads {taken.in_features} numbers, and a token has {channels}:"
            " no token can be read alone"
        )


def class_scores(network: Network, x: Tensor, token: int = 0) -> Tensor:
    """The head that reads ``token``, alone: (..., D) after the final norm -> (..., K)."""
    logits: Tensor = token_head(network, token)(features(network, x))  # (..., K)
    return logits


def trained_pooling(config: ModelConfig) -> Pooling:
    """How a model reads its own scores; "both" is the mean of DeiT's class and distillation heads.

    "other" is a pooling that is none of the readings here, as the maximum over the patches.
    """
    if not isinstance(config, ViTConfig):
        return "mean"
    if config.pool not in ("token", "avg") or config.pool_prefix:
        return "other"
    if config.pool == "avg":
        return "mean"
    return "both" if config.distillation_token and config.distillation_head else "cls"


def reads_tokens(config: ModelConfig) -> bool:
    """Whether the head reads one token, or the mean of the patches, so that it can read any token alone as well.

    Not so where it reads the largest values, tokens side by side, or what a query of its own attends to: a token alone
    is nothing that such a head was made for.
    """
    return trained_pooling(config) != "other"


def readings(network: Network, stream: Tensor, token: int) -> list[Reading]:
    """Read the last block's output (1, ..., D) in every way there is, with the final norm and without it.

    ``token`` is read alone as "chosen", by its own head where it has one. Where the model pools before its norm, so
    does the reading "mean".
    """
    config = network.config
    model = cast("VisionTransformer | SwinTransformer", network)
    vit = isinstance(config, ViTConfig)
    first = config.num_prefix
    pool_first = isinstance(config, ViTConfig) and config.norm_after_pool
    x = stream.flatten(1, -2)[0]  # (N, D)
    found: list[Reading] = []
    with torch.no_grad():
        for normed in (True, False):
            y = model.norm(x) if normed else x  # (N, D)
            mean = x[first:].mean(dim=0) if pool_first else y[first:].mean(dim=0)  # (D,)
            if pool_first and normed:
                mean = model.norm(mean)
            pooled: dict[Pooling, Tensor] = {"mean": mean, "chosen": y[token]}
            if vit and cast(ViTConfig, config).class_token:
                pooled = {"cls": y[0], **pooled}
            scores = {
                name: class_scores(network, vector, token if name == "chosen" else 0)
                for name, vector in pooled.items()
            }
            if isinstance(model, VisionTransformer) and model.head_dist is not None:
                distilled = class_scores(network, y[DISTILLATION], DISTILLATION)
                scores = {"both": (scores["cls"] + distilled) / 2, **scores}
            own = trained_pooling(config)
            found += [
                Reading(name, normed, normed and name == own, wide(logits).numpy())
                for name, logits in scores.items()
            ]
    return found


class HeadSize(NamedTuple):
    """One layer of a head: a name, the shape of its weight, and its numbers with and without the bias counted."""

    name: str
    shape: tuple[int, ...]
    parameters: int


def head_sizes(dim: int, classes: int, hidden: int | None = None, bias: bool = True) -> list[HeadSize]:
    """The layers of one Linear (``hidden`` None), or of Linear, tanh, Linear, from ``dim`` channels to ``classes``."""
    if hidden is None:
        return [HeadSize("Linear", (classes, dim), classes * dim + classes * bias)]
    return [
        HeadSize("Linear", (hidden, dim), hidden * dim + hidden),
        HeadSize("tanh", (hidden,), 0),
        HeadSize("Linear", (classes, hidden), classes * hidden + classes * bias),
    ]


class Head(NamedTuple):
    """One of the paper's two heads; ``own`` where it is the one that the model has.

    Of a distilled model the first is two: one linear map for the class token and one for the distillation token.
    """

    layers: list[HeadSize]
    own: bool


def paper_heads(network: Network) -> tuple[Head, Head]:
    """One Linear, and Linear, tanh, Linear, for a model's width and classes.

    The second has as many hidden units as the model's own head; where that has none, as many as channels.
    """
    config = network.config
    model = cast("VisionTransformer | SwinTransformer", network)
    head = linear_head(network)
    dim, classes = int(model.norm.weight.shape[0]), head.out_features
    hidden = config.representation_size if isinstance(config, ViTConfig) else None
    bias = head.bias is not None
    one = head_sizes(dim, classes, None, bias)
    if isinstance(model, VisionTransformer) and model.head_dist is not None:
        one = [layer._replace(name=f"{layer.name} ({token})") for token in ("cls", "dist") for layer in one]
    return (
        Head(one, not hidden),
        Head(head_sizes(dim, classes, hidden or dim, bias), bool(hidden)),
    )
