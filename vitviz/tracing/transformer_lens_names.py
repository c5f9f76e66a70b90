"""The names of TransformerLens and of ViT-Prisma for the tensors of a ViT, both ways, with the order of their axes.

>>> from vitviz.tracing.transformer_lens_names import as_transformer_lens, from_transformer_lens, to_transformer_lens
>>> from_transformer_lens("blocks.3.attn.hook_q"), to_transformer_lens("blocks.3.q")
('blocks.3.q', 'blocks.3.attn.hook_q')
>>> import vitviz
>>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
>>> trace["blocks.3.q"].shape, as_transformer_lens(trace, "blocks.3.attn.hook_q").shape
(torch.Size([1, 3, 197, 64]), torch.Size([1, 197, 3, 64]))

Three things differ. Queries, keys, values and head outputs have the heads behind the positions there, and before them
here. ``hook_normalized`` is a layer norm with its weight and bias, ``ln1.out`` here, and not ``ln1.normalized``. And
``hook_q`` of a model with rotary positions is not turned yet: that is ``q_unrotated`` here, ``q`` is ``hook_rot_q``.
TransformerLens may fold layer norms into the weights when it loads a model; nothing is folded here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from torch import Tensor

from vitviz.tracing.run import Run

STREAM = "batch pos d_model"
HEADS_BEHIND, HEADS_BEFORE = "batch pos head d_head", "batch head pos d_head"
PAIRS = "batch head query_pos key_pos"


class SameTensor(NamedTuple):
    """One tensor in both libraries: the names, in which ``{i}`` is the block's number, and the order of the axes."""

    theirs: str
    ours: str
    their_axes: str
    our_axes: str


TABLE = (
    SameTensor("hook_embed", "embed", STREAM, STREAM),
    SameTensor("hook_pos_embed", "pos_embed", STREAM, STREAM),
    SameTensor("hook_full_embed", "full_embed", STREAM, STREAM),
    SameTensor("blocks.{i}.hook_resid_pre", "blocks.{i}.resid_pre", STREAM, STREAM),
    SameTensor("blocks.{i}.ln1.hook_scale", "blocks.{i}.ln1.scale", "batch pos 1", "batch pos 1"),
    SameTensor("blocks.{i}.ln1.hook_normalized", "blocks.{i}.ln1.out", STREAM, STREAM),
    *(
        SameTensor(f"blocks.{{i}}.attn.hook_{x}", f"blocks.{{i}}.{x}", HEADS_BEHIND, HEADS_BEFORE)
        for x in "qkvz"
    ),
    SameTensor("blocks.{i}.attn.hook_attn_scores", "blocks.{i}.attn_scores", PAIRS, PAIRS),
    SameTensor("blocks.{i}.attn.hook_pattern", "blocks.{i}.pattern", PAIRS, PAIRS),
    SameTensor("blocks.{i}.hook_attn_out", "blocks.{i}.attn_out", STREAM, STREAM),
    SameTensor("blocks.{i}.hook_resid_mid", "blocks.{i}.resid_mid", STREAM, STREAM),
    SameTensor("blocks.{i}.ln2.hook_scale", "blocks.{i}.ln2.scale", "batch pos 1", "batch pos 1"),
    SameTensor("blocks.{i}.ln2.hook_normalized", "blocks.{i}.ln2.out", STREAM, STREAM),
    SameTensor("blocks.{i}.mlp.hook_pre", "blocks.{i}.mlp_pre", "batch pos d_mlp", "batch pos d_mlp"),
    SameTensor("blocks.{i}.mlp.hook_post", "blocks.{i}.mlp_post", "batch pos d_mlp", "batch pos d_mlp"),
    SameTensor("blocks.{i}.hook_mlp_out", "blocks.{i}.mlp_out", STREAM, STREAM),
    SameTensor("blocks.{i}.hook_resid_post", "blocks.{i}.resid_post", STREAM, STREAM),
    SameTensor("ln_final.hook_scale", "ln_final.scale", "batch pos 1", "batch pos 1"),
    SameTensor("ln_final.hook_normalized", "ln_final.out", STREAM, STREAM),
)
# Of a model with rotary positions these stand before the rows of the same names above.
ROTARY = tuple(
    row
    for x in "qk"
    for row in (
        SameTensor(f"blocks.{{i}}.attn.hook_{x}", f"blocks.{{i}}.{x}_unrotated", HEADS_BEHIND, HEADS_BEFORE),
        SameTensor(f"blocks.{{i}}.attn.hook_rot_{x}", f"blocks.{{i}}.{x}", HEADS_BEHIND, HEADS_BEFORE),
    )
)
_NUMBER = re.compile(r"\.(\d+)\.")


def from_transformer_lens(name: str, rotary: bool = False) -> str:
    """Our name of the tensor that TransformerLens calls ``name``; ``rotary`` for a model with rotary positions.

    Raises:
        KeyError: if there is no such tensor here.
    """
    block, row = _find(name, rotary, theirs=True)
    return row.ours.replace("{i}", block)


def to_transformer_lens(name: str, rotary: bool = False) -> str:
    """What TransformerLens calls our tensor ``name``; ``rotary`` for a model with rotary positions.

    Raises:
        KeyError: if it has no such tensor.
    """
    block, row = _find(name, rotary, theirs=False)
    return row.theirs.replace("{i}", block)


def as_transformer_lens(run: Run, name: str) -> Tensor:
    """The tensor of a run that TransformerLens calls ``name``, its axes in the order that they have there: a view.

    Raises:
        KeyError: if the model makes no such tensor.
    """
    rotary = any(other.endswith(".q_unrotated") for other in run)
    block, row = _find(name, rotary, theirs=True)
    tensor = run[row.ours.replace("{i}", block)]
    ours = row.our_axes.split()
    return tensor.permute([ours.index(axis) for axis in row.their_axes.split()])


def _find(name: str, rotary: bool, theirs: bool) -> tuple[str, SameTensor]:
    """The block's number, empty where there is none, and the row of a name of theirs or of ours."""
    number = _NUMBER.search(name)
    general = name if number is None else _NUMBER.sub(".{i}.", name, count=1)
    for row in (*(ROTARY if rotary else ()), *TABLE):
        if general == (row.theirs if theirs else row.ours):
            return number[1] if number else "", row
    whose = "vitviz has no tensor" if theirs else "TransformerLens has no tensor"
    raise KeyError(f"{whose} for {name!r}")
