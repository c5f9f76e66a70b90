"""One block of a trace: its tensors by short name, and its attention for a layer, a head or one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from vitviz.models.config import ViTConfig
from vitviz.models.layers import attention_scores

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace


# Tensors that every attention of a block has of its own.
OF_ATTENTION = frozenset({"q_in", "k_in", "q", "k", "v", "mask", "attn_scores", "pattern", "z", "z_merged"})


class Addends(NamedTuple):
    """What the scores are the sum of. ``bias`` and ``mask`` are None where the block has none."""

    qk: Tensor
    bias: Tensor | None
    mask: Tensor | None


class Check(NamedTuple):
    """Largest |difference| between the explicit attention and the fused kernel, in the block's output and ``z``."""

    resid_post: float
    z: float


@dataclass(frozen=True, eq=False)
class BlockTrace:
    """One attention block of a ViT trace. Patterns are [query, key]; every row sums to 1.

    >>> import vitviz
    >>> block = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg").blocks[3]
    >>> block.map_size, block.prefix_names, block.token_at(row=0, column=5), block.patch_of(15)
    ((14, 14), ('cls',), 6, (1, 0))
    >>> block.pattern(head=0, query=block.token_at(7, 7)).shape
    torch.Size([197])
    """

    trace: Trace
    name: str
    module: nn.Module
    # What the attention's tensors are called before their own names: "cross_attn." for a decoder's second attention.
    attention: str = ""

    def __getitem__(self, name: str) -> Tensor:
        """The block's tensor by its short name: ``q``, ``ln1.mean``, ``resid_mid``; KeyError for an unknown one."""
        return self.trace[self.full_name(name)]

    def full_name(self, name: str) -> str:
        """The name in the trace of what is ``name`` in the block."""
        return f"{self.name}.{self.attention if name in OF_ATTENTION else ''}{name}"

    @property
    def title(self) -> str:
        """The block's name, and which of its attentions this is where it has two: ``decoder.0.cross_attn``."""
        return f"{self.name}.{self.attention}".rstrip(".")

    def names(self) -> list[str]:
        """The short names, in the order in which the block makes them."""
        prefix = f"{self.name}."
        return [name.removeprefix(prefix) for name in self.trace.segment(self.name).names]

    @property
    def num_heads(self) -> int:
        """H."""
        return int(self["q"].shape[1])

    @property
    def map_size(self) -> tuple[int, int]:
        """Rows and columns of patches that the block works on."""
        return self.trace.patch_grid

    @property
    def prefix_names(self) -> tuple[str, ...]:
        """The tokens before the patches, in order: ``cls``, ``dist``, ``reg1`` and so on; none in a Swin."""
        return self.trace.config.prefix_names

    @property
    def num_prefix(self) -> int:
        """How many tokens stand before the patches."""
        return len(self.prefix_names)

    @property
    def num_tokens(self) -> int:
        """Prefix tokens and patches together; the padding of a Swin map is none."""
        rows, columns = self.map_size
        return self.num_prefix + rows * columns

    @property
    def tokens(self) -> Tensor:
        """Which token sits at each place of each window: (W, K), -1 for padding. A ViT is one window of all, (1, N).

        Where some tokens look and others are looked at, these are the ones that are looked at.
        """
        return torch.arange(self.num_tokens).unsqueeze(0)  # (1, N)

    @property
    def key_tokens(self) -> Tensor:
        """The token that each key is of, (W, Kk), -1 for padding."""
        return self.tokens

    @property
    def query_tokens(self) -> Tensor:
        """The token that each query is of, (W, Kq), -1 for padding; in self-attention the same as the keys'."""
        return self.key_tokens

    def token_at(self, row: int, column: int) -> int:
        """The token that the patch in that row and column of the block's map is.

        Raises:
            IndexError: if the map has no such place.
        """
        rows, columns = self.map_size
        if not (0 <= row < rows and 0 <= column < columns):
            raise IndexError(f"the map is {rows} x {columns}, there is no place ({row}, {column})")
        return self.num_prefix + row * columns + column

    def patch_of(self, token: int) -> tuple[int, int] | None:
        """Row and column of a token in the block's map; None for a prefix token.

        Raises:
            IndexError: if the block has no such token.
        """
        if not 0 <= token < self.num_tokens:
            raise IndexError(f"{self.name} has {self.num_tokens} tokens, there is no token {token}")
        if token < self.num_prefix:
            return None
        return divmod(token - self.num_prefix, self.map_size[1])

    @property
    def bias(self) -> Tensor | None:
        """Relative position bias of every head, (H, N, N); None where the block has none, as in a plain ViT."""
        config = self.trace.config
        has_bias = isinstance(config, ViTConfig) and config.relative_bias
        return self["relative_position_bias"] if has_bias else None

    def addends(self, head: int | None = None, query: int | None = None) -> Addends:
        """q k^T / sqrt(d), relative position bias and mask apart; ``attn_scores`` is their sum.

        Shapes are (H, N, N), (N, N) for one head, (H, N) for one query, (N,) for both.
        """
        q, k = pick(self["q"], head, query), pick(self["k"], head, None)  # (1, H, Nq, d), (1, H, N, d)
        with torch.no_grad():
            qk = without_axes(attention_scores(q, k)[0], head, query)
        bias = self.bias
        return Addends(
            qk, None if bias is None else without_axes(one_of_each(bias, head, query), head, query), None
        )

    def scores(self, head: int | None = None, query: int | None = None) -> Tensor:
        """The scores before the softmax; shapes as in ``addends``."""
        if self._edited():
            return without_axes(one_of_each(self["attn_scores"][0], head, query), head, query)
        return total(self.addends(head, query))

    def pattern(self, head: int | None = None, query: int | None = None) -> Tensor:
        """Attention weights: (H, N, N), (N, N) for one head, (H, N) for one query, (N,) for both."""
        if self._edited():
            return without_axes(one_of_each(self["pattern"][0], head, query), head, query)
        return self.scores(head, query).softmax(dim=-1)

    def patterns(self, queries: Tensor) -> Tensor:
        """The attention weights of several query tokens (Q,) at once, (H, Q, N)."""
        with torch.no_grad():
            if self._edited():
                return self["pattern"][0][:, queries]
            qk = attention_scores(self["q"][:, :, queries], self["k"])[0]  # (H, Q, N)
            bias = self.bias
            return (qk if bias is None else qk + bias[:, queries]).softmax(dim=-1)

    def _edited(self) -> bool:
        """Whether the run itself changed scores or pattern, so that q and k alone do not tell them."""
        intervention = self.trace.intervention
        return any(intervention.wants(self.full_name(name)) for name in ("attn_scores", "pattern"))

    def check(self) -> Check:
        """Run the block once more with explicit attention and compare it with the fused run.

        Needs memory for all heads' patterns at once: (H, N, N) floats, three times over.
        """
        segment = self.trace.segment(self.name)
        ends = {self.full_name(name): name for name in ("resid_post", "z")}
        fused = self.trace.record(segment, ends.__contains__)
        explicit = self.trace.record(segment, {*ends, self.full_name("pattern")}.__contains__)
        gaps = {name: (fused[end] - explicit[end]).abs().max().item() for end, name in ends.items()}
        return Check(**gaps)


def total(addends: Addends) -> Tensor:
    """The scores."""
    scores = addends.qk
    for addend in (addends.bias, addends.mask):
        scores = scores if addend is None else scores + addend
    return scores


def pick(x: Tensor, head: int | None, token: int | None) -> Tensor:
    """One head and one token of (1, H, N, d), the axes kept."""
    x = x if head is None else x[:, head].unsqueeze(1)
    return x if token is None else x[:, :, token].unsqueeze(2)  # (1, H or 1, N or 1, d)


def one_of_each(x: Tensor, head: int | None, query: int | None) -> Tensor:
    """One head and one query of (H, N, N), the axes kept."""
    x = x if head is None else x[head].unsqueeze(0)
    return x if query is None else x[:, query].unsqueeze(1)  # (H or 1, N or 1, N)


def without_axes(x: Tensor, head: int | None, query: int | None) -> Tensor:
    """Drop the axes of (H, Nq, N) that were asked for by number."""
    x = x if query is None else x.squeeze(1)
    return x if head is None else x.squeeze(0)
