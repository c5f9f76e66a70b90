"""Every intervention against the same change made by forward hooks on timm's modules, everything random."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import TOLERANCE, gap, ours
from tests.parity.rows import explicit_attention
from tests.parity.test_swin import MINI, from_timm
from vitviz.models.config import ModelConfig, ViTConfig
from vitviz.tracing.edits import edit_part, forbid_attention
from vitviz.tracing.interventions import Edit
from vitviz.tracing.trace import Trace, run_edited, run_trace

timm = pytest.importorskip("timm")
pytestmark = pytest.mark.parity

VIT = ViTConfig(image_size=(112, 112), embed_dim=96, depth=4, num_heads=3, num_classes=20)
BLOCK, HEAD, UNITS, TOKENS, FACTOR = 2, 1, range(0, 96, 2), [0, 3, 8], -0.5
Change = Callable[[Tensor], Tensor]


@dataclass
class Pair:
    """A model of timm, ours with its weights, and two pictures."""

    theirs: Any
    config: ModelConfig

    def __post_init__(self) -> None:
        self.network = ours(self.theirs, self.config)
        self.image, self.other = (random_picture(*self.config.image_size, seed=seed) for seed in (2, 3))
        self.plain = run_trace(self.network, self.image)
        self.taken = run_trace(self.network, self.other)

    @property
    def block(self) -> Any:
        """Timm's block of that number among all."""
        if hasattr(self.theirs, "blocks"):
            return self.theirs.blocks[BLOCK]
        return [block for stage in self.theirs.layers for block in stage.blocks][BLOCK]

    def watched(self, module: nn.Module, image: Tensor, before: bool) -> Tensor:
        """What a module of timm gets or gives in a plain run."""
        seen: list[Tensor] = []
        with hooked(module, lambda x: seen.append(x) or x, before):
            self.logits(image)
        return seen[0]

    def logits(self, image: Tensor) -> Tensor:
        """Timm's class scores, (K,)."""
        with torch.no_grad():
            scores: Tensor = self.theirs(image)
        return scores[0]

    def check(self, edit: Edit, module: nn.Module, change: Change, before: bool = False) -> None:
        """Both runs of ours, whole and from the edited block on, equal timm's with the hook."""
        with hooked(module, change, before):
            expected = self.logits(self.image)
        assert (expected - self.logits(self.image)).abs().max() > 10 * TOLERANCE
        assert gap(run_trace(self.network, self.image, intervention=edit).logits, expected) <= TOLERANCE
        assert gap(run_edited(self.plain, edit).logits, expected) <= TOLERANCE


@contextmanager
def hooked(module: nn.Module, change: Change, before: bool) -> Iterator[None]:
    """Change what a module gets (``before``) or gives."""
    if before:
        handle = module.register_forward_pre_hook(lambda _, given: (change(given[0]), *given[1:]))
    else:
        handle = module.register_forward_hook(lambda _, given, output: change(output))
    try:
        yield
    finally:
        handle.remove()


def made(name: str) -> Pair:
    with explicit_attention():
        if name == "swin":
            return Pair(from_timm(MINI), MINI)
        from timm.models.vision_transformer import VisionTransformer

        theirs = VisionTransformer(img_size=112, embed_dim=96, depth=4, num_heads=3, num_classes=20)
        return Pair(randomise(theirs, seed=1).eval(), VIT)


@pytest.fixture(scope="module", params=["vit", "swin"])
def pair(request: pytest.FixtureRequest) -> Pair:
    return made(request.param)


def instead(x: Tensor, part: Tensor, how: str, mean: Tensor, other: Tensor | None) -> Tensor:
    """What a hook puts in for a part."""
    if how == "zero":
        return torch.zeros_like(part)
    if how == "scale":
        return FACTOR * part
    if how == "mean":
        return mean.expand_as(part)
    assert other is not None
    return other


def ways(pair: Pair, kind: Any, which: Any = ()) -> Iterator[tuple[str, Edit]]:
    """Every way to change a part: its name and our edit."""
    yield "zero", edit_part(kind, BLOCK, which)
    yield "scale", edit_part(kind, BLOCK, which, "scale", factor=FACTOR)
    yield "mean", edit_part(kind, BLOCK, which, "mean")
    yield "take", edit_part(kind, BLOCK, which, "take", other=pair.taken)


def test_a_head(pair: Pair) -> None:
    module = pair.block.attn.proj  # gets (1 or W, N, H*d): the heads' outputs side by side
    donor = pair.watched(module, pair.other, before=True)
    dim = donor.shape[-1] // pair.plain.blocks[BLOCK].num_heads
    own = slice(HEAD * dim, (HEAD + 1) * dim)
    for how, edit in ways(pair, "head", HEAD):

        def change(x: Tensor, how: str = how) -> Tensor:
            x = x.clone()
            part = x[..., own]
            # A Swin's windows lie in the first axis: each has its own mean.
            x[..., own] = instead(x, part, how, part.mean(dim=1, keepdim=True), donor[..., own])
            return x

        pair.check(edit, module, change, before=True)


def test_hidden_units(pair: Pair) -> None:
    module = pair.block.mlp.act
    donor = pair.watched(module, pair.other, before=False)
    at = list(UNITS)
    for how, edit in ways(pair, "unit", UNITS):

        def change(x: Tensor, how: str = how) -> Tensor:
            x = x.clone()
            part = x[..., at]
            mean = part.flatten(0, -2).mean(dim=0)
            x[..., at] = instead(x, part, how, mean, donor[..., at])
            return x

        pair.check(edit, module, change)


@pytest.mark.parametrize("kind", ["attention", "mlp"])
def test_a_whole_sublayer(pair: Pair, kind: str) -> None:
    # Timm's attention of a Swin gives windows, whose order the mean does not see.
    module = pair.block.attn if kind == "attention" else pair.block.mlp
    donor = pair.watched(module, pair.other, before=False)
    for how, edit in ways(pair, kind):
        change = partial(
            lambda x, how: instead(x, x, how, x.flatten(0, -2).mean(dim=0), donor),
            how=how,
        )
        pair.check(edit, module, change)


def test_a_whole_block(pair: Pair) -> None:
    attention, mlp = pair.block.attn, pair.block.mlp
    given = [pair.watched(module, pair.other, before=False) for module in (attention, mlp)]
    for how, edit in ways(pair, "block"):

        def change(x: Tensor, donor: Tensor, how: str = how) -> Tensor:
            return instead(x, x, how, x.flatten(0, -2).mean(dim=0), donor)

        with hooked(attention, partial(change, donor=given[0]), before=False):
            pair_check_inside(pair, edit, mlp, partial(change, donor=given[1]))


def pair_check_inside(pair: Pair, edit: Edit, module: nn.Module, change: Change) -> None:
    """``Pair.check`` for a change of two modules, one of which is hooked already."""
    with hooked(module, change, before=False):
        expected = pair.logits(pair.image)
    assert gap(run_edited(pair.plain, edit).logits, expected) <= TOLERANCE


def test_switching_a_block_off_passes_its_input_on(pair: Pair) -> None:
    given = pair.watched(pair.block, pair.image, before=True)
    pair.check(edit_part("block", BLOCK), pair.block, lambda x: given)


def test_tokens(pair: Pair) -> None:
    donor = pair.watched(pair.block, pair.other, before=True).flatten(1, -2)
    for how, edit in ways(pair, "tokens", TOKENS):

        def change(x: Tensor, how: str = how) -> Tensor:
            rows = x.flatten(1, -2).clone()
            mean = rows.mean(dim=1, keepdim=True)
            rows[:, TOKENS] = instead(rows, rows[:, TOKENS], how, mean, donor[:, TOKENS])
            return rows.view_as(x)

        pair.check(edit, pair.block, change, before=True)


@pytest.mark.parametrize("head", [None, HEAD])
@pytest.mark.parametrize("some", [False, True])
def test_forbidden_attention(pair: Pair, head: int | None, some: bool) -> None:
    """The softmax over the other keys: weights of forbidden pairs to 0, the rest of the row divided by its sum."""
    tokens = pair.plain.blocks[BLOCK].tokens  # (1 or W, N)
    keys = list(range(0, int(tokens.max()), 2))
    queries = list(range(0, int(tokens.max()), 3)) if some else None
    key = torch.isin(tokens, torch.tensor(keys))
    query = tokens >= 0 if queries is None else torch.isin(tokens, torch.tensor(queries))
    pairs = (query.unsqueeze(2) & key.unsqueeze(1)).unsqueeze(1)  # (1 or W, 1, N, N)

    def change(pattern: Tensor) -> Tensor:
        cut = pattern.masked_fill(pairs, 0)
        cut = cut / cut.sum(dim=-1, keepdim=True)
        if head is None:
            return cut
        changed = pattern.clone()
        changed[:, head] = cut[:, head]
        return changed

    pair.check(forbid_attention(BLOCK, keys, queries, head), pair.block.attn.attn_drop, change)


def test_a_mean_over_other_pictures(pair: Pair) -> None:
    images = torch.cat([pair.image, pair.other])
    from vitviz.tracing.batch import TraceBatch
    from vitviz.tracing.trace import run_on

    over = run_on(TraceBatch, pair.network, images)
    module = pair.block.mlp
    both = torch.stack([pair.watched(module, image, before=False) for image in (pair.image, pair.other)])
    mean = both.flatten(0, -2).mean(dim=0)
    pair.check(edit_part("mlp", BLOCK, how="mean", over=over), module, lambda x: mean.expand_as(x))


def test_several_edits_at_once(pair: Pair) -> None:
    edit = edit_part("mlp", 1) + edit_part("tokens", BLOCK, TOKENS) + edit_part("unit", 3, UNITS)

    def trace(edit: Edit) -> Trace:
        return run_trace(pair.network, pair.image, intervention=edit)

    assert torch.equal(run_edited(pair.plain, edit).logits, trace(edit).logits)
    assert gap(trace(edit).logits, trace(edit_part("mlp", 1)).logits) > 1e-3
