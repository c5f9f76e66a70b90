"""The ready-made edits against the same change made by hand: with hooks on the modules, or by the block's formulas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.tracing.conftest import Subject, make
from vitviz.models.swin_v2 import CosineAttention, SwinV2Block
from vitviz.probe import Chain
from vitviz.samples import SAMPLES
from vitviz.tracing.edits import TOKEN_ROWS, patch_from, set_tensor, zero_head, zero_tokens
from vitviz.tracing.interventions import Edit

CLOSE = {"rtol": 0.0, "atol": 1e-5}
TOKENS = [0, 3, 7]


def rows_zeroed(x: Tensor) -> Tensor:
    """(1, N, D) or (1, h, w, C) with the rows of ``TOKENS`` at 0."""
    x = x.clone()
    for token in TOKENS:
        if x.ndim == 3:
            x[:, token] = 0
        else:
            x[:, token // x.shape[2], token % x.shape[2]] = 0
    return x


def logits_with_hook(
    subject: Subject,
    module: nn.Module,
    *,
    before: Callable[[Tensor], Tensor] | None = None,
    after: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """A plain run of the network, (1, K), with a module's input or output changed by a torch hook."""
    if before is not None:
        change = before
        handle = module.register_forward_pre_hook(lambda _, given: (change(given[0]), *given[1:]))
    else:
        assert after is not None
        made = after
        handle = module.register_forward_hook(lambda _, given, output: made(output))
    try:
        return subject.logits()
    finally:
        handle.remove()


def assert_changed_alike(subject: Subject, edit: Edit, expected: Tensor) -> None:
    torch.testing.assert_close(subject.trace(edit).kept["logits"], expected, **CLOSE)
    assert (expected - subject.logits()).abs().max() > 1e-4


def test_zero_head_is_zeroing_its_columns_before_the_projection(subject: Subject) -> None:
    for number, block in enumerate(subject.trace().blocks):
        for head in range(block.num_heads):
            dim = block["q"].shape[-1]

            def without(merged: Tensor, start: int = head * dim, dim: int = dim) -> Tensor:
                merged = merged.clone()
                merged[..., start : start + dim] = 0
                return merged

            expected = logits_with_hook(subject, block.module.attn.proj, before=without)
            assert_changed_alike(subject, zero_head(number, head), expected)
            assert_changed_alike(subject, zero_head(block.name, head), expected)


def test_zero_tokens_before_and_after_a_block(subject: Subject) -> None:
    for number, block in enumerate(subject.trace().blocks):
        before = logits_with_hook(subject, block.module, before=rows_zeroed)
        assert_changed_alike(subject, zero_tokens(TOKENS, number), before)
        assert_changed_alike(subject, zero_tokens(TOKENS, block.name, "resid_pre"), before)
        # In the last block of a model that reads its class token the other rows do not matter: token 0 does.
        after = logits_with_hook(subject, block.module, after=rows_zeroed)
        assert_changed_alike(subject, zero_tokens(TOKENS, number, "resid_post"), after)


@pytest.mark.parametrize("name", ["attn_out", "resid_mid", "mlp_out"])
def test_zero_tokens_inside_a_block(subject: Subject, name: str) -> None:
    """The block by its two formulas: x + attention, then x + MLP."""
    trace = subject.trace()
    steps = [step for step, _ in subject.network.steps()]
    for number, block in enumerate(trace.blocks):
        module = block.module
        with torch.no_grad():
            attention = block["attn_out"]
            middle = block["resid_pre"] + (rows_zeroed(attention) if name == "attn_out" else attention)
            middle = rows_zeroed(middle) if name == "resid_mid" else middle
            if isinstance(module, SwinV2Block):
                mlp = module.norm2(module.mlp(middle))
            else:
                mlp = module.mlp(module.norm2(middle))
            mlp = module.ls2(mlp) if hasattr(module, "ls2") else mlp
            out = middle + (rows_zeroed(mlp) if name == "mlp_out" else mlp)
            following = steps.index(block.name) + 1
            expected = subject.network.classify(subject.network.encode(out, start=following))
        assert_changed_alike(subject, zero_tokens(TOKENS, number, name), expected)


def test_set_tensor_with_a_tensor_and_with_a_number(subject: Subject) -> None:
    block = subject.trace().blocks[1]
    noise = torch.randn(block["resid_pre"].shape, generator=torch.Generator().manual_seed(3))
    expected = logits_with_hook(subject, block.module, before=lambda x: noise)
    assert_changed_alike(subject, set_tensor(f"{block.name}.resid_pre", noise), expected)
    assert_changed_alike(subject, set_tensor(f"{block.name}.resid_pre", noise.double()), expected)
    constant = logits_with_hook(subject, block.module.mlp.fc1, after=lambda x: torch.full_like(x, 0.3))
    assert_changed_alike(subject, set_tensor(f"{block.name}.mlp_pre", 0.3), constant)


def test_patch_from_puts_in_what_another_run_made(subject: Subject) -> None:
    donor = Subject(subject.network, subject.image.flip(-1)).trace()
    block = donor.blocks[1]
    values = block["v"].transpose(1, 2).flatten(2)  # (1 or W, N, D), the last third of qkv

    def with_values(qkv: Tensor) -> Tensor:
        return torch.cat([qkv[..., : 2 * values.shape[-1]], values], dim=-1)

    attention = block.module.attn
    if isinstance(attention, CosineAttention):  # its bias is added behind the linear map
        values = values - attention.v_bias
    expected = logits_with_hook(subject, attention.qkv, after=with_values)
    assert_changed_alike(subject, patch_from(donor, f"{block.name}.v"), expected)
    whole = subject.trace(patch_from(donor, f"{block.name}.resid_post"))
    torch.testing.assert_close(whole.logits, donor.logits, **CLOSE)


def test_a_sum_of_edits_does_both(either: Subject) -> None:
    one, other = zero_head(0, 1), zero_tokens(TOKENS, 1)
    blocks = [block.name for block in either.trace().blocks]
    with torch.no_grad():
        expected = either.network(either.image, Chain((one.on(blocks), other.on(blocks))))
    assert_changed_alike(either, one + other, expected)
    for alone in (one, other):
        assert (either.trace(alone).logits - expected[0]).abs().max() > 1e-4


def test_a_sum_keeps_the_order_for_one_tensor_however_it_is_named(either: Subject) -> None:
    name = either.trace().blocks[0].name
    half, filled = Edit({f"{name}.z": lambda z: z * 0.5}), set_tensor(f"{name}.z", 4.0)
    z = either.trace(zero_head(0, 0) + filled + half + zero_head(name, 1))[f"{name}.z"]
    assert bool((z[:, 0] == 2).all())
    assert not z[:, 1].any()
    assert bool((either.trace(half + filled)[f"{name}.z"] == 4).all())


def test_what_a_trace_derives_holds_a_numbered_edit(either: Subject) -> None:
    edit = zero_head(1, 0) + zero_tokens(TOKENS, 1)
    trace = either.trace(edit)
    expected = either.everything(edit.on([block.name for block in trace.blocks]))
    for name, tensor in expected.items():
        torch.testing.assert_close(trace[name].reshape(tensor.shape), tensor, **CLOSE)
    for start in range(len(either.network.steps())):
        torch.testing.assert_close(trace.replay(start), trace.kept["logits"], **CLOSE)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (zero_head(9, 0), "attention blocks, there is no block 9"),
        (zero_head(-1, 0), "there is no block -1"),
        (zero_head(0, 2), "block 0 has 2 heads, there is no head 2"),
        (zero_head(0, -1), "there is no head -1"),
        (zero_head("blocks.99", 0), r"no tensor called 'blocks\.99\.z'"),
        (zero_tokens([10_000]), "tokens, there is no token 10000"),
        (zero_tokens([-1]), "there is no token -1"),
        (set_tensor("logits", torch.zeros(3)), r"the edit of logits returned \(3,\) for \(1, 5\)"),
        (set_tensor("nothing", 0.0), "no tensor called 'nothing'"),
    ],
)
def test_what_is_not_there_is_refused(either: Subject, edit: Edit, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        either.trace(edit)


def test_what_can_be_refused_at_once_is() -> None:
    with pytest.raises(ValueError, match=f"zeroed in {', '.join(TOKEN_ROWS)}, not in 'q'"):
        zero_tokens([0], 0, "q")
    with pytest.raises(KeyError, match="no tensor called"):
        patch_from(make("ViT").trace(), "blocks.7.z")


def test_block_numbers_need_a_model(either: Subject) -> None:
    """Run without one, an edit that is not heard would look like one that changes nothing."""
    with pytest.raises(ValueError, match=r"Edit\(z of block 0\) counts blocks by number"):
        either.network(either.image, zero_head(0, 0))


def test_an_edit_leaves_its_parts_and_the_tensors_alone() -> None:
    edit, z = zero_head("blocks.0", 0), torch.ones(1, 2, 3, 4)
    assert edit("blocks.0.z", z)[:, 0].sum() == 0
    assert z.all()
    both = edit + zero_tokens([1], 2)
    assert edit.names == both.names == ("blocks.0.z",)
    assert repr(both) == "Edit(blocks.0.z, resid_pre of block 2)"


def test_the_public_names_are_these_edits() -> None:
    model = vitviz.load_model("swin-test")
    donor = vitviz.trace(model, SAMPLES[1].path)
    edit = vitviz.zero_head(3, 1) + vitviz.patch_from(donor, "layers.0.blocks.0.resid_post")
    trace = vitviz.trace(model, SAMPLES[0].path, edit + vitviz.set_tensor("pooled", 0.0))
    assert trace.intervention.names == ("layers.1.blocks.1.z", "layers.0.blocks.0.resid_post", "pooled")
    assert not trace["layers.1.blocks.1.z"][:, 1].any()
    assert isinstance(vitviz.zero_tokens([0]), vitviz.Edit)
    assert isinstance(trace, vitviz.Trace)
    assert set(vitviz.__all__) <= set(dir(vitviz))
    with pytest.raises(AttributeError, match="no attribute 'models_of_nothing'"):
        _ = vitviz.models_of_nothing
