"""Direct logit attribution: a class score as the sum of what every part of the model added to the stream.

The stream is a sum, and the final layer norm divides by one number a token. With that number taken from the run
(frozen) the norm is linear: it centres each addend on its own mean, divides it by the run's scale and multiplies by
gamma. So the logit is exactly the sum of the addends' dot products with one direction a class (Elhage et al. 2021, "A
Mathematical Framework for Transformer Circuits"; TransformerLens, ``decompose_resid``). What an addend caused
indirectly, by way of later blocks, counts for those blocks.

Letters: N tokens with the prefix first, D channels, K classes, H heads, d channels of a head, P parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vitviz.analysis.attribution.adding import adding_of
from vitviz.analysis.attribution.no_attribution import no_attribution
from vitviz.analysis.class_scores.class_heads import linear_head
from vitviz.models.config import ViTConfig
from vitviz.models.layers import Attention, Mlp
from vitviz.models.swin import SwinTransformer
from vitviz.models.vit import VisionTransformer
from vitviz.once import once
from vitviz.tracing.arrays import wide
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.guards import one_picture
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace

Kind = Literal["tokens", "position", "before", "attention", "head", "bias", "mlp", "constant"]
# Parts that are inside an attention and not added again.
INNER: tuple[Kind, ...] = ("head", "bias")
# What has to be recorded of a block; the scales are those of a Swin v2, which normalises what it adds.
NEEDED = ("z", "attn_out", "mlp_out", "ln1.scale", "ln2.scale")


class Part(NamedTuple):
    """One addend: ``block`` is its block's name, ``head`` its number; "" and -1 where it has none."""

    kind: Kind
    block: str = ""
    head: int = -1


@dataclass(frozen=True)
class Reader:
    """One linear head and what it reads: score = sum_t weights[t] * (x_t . directions[c]) + constant[c].

    ``weights`` (N,) are the pooling's share of every token divided by the run's scale there; ``directions`` (K, D) are
    head.weight * gamma, each centred on its own mean, which centres the addends; ``constant`` (K,) is what beta and the
    head's bias add. float64.
    """

    weights: Tensor
    directions: Tensor
    constant: Tensor


@dataclass(frozen=True)
class Attribution:
    """The addends of one run, and what each gives to every class.

    ``vectors`` (readers, P, D) are the addends as the reader pools them (weighted over the tokens), float64; heads and
    biases are parts of the attention that stands before them and are not added again. ``logits`` (K,) are the run's.
    """

    parts: tuple[Part, ...]
    vectors: NDArray[np.float64]
    directions: NDArray[np.float64]
    constant: NDArray[np.float64]
    logits: NDArray[np.float64]

    def scores(self, target: int) -> NDArray[np.float64]:
        """What each part gives to class ``target``, (P,); the last is the constant."""
        given: NDArray[np.float64] = np.einsum("rpd,rd->p", self.vectors, self.directions[:, target])
        given[-1] = self.constant[target]
        return given

    def products(self, part: int, target: int) -> NDArray[np.float64]:
        """Channel by channel what part number ``part`` gives to class ``target``: (readers, D), of which the sum is."""
        products: NDArray[np.float64] = self.vectors[:, part] * self.directions[:, target]
        return products

    def largest(self, target: int) -> int:
        """Number of the part that gives most to class ``target``, in either direction; no head and no bias."""
        return int(self.whole[np.abs(self.scores(target)[self.whole]).argmax()])

    @once
    def tree(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The parts that are added up, in order; with an attention the numbers of the heads and the bias inside it."""
        inside: dict[str, list[int]] = {}
        for number, part in enumerate(self.parts):
            if part.kind in INNER:
                inside.setdefault(part.block, []).append(number)
        return tuple(
            (number, tuple(inside[part.block]) if part.kind == "attention" else ())
            for number, part in enumerate(self.parts)
            if part.kind not in INNER
        )

    @once
    def whole(self) -> NDArray[np.intp]:
        """Indices of the parts that are added up: all but the heads and biases inside an attention."""
        return np.flatnonzero([part.kind not in INNER for part in self.parts])

    def total(self, target: int) -> float:
        """The sum of the parts, to be compared with ``logits[target]``."""
        return float(self.scores(target)[self.whole].sum())


def readers(trace: Trace) -> tuple[Reader, ...]:
    """How the class scores are read off the stream; two readers for DeiT's class and distillation token, else one.

    Raises:
        ValueError: for a model without classes, a head with a hidden layer, whose tanh is no sum, or another pooling.
    """
    one_picture(trace)
    if reason := no_attribution(trace):
        raise ValueError(reason)
    network = cast("VisionTransformer | SwinTransformer", trace.network)
    stream = _tokens(trace[f"{trace.network.steps()[-1][0]}.resid_post"])  # (N, D)
    scale = wide(trace["ln_final.scale"]).flatten()  # (N,), or (1,) after pooling
    count = len(stream)
    first = trace.config.num_prefix
    mean = torch.zeros(count, dtype=torch.float64)
    mean[first:] = 1 / (count - first)
    if not isinstance(network, VisionTransformer) or network.config.pool == "avg":
        return (_reader(network, linear_head(trace.network), mean / scale, 1.0),)
    heads = [linear_head(trace.network), *([network.head_dist] if network.head_dist is not None else [])]
    one = torch.eye(len(heads), count, dtype=torch.float64)  # row i reads token i
    return tuple(
        _reader(network, head, row / scale / len(heads), 1 / len(heads))
        for head, row in zip(heads, one, strict=True)
    )


def _reader(
    network: VisionTransformer | SwinTransformer, head: nn.Linear, weights: Tensor, share: float
) -> Reader:
    rows = wide(head.weight)  # (K, D)
    directions = rows * wide(network.norm.weight)  # (K, D)
    directions = directions - directions.mean(dim=1, keepdim=True)
    constant = rows @ wide(network.norm.bias)  # (K,)
    if head.bias is not None:
        constant = constant + wide(head.bias)
    return Reader(weights, directions, share * constant)


def first_block(trace: Trace) -> int:
    """The first block whose output reaches the head by additions alone: 0, or where a Swin's last stage begins."""
    swin = trace.swin_blocks
    return next((i for i, block in enumerate(swin) if block.stage == swin[-1].stage), 0)


def start_parts(trace: Trace, by: tuple[Reader, ...]) -> Iterator[tuple[Part, NDArray[np.float64]]]:
    """What the stream holds before the first block, part by part with its vectors (readers, D)."""
    config = trace.config
    if not isinstance(config, ViTConfig) or config.norm_before_blocks:
        name = f"{trace.blocks[first_block(trace)].name}.resid_pre"
        yield Part("before"), _pooled(by, _tokens(trace[name]))
        return
    yield Part("tokens"), _pooled(by, _tokens(trace["tokens"]))
    if config.position != "none":
        yield Part("position"), _pooled(by, _tokens(trace["pos_embed"]))


def block_parts(
    block: BlockTrace, tensors: Mapping[str, Tensor], by: tuple[Reader, ...]
) -> Iterator[tuple[Part, NDArray[np.float64]]]:
    """What one block adds: its attention, the heads and the output bias inside it, its MLP; vectors (readers, D).

    ``tensors`` are the block's ``NEEDED`` ones by short name.
    """
    attention = cast(Attention, block.module.attn)
    adding = adding_of(block, "1", tensors)
    yield Part("attention", block.name), _pooled(by, _tokens(tensors["attn_out"]))
    z = wide(tensors["z"])  # (W, H, M, d): one window of all tokens in a ViT
    per_head = wide(attention.proj.weight).unflatten(1, (z.shape[1], -1))  # (D, H, d)
    shares = [adding.weights(r.weights) for r in by]  # (N,) each
    read = torch.stack(
        [torch.einsum("wm,whmd->hd", _places(block, one), z) for one in shares]
    )  # (readers, H, d)
    added = adding.write(torch.einsum("rhd,chd->rhc", read, per_head))  # (readers, H, D)
    for head in range(z.shape[1]):
        yield Part("head", block.name, head), added[:, head].numpy()
    bias = torch.stack([one.sum() * wide(attention.proj.bias) for one in shares])  # (readers, D)
    bias = adding.write(bias) + torch.stack([r.weights.sum() * adding.shift for r in by])  # (readers, D)
    yield Part("bias", block.name), bias.numpy()
    yield Part("mlp", block.name), _pooled(by, _tokens(tensors["mlp_out"]))


def attribution(
    trace: Trace, by: tuple[Reader, ...], found: list[tuple[Part, NDArray[np.float64]]]
) -> Attribution:
    """Put the parts that ``start_parts`` and ``block_parts`` found into one table, the constant last."""
    dim = by[0].directions.shape[1]
    vectors = [vector for _, vector in found] + [np.zeros((len(by), dim))]
    return Attribution(
        parts=(*(part for part, _ in found), Part("constant")),
        vectors=np.stack(vectors, axis=1),
        directions=np.stack([r.directions.numpy() for r in by]),
        constant=sum((r.constant.numpy() for r in by), np.zeros(1)),
        logits=wide(trace.logits).numpy(),
    )


def head_sources(block: BlockTrace, head: int, by: tuple[Reader, ...], target: int) -> NDArray[np.float64]:
    """One head's contribution to class ``target`` by the token that it took it from, (N,); their sum is the head's.

    Each is sum_t weights[t] * A[t, j] * (v_j W_O . direction). Padding of a Swin map has no token and is left out.
    """
    attention = cast(Attention, block.module.attn)
    d = block["v"].shape[-1]
    rows = wide(attention.proj.weight)[:, head * d : (head + 1) * d]  # (D, d)
    values = wide(block["v"][:, head])  # (W, M, d)
    total = torch.zeros(values.shape[:2], dtype=torch.float64)  # (W, M)
    adding = adding_of(block, "1", block)
    for reader in by:
        worth = values @ (rows.T @ adding.read(reader.directions[target]))  # (W, M)
        looked = _looked_at(block, head, _places(block, adding.weights(reader.weights)))  # (W, M)
        total += looked * worth
    if not isinstance(block, SwinBlockTrace):
        return total.flatten().numpy()
    tokens = block.tokens
    result = torch.zeros(int(tokens.max()) + 1, dtype=torch.float64)
    return result.index_add_(0, tokens[tokens >= 0], total[tokens >= 0]).numpy()


class Units(NamedTuple):
    """An MLP's contribution by hidden unit: value * worth = given, each (M,).

    ``bias`` is what fc2's bias gives, and in a Swin v2 that of the layer norm behind it.
    """

    value: NDArray[np.float64]
    worth: NDArray[np.float64]
    given: NDArray[np.float64]
    bias: float


def mlp_units(block: BlockTrace, by: tuple[Reader, ...], target: int) -> Units:
    """What each hidden unit of a block's MLP gives to class ``target``.

    ``value`` is the unit after the nonlinearity as the reader pools it; with two readers it is their sum, and ``worth``
    what makes the product right.
    """
    mlp = cast(Mlp, block.module.mlp)
    adding = adding_of(block, "2", block)
    post = _tokens(block["mlp_post"])  # (N, M)
    value, given, bias = torch.zeros(post.shape[1]).double(), torch.zeros(post.shape[1]).double(), 0.0
    for reader in by:
        direction = adding.read(reader.directions[target])  # (D,)
        shares = adding.weights(reader.weights)  # (N,)
        pooled = shares @ post  # (M,)
        value, given = value + pooled, given + pooled * (wide(mlp.fc2.weight).T @ direction)
        bias += float(shares.sum() * (wide(mlp.fc2.bias) @ direction))
        bias += float(reader.weights.sum() * (adding.shift * reader.directions[target]).sum())
    worth = torch.where(value != 0, given / value, torch.zeros_like(value))
    return Units(value.numpy(), worth.numpy(), given.numpy(), bias)


def _looked_at(block: BlockTrace, head: int, weights: Tensor) -> Tensor:
    """sum_t weights[t] * A[t, j] for one head: (W, M) from the weights (W, M) of the queries."""
    if isinstance(block, SwinBlockTrace):
        return torch.einsum("wt,wtj->wj", weights, wide(block.pattern(head)))
    queries = weights[0].nonzero().flatten().tolist()
    if len(queries) > 2:
        return (weights[0] @ wide(block.pattern(head))).unsqueeze(0)
    return sum(
        (weights[0, t] * wide(block.pattern(head, t)).unsqueeze(0) for t in queries),
        torch.zeros_like(weights),
    )


def _places(block: BlockTrace, weights: Tensor) -> Tensor:
    """The weights (N,) of the tokens where the block holds them: (W, M), 0 for padding; a ViT has one window."""
    if not isinstance(block, SwinBlockTrace):
        return weights.unsqueeze(0)
    return weights[block.tokens.clamp(min=0)] * (block.tokens >= 0)


def _pooled(by: tuple[Reader, ...], x: Tensor) -> NDArray[np.float64]:
    """(N, D) -> (readers, D)."""
    return torch.stack([reader.weights @ x for reader in by]).numpy()


def _tokens(x: Tensor) -> Tensor:
    """(1, ..., D) -> (N, D), float64."""
    return wide(x.flatten(0, -2))
