"""Every intervention against the same change made to a model of timm by forward hooks, everything random.

Each row is a part, a way to change it and a family. Ours runs twice, the whole model and from the edited block on; what
timm's model gives with the hook is what both are held to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tests.conftest import random_picture, randomise
from tests.parity.observe import gap, ours
from tests.parity.rows import explicit_attention
from tests.parity.test_swin import MINI, from_timm
from vitviz.analysis.faithfulness.cells import cell_grid
from vitviz.analysis.interventions.region import without_region
from vitviz.analysis.interventions.sweep import head_sweep, mlp_sweep
from vitviz.models.config import ModelConfig, ViTConfig
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.edits import edit_part, forbid_attention
from vitviz.tracing.interventions import Edit
from vitviz.tracing.trace import run_edited, run_on, run_trace

VIT = ViTConfig(image_size=(112, 112), embed_dim=96, depth=4, num_heads=3, num_classes=20)
BLOCK, HEAD, UNITS, TOKENS, FACTOR = 2, 1, range(0, 96, 2), [0, 3, 8], -0.5
REGION = (8, 9, 10, 15, 16, 17)  # patches of a 7 x 7 picture
Change = Callable[[Tensor], Tensor]


class Found(NamedTuple):
    """The largest |difference| of a class score from timm's, and the largest |change| that the edit makes of one."""

    gap: float
    change: float


class Hook(NamedTuple):
    """What a module gets (``before``) or gives, changed."""

    module: nn.Module
    change: Change
    before: bool = False


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
    def blocks(self) -> list[Any]:
        """Timm's blocks in order."""
        if hasattr(self.theirs, "blocks"):
            return list(self.theirs.blocks)
        return [block for stage in self.theirs.layers for block in stage.blocks]

    @property
    def block(self) -> Any:
        """The one that is edited."""
        return self.blocks[BLOCK]

    def logits(self, *hooks: Hook, image: Tensor | None = None) -> Tensor:
        """Timm's class scores, (K,)."""
        with torch.no_grad(), ExitStack() as stack:
            for hook in hooks:
                stack.enter_context(hooked(hook))
            scores: Tensor = self.theirs(self.image if image is None else image)
        return scores[0]

    def watched(self, module: nn.Module, image: Tensor, before: bool = False) -> Tensor:
        """What a module of timm gets or gives in a plain run."""
        seen: list[Tensor] = []
        self.logits(Hook(module, lambda x: seen.append(x) or x, before), image=image)
        return seen[0]

    def held(self, edit: Edit, *hooks: Hook) -> Found:
        """Both runs of ours, whole and from the edited block on, beside timm's with the hooks."""
        expected = self.logits(*hooks)
        runs = run_trace(self.network, self.image, intervention=edit), run_edited(self.plain, edit)
        return Found(max(gap(run.logits, expected) for run in runs), gap(expected, self.logits()))


@contextmanager
def hooked(hook: Hook) -> Iterator[None]:
    """Change what a module gets or gives."""
    if hook.before:
        handle = hook.module.register_forward_pre_hook(lambda _, given: (hook.change(given[0]), *given[1:]))
    else:
        handle = hook.module.register_forward_hook(lambda _, given, output: hook.change(output))
    try:
        yield
    finally:
        handle.remove()


@cache
def pair(family: str) -> Pair:
    """A small model with random parameters."""
    with explicit_attention():
        if family == "swin":
            return Pair(from_timm(MINI), MINI)
        from timm.models.vision_transformer import VisionTransformer

        theirs = VisionTransformer(img_size=112, embed_dim=96, depth=4, num_heads=3, num_classes=20)
        return Pair(randomise(theirs, seed=1).eval(), VIT)


def instead(part: Tensor, how: str, mean: Tensor, other: Tensor) -> Tensor:
    """What a hook puts in for a part."""
    if how == "zero":
        return torch.zeros_like(part)
    if how == "scale":
        return FACTOR * part
    return mean.expand_as(part) if how == "mean" else other


def edit(of: Pair, kind: Any, how: Any, which: Any = ()) -> Edit:
    """Our edit."""
    given = {"scale": {"factor": FACTOR}, "take": {"other": of.taken}}.get(how, {})
    return edit_part(kind, BLOCK, which, how, **given)  # type: ignore[arg-type]


def head(of: Pair, how: str) -> Found:
    """The heads' outputs lie side by side in what the out-projection gets, (1 or W, N, H*d)."""
    module = of.block.attn.proj
    donor = of.watched(module, of.other, before=True)
    dim = donor.shape[-1] // of.plain.blocks[BLOCK].num_heads
    own = slice(HEAD * dim, (HEAD + 1) * dim)

    def change(x: Tensor) -> Tensor:
        x = x.clone()
        part = x[..., own]
        # A Swin's windows lie in the first axis: each has its own mean.
        x[..., own] = instead(part, how, part.mean(dim=1, keepdim=True), donor[..., own])
        return x

    return of.held(edit(of, "head", how, HEAD), Hook(module, change, before=True))


def unit(of: Pair, how: str) -> Found:
    """Channels of what the activation gives."""
    module, at = of.block.mlp.act, list(UNITS)
    donor = of.watched(module, of.other)

    def change(x: Tensor) -> Tensor:
        x = x.clone()
        part = x[..., at]
        x[..., at] = instead(part, how, part.flatten(0, -2).mean(dim=0), donor[..., at])
        return x

    return of.held(edit(of, "unit", how, UNITS), Hook(module, change))


def whole(of: Pair, how: str, kind: str) -> Found:
    """A sublayer's output. Timm's attention of a Swin gives windows, whose order the mean does not see."""
    return of.held(
        edit(of, kind, how), _whole(of, of.block.attn if kind == "attention" else of.block.mlp, how)
    )


def block(of: Pair, how: str) -> Found:
    """Both sublayers' outputs."""
    return of.held(edit(of, "block", how), *(_whole(of, each, how) for each in (of.block.attn, of.block.mlp)))


def _whole(of: Pair, module: nn.Module, how: str) -> Hook:
    donor = of.watched(module, of.other)
    return Hook(module, lambda x: instead(x, how, x.flatten(0, -2).mean(dim=0), donor))


def tokens(of: Pair, how: str) -> Found:
    """Rows of what the block gets."""
    donor = of.watched(of.block, of.other, before=True).flatten(1, -2)

    def change(x: Tensor) -> Tensor:
        rows = x.flatten(1, -2).clone()
        mean = rows.mean(dim=1, keepdim=True)
        rows[:, TOKENS] = instead(rows[:, TOKENS], how, mean, donor[:, TOKENS])
        return rows.view_as(x)

    return of.held(edit(of, "tokens", how, TOKENS), Hook(of.block, change, before=True))


def mask(of: Pair, how: str) -> Found:
    """The softmax over the other keys: weights of forbidden pairs to 0, the rest of the row divided by its sum.

    ``how`` names whose attention is cut: ``all``, ``some queries``, ``one head`` or both of them.
    """
    at = of.plain.blocks[BLOCK].tokens  # (1 or W, N)
    keys = list(range(0, int(at.max()), 2))
    queries = list(range(0, int(at.max()), 3)) if "queries" in how else None
    only = HEAD if "head" in how else None
    key = torch.isin(at, torch.tensor(keys))
    query = at >= 0 if queries is None else torch.isin(at, torch.tensor(queries))
    pairs = (query.unsqueeze(2) & key.unsqueeze(1)).unsqueeze(1)  # (1 or W, 1, N, N)

    def change(pattern: Tensor) -> Tensor:
        cut = pattern.masked_fill(pairs, 0)
        cut = cut / cut.sum(dim=-1, keepdim=True)
        if only is None:
            return cut
        changed = pattern.clone()
        changed[:, only] = cut[:, only]
        return changed

    return of.held(forbid_attention(BLOCK, keys, queries, only), Hook(of.block.attn.attn_drop, change))


def mean_of_pictures(of: Pair, how: str) -> Found:
    """The MLP gives its mean over two pictures' tokens."""
    images = [of.image, of.other]
    over = run_on(TraceBatch, of.network, torch.cat(images))
    both = torch.stack([of.watched(of.block.mlp, image) for image in images])
    mean = both.flatten(0, -2).mean(dim=0)
    made = edit_part("mlp", BLOCK, how="mean", over=over)
    return of.held(made, Hook(of.block.mlp, lambda x: mean.expand_as(x)))


def several(of: Pair, how: str) -> Found:
    """An MLP, tokens of a later block and hidden units of a still later one."""
    at = list(UNITS)

    def rows(x: Tensor) -> Tensor:
        changed = x.flatten(1, -2).clone()
        changed[:, TOKENS] = 0
        return changed.view_as(x)

    def units(x: Tensor) -> Tensor:
        x = x.clone()
        x[..., at] = 0
        return x

    made = edit_part("mlp", 1) + edit_part("tokens", BLOCK, TOKENS) + edit_part("unit", 3, UNITS)
    hooks = Hook(of.blocks[1].mlp, torch.zeros_like), Hook(of.block, rows, before=True)
    return of.held(made, *hooks, Hook(of.blocks[3].mlp.act, units))


def region(of: Pair, how: str) -> Found:
    """Patches of the picture: tokens cut out behind the positions, or pixels replaced by the picture's mean colour."""
    if how == "drop":
        model = of.theirs
        rows = model._pos_embed(model.patch_embed(of.image))
        kept = [token for token in range(rows.shape[1]) if token - 1 not in REGION]
        with torch.no_grad():
            expected = model.head(model.norm(model.blocks(rows[:, kept]))[:, 0])[0]
    else:
        columns = cell_grid(of.plain)[1]  # of a Swin several of its small patches are one
        image, side = of.image.clone(), of.image.shape[-1] // columns
        for patch in REGION:
            row, column = (side * each for each in divmod(patch, columns))
            image[..., row : row + side, column : column + side] = of.image.mean(dim=(2, 3), keepdim=True)
        expected = of.logits(image=image)
    found = without_region(of.plain, REGION, how)  # type: ignore[arg-type]
    return Found(gap(torch.from_numpy(found.logits), expected), gap(expected, of.logits()))


def sweep(of: Pair, how: str, part: str) -> Found:
    """Every head or MLP in turn, in shared batches, each beside a whole run of timm's with its own hook."""
    made = (head_sweep if part == "heads" else mlp_sweep)(of.plain)
    for _ in made.steps():
        pass
    pairs = zip(made.places, made.logits, strict=True)
    gaps = [gap(logits, of.logits(silent(of.blocks[place.block], place.at, part))) for place, logits in pairs]
    return Found(max(gaps), gap(made.logits, of.logits().expand_as(made.logits)))


def shared(of: Pair, how: str, part: str) -> Found:
    """The same against whole runs of our own model, each edited alone."""
    made = (head_sweep if part == "heads" else mlp_sweep)(of.plain)
    for _ in made.steps():
        pass

    def alone(number: int) -> Tensor:
        place = made.places[number]
        kind: Any = part.removesuffix("s")
        which = (place.at,) if kind == "head" else ()
        return run_trace(of.network, of.image, intervention=edit_part(kind, place.block, which)).logits

    gaps = [gap(logits, alone(number)) for number, logits in enumerate(made.logits)]
    return Found(max(gaps), gap(made.logits, of.plain.logits.expand_as(made.logits)))


def silent(of: Any, number: int, part: str) -> Hook:
    """The values of one head at 0, so that whatever its weights are it says nothing; or an MLP that gives 0."""
    if part == "mlps":
        return Hook(of.mlp, torch.zeros_like)

    def change(out: Tensor) -> Tensor:
        out = out.unflatten(-1, (3, of.attn.num_heads, -1)).clone()  # (B, N, 3, H, d)
        out[:, :, 2, number] = 0
        return out.flatten(2)

    return Hook(of.attn.qkv, change)


@dataclass(frozen=True)
class Row:
    """A part, how it is changed, the family, and what it is held to."""

    part: str
    how: str
    family: str
    title: str
    look: Callable[[Pair, str], Found]

    def found(self) -> Found:
        """Both figures."""
        return self.look(pair(self.family), self.how)


WAYS = ("zero", "mean", "scale", "take")
HOOK = "timm with a hook"


def _rows(part: str, look: Callable[[Pair, str], Found], hows: Sequence[str], title: str) -> Iterator[Row]:
    for family in ("vit", "swin"):
        for how in hows:
            yield Row(part, how, family, title, look)


ROWS = (
    *_rows("head", head, WAYS, HOOK),
    *_rows("MLP unit", unit, WAYS, HOOK),
    *_rows("attention", partial(whole, kind="attention"), WAYS, HOOK),
    *_rows("MLP", partial(whole, kind="mlp"), WAYS, HOOK),
    *_rows("block", block, WAYS, "timm with two hooks"),
    *_rows("tokens", tokens, WAYS, HOOK),
    *_rows("mask", mask, ("all", "some queries", "one head", "some queries, one head"), HOOK),
    *_rows("MLP", mean_of_pictures, ("mean over pictures",), HOOK),
    *_rows("three parts", several, ("zero",), "timm with three hooks"),
    Row("patches", "drop", "vit", "timm without these tokens", region),
    *_rows("patches", region, ("mean",), "timm on the changed picture"),
    *_rows("every head", partial(sweep, part="heads"), ("zero",), "timm, a run and a hook for each"),
    *_rows("every MLP", partial(sweep, part="mlps"), ("zero",), "timm, a run and a hook for each"),
    *_rows("every head", partial(shared, part="heads"), ("zero",), "whole runs of ours"),
    *_rows("every MLP", partial(shared, part="mlps"), ("zero",), "whole runs of ours"),
)
