"""A trace tells what the run computed, costs what it should, and leaves the model as it was."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.conftest import random_picture
from tests.tracing.conftest import Subject, make
from vitviz.models import windows
from vitviz.models.swin_v2 import SwinV2Block
from vitviz.models.vit import VisionTransformer
from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.interventions import Edit
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import run_trace

CLOSE = {"rtol": 0.0, "atol": 1e-5}


def assert_close(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, **CLOSE)


def add(parts: tuple[Tensor | None, ...]) -> Tensor:
    """Sum of addends of a ViT (H, N, N) or a Swin (W, H, M*M, M*M)."""
    qk, bias, mask = parts
    assert qk is not None
    total = qk if bias is None else qk + bias
    return total if mask is None else total + mask


def attention_from_addends(block: BlockTrace) -> Tensor:
    """From the three addends, v and the weights on: what the block's attention should have added."""
    weights = add(block.addends()).softmax(dim=-1)
    z = weights @ block["v"]  # (1 or W, H, N, d)
    with torch.no_grad():
        out = block.module.attn.proj(z.transpose(1, 2).flatten(2))
        if isinstance(block, SwinBlockTrace):
            return windows.from_windows(out, block.grid)
        return block.module.ls1(out)


def test_the_addends_make_what_attention_adds(subject: Subject) -> None:
    for block in subject.trace().blocks:
        added = attention_from_addends(block)
        if isinstance(block.module, SwinV2Block):
            assert_close(added, block["attn_before_norm"])
            with torch.no_grad():
                added = block.module.norm1(added)
        assert_close(added, block["attn_out"])
        assert_close(added, block["resid_mid"] - block["resid_pre"])


def test_the_sum_of_the_addends_is_the_score(subject: Subject) -> None:
    everything = subject.everything()
    for block in subject.trace().blocks:
        recorded = everything[f"{block.name}.attn_scores"]
        assert_close(add(block.addends()).reshape(recorded.shape), recorded)
        assert_close(block.scores().reshape(recorded.shape), recorded)
        assert_close(block.pattern().reshape(recorded.shape), everything[f"{block.name}.pattern"])


def test_every_row_of_a_pattern_sums_to_one(subject: Subject) -> None:
    for block in subject.trace().blocks:
        pattern = block.pattern()
        assert pattern.min() >= 0
        torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(pattern.shape[:-1]))


METHODS: list[Callable[..., Any]] = [
    lambda block, *at: block.pattern(*at),
    lambda block, *at: block.scores(*at),
    lambda block, *at: block.addends(*at).qk,
]


@pytest.mark.parametrize("ask", METHODS, ids=["pattern", "scores", "qk"])
@pytest.mark.parametrize("name", ["ViT", "ViT with registers, at another size"])
def test_a_slice_of_a_vit_is_that_of_the_whole(name: str, ask: Callable[..., Tensor]) -> None:
    block = make(name).trace().blocks[1]
    whole, count = ask(block), block["q"].shape[2]
    assert whole.shape == (2, count, count)
    for head in range(2):
        assert_close(ask(block, head), whole[head])
        for query in (0, 3, count - 1):
            assert_close(ask(block, head, query), whole[head, query])
            assert_close(ask(block, None, query), whole[:, query])


def test_several_queries_at_once_are_those_one_by_one(subject: Subject) -> None:
    for block in subject.trace().blocks:
        queries = torch.tensor([0, int(block.query_tokens.max()), 1])
        one_by_one = [block.pattern(query=int(query)) for query in queries]
        assert_close(block.patterns(queries), torch.stack(one_by_one, dim=1))


@pytest.mark.parametrize("ask", METHODS, ids=["pattern", "scores", "qk"])
@pytest.mark.parametrize("which", [0, 1, 2, 3])
def test_a_slice_of_a_swin_is_that_of_the_whole(which: int, ask: Callable[..., Tensor]) -> None:
    """A query is a token of the map; its keys are the places of the window that it is in."""
    block = make("Swin, padded").trace().swin_blocks[which]
    grid, whole = block.grid, ask(block)
    assert whole.shape == (grid.num_windows, block.num_heads, 16, 16)
    for head in range(block.num_heads):
        assert_close(ask(block, head), whole[:, head])
    seen = set()
    for window in range(grid.num_windows):
        for place in range(16):
            token = int(windows.token_map(grid)[window, place])
            if token < 0:
                continue
            seen.add(token)
            assert block.place(token) == (window, place)
            assert_close(ask(block, None, token), whole[window, :, place])
            assert_close(ask(block, 1, token), whole[window, 1, place])
    assert seen == set(range(grid.height * grid.width))


def test_the_parts_of_a_window() -> None:
    for block in make("Swin, padded").trace().swin_blocks:
        whole, pattern = block.addends(), block.pattern()
        for window in (0, block.grid.num_windows - 1):
            one = block.window_addends(window)
            assert_close(one.qk, whole.qk[window])
            assert one.bias is not None
            assert torch.equal(one.bias, block.bias)
            assert (one.mask is None) == (block.mask is None) == (block.grid.shift == 0)
            if one.mask is not None and whole.mask is not None:
                assert torch.equal(one.mask, whole.mask[window])
            assert_close(block.window_pattern(window), pattern[window])
            assert_close(block.window_pattern(window, 1), pattern[window, 1])
            assert_close(block.window_pattern(window, 1, 5), pattern[window, 1, 5])


def test_every_name_answers_with_what_an_explicit_run_makes(subject: Subject) -> None:
    everything, trace = subject.everything(), subject.trace()
    assert trace.names() == list(everything)
    for name, tensor in everything.items():
        torch.testing.assert_close(trace[name], tensor, rtol=0, atol=2e-5)


def test_names_of_a_block_are_short(subject: Subject) -> None:
    trace = subject.trace()
    for block in trace.blocks:
        assert all(f"{block.name}.{name}" in trace.names() for name in block.names())
        assert torch.equal(block["q"], trace[f"{block.name}.q"])
        assert {"resid_pre", "ln1.mean", "q", "pattern", "resid_post"} <= set(block.names())


def test_shapes_of_a_vit() -> None:
    """Two prefix tokens with a position and two registers, 3 x 5 patches: N = 19."""
    trace = make("ViT with registers, at another size").trace()
    shapes = {
        "image": (1, 3, 24, 40),
        "embed": (1, 15, 16),
        "tokens": (1, 19, 16),
        "pos_embed": (1, 19, 16),
        "full_embed": (1, 19, 16),
        "ln_pre.mean": (1, 19, 1),
        "blocks.1.q": (1, 2, 19, 8),
        "blocks.1.pattern": (1, 2, 19, 19),
        "blocks.1.z": (1, 2, 19, 8),
        "blocks.1.z_merged": (1, 19, 16),
        "blocks.1.ln2.scale": (1, 19, 1),
        "blocks.1.mlp_post": (1, 19, 64),
        "pooled_dist": (1, 16),
        "logits": (1, 5),
    }
    assert {name: tuple(trace[name].shape) for name in shapes} == shapes


def test_the_run_is_a_plain_one(subject: Subject) -> None:
    """To the last bit: the fused path, and nothing else. Its patterns are never made."""
    trace = subject.trace()
    assert torch.equal(trace.kept["logits"], subject.logits())
    assert not any(name.endswith(("pattern", "attn_scores")) for name in trace.kept)


def test_what_is_kept_grows_with_the_tokens(subject: Subject) -> None:
    """Not with their square, and not with what has been looked at."""
    if isinstance(subject.network, VisionTransformer):
        trace = subject.trace()
        tokens, dim = trace["blocks.0.resid_pre"].shape[1:]
        numbers = (4 * len(trace.blocks) + 1) * tokens * dim + trace["image"].numel() + 5
        assert trace.nbytes == 4 * numbers  # resid_pre, q, k and v of each block, and the last resid_post
    small = run_trace(subject.network, random_picture(64, 64))
    large = run_trace(subject.network, random_picture(256, 256))
    name = f"{large.blocks[0].name}.resid_pre"
    ratio = large[name].numel() / small[name].numel()
    assert ratio > 10
    kept = large.nbytes
    assert kept == pytest.approx(ratio * small.nbytes, rel=0.1)
    for one, other in zip(small.blocks, large.blocks, strict=True):
        for block in (one, other):
            block["mlp_post"]  # derives the block and forgets the one before
        assert large.nbytes == pytest.approx(ratio * small.nbytes, rel=0.1)
        assert large.nbytes - kept < 12 * other["resid_pre"].nbytes + 4 * other["mlp_post"].nbytes
    held = large.nbytes
    large.blocks[-1].pattern(head=0, query=1)
    assert large.nbytes == held


def test_replaying_from_anywhere_gives_the_same_scores(subject: Subject) -> None:
    trace = subject.trace()
    for start, (name, _) in enumerate(subject.network.steps()):
        assert torch.equal(trace.replay(start), trace.kept["logits"])
        assert torch.equal(trace.replay(start, trace[f"{name}.resid_pre"]), trace.kept["logits"])
        assert not torch.equal(trace.replay(start, trace[f"{name}.resid_pre"] * 1.1), trace.kept["logits"])


def test_replaying_with_an_edit_is_running_with_it(either: Subject) -> None:
    name = either.network.steps()[1][0]
    edit = Edit({f"{name}.z": lambda z: z * 0.5})
    assert torch.equal(either.trace().replay(1, probe=edit), either.trace(edit).kept["logits"])
    assert torch.equal(either.trace().replay(0, probe=edit), either.trace(edit).kept["logits"])


def state_of(network: nn.Module) -> dict[str, Any]:
    """Everything that hangs on the modules: attributes, hooks, weights, modes."""
    state: dict[str, Any] = {}
    for name, module in network.named_modules():
        for key, value in vars(module).items():
            is_dict = isinstance(value, dict)
            state[f"{name}:{key}"] = {k: id(v) for k, v in value.items()} if is_dict else repr(value)
    return state


def test_a_trace_leaves_nothing_on_the_model(subject: Subject) -> None:
    before, weights, scores = state_of(subject.network), subject.network.state_dict(), subject.logits()
    weights = {name: tensor.clone() for name, tensor in weights.items()}
    trace = subject.trace()
    for name in trace.names():
        trace[name]
    for block in trace.blocks:
        block.pattern()
        block.check()
    trace.replay(0)
    trace.calls  # noqa: B018
    trace.lines(trace.segments[1])
    with pytest.raises(ValueError, match="edit"):
        subject.trace(Edit({"logits": lambda x: x[:, :1]}))
    assert state_of(subject.network) == before
    assert all(torch.equal(tensor, weights[name]) for name, tensor in subject.network.state_dict().items())
    assert torch.equal(subject.logits(), scores)


def test_both_paths_agree(subject: Subject) -> None:
    for block in subject.trace().blocks:
        assert max(block.check()) < 1e-5


def test_a_check_that_fails_shows(either: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the explicit path computed something else, the number would say so."""
    from vitviz.models import layers

    right = layers.attention_scores
    monkeypatch.setattr(layers, "attention_scores", lambda *args: right(*args) * 1.1)
    for block in either.trace().blocks:
        assert block.check().z > 1e-3


def test_segments_of_a_run(either: Subject) -> None:
    trace = either.trace()
    names = [segment.name for segment in trace.segments]
    assert names == ["embed", *(name for name, _ in either.network.steps()), "classify"]
    assert trace.segment_of("logits").name == "classify"
    assert trace.segment_of("image").input_name == "image"
    last = either.network.steps()[-1][0]
    assert trace.segment("classify").input_name == f"{last}.resid_post"
    assert trace.segment_of(f"{last}.ln1.mean").name == last


def test_a_block_is_not_mistaken_for_one_whose_name_it_begins_with() -> None:
    """blocks.1 and blocks.10."""
    from vitviz.models.build import build
    from vitviz.models.config import ViTConfig

    network = build(ViTConfig((8, 8), 8, embed_dim=4, depth=11, num_heads=1, num_classes=2)).eval()
    trace = run_trace(network, random_picture(8, 8))
    assert all(name.startswith("blocks.1.") for name in trace.segment("blocks.1").names)
    assert trace.segment_of("blocks.10.q").name == "blocks.10"


def test_blocks_of_a_swin_know_their_stage() -> None:
    trace = make("Swin, padded").trace()
    assert [block.name for block in trace.blocks] == [
        f"layers.{s}.blocks.{i}" for s in (0, 1) for i in (0, 1)
    ]
    assert [block.stage for block in trace.swin_blocks] == [0, 0, 1, 1]
    assert [(b.grid.height, b.grid.width, b.grid.shift) for b in trace.swin_blocks] == [
        (14, 11, 0),
        (14, 11, 2),
        (7, 6, 0),
        (7, 6, 2),
    ]
    assert make("ViT").trace().swin_blocks == ()


def test_the_prediction(subject: Subject) -> None:
    trace = run_trace(subject.network, subject.image, class_names=("ant", "bee", "cow", "dog"))
    logits = subject.logits()[0]
    assert torch.equal(trace.logits, logits)
    torch.testing.assert_close(trace.probabilities, logits.exp() / logits.exp().sum())
    top = trace.top(5)
    assert [score.logit for score in top] == sorted(logits.tolist(), reverse=True)
    assert sum(score.probability for score in top) == pytest.approx(1)
    best = int(logits.argmax())
    assert trace.class_name(best) == top[0].name
    assert trace.class_name(1) == "bee"
    assert trace.class_name(4) == "class 4"
    assert len(trace.top(2)) == 2


def test_what_cannot_be_traced_is_refused(either: Subject) -> None:
    pair = torch.cat([either.image, either.image])
    with pytest.raises(ValueError, match=r"a trace is of one picture, shape \(1, C, H, W\), not \(2, 3, "):
        run_trace(either.network, pair)
    with pytest.raises(ValueError, match="a trace is of one picture"):
        run_trace(either.network, either.image[0])
    either.network.train()
    with pytest.raises(ValueError, match="training mode"):
        either.trace()


@pytest.mark.parametrize("name", ["blocks.0.nothing", "blocks.99.q", "q", ""])
def test_a_name_that_nothing_makes_is_refused(name: str) -> None:
    trace = make("ViT").trace()
    with pytest.raises(KeyError, match=r"makes no tensor called"):
        trace[name]


def change_in_place(network: nn.Module) -> None:
    with torch.no_grad():
        network.get_parameter("head.weight").mul_(2)


def load_other_weights(network: nn.Module) -> None:
    network.load_state_dict(network.state_dict())


def put_in_place(network: nn.Module) -> None:
    network.load_state_dict({k: v.clone() for k, v in network.state_dict().items()}, assign=True)


@pytest.mark.parametrize("change", [change_in_place, load_other_weights, put_in_place])
def test_a_trace_of_other_weights_is_refused(either: Subject, change: Callable[[nn.Module], None]) -> None:
    """What was kept stays; what would be derived from it with new weights does not."""
    put_in_place(either.network)  # versions of zero, as a loader that assigns leaves them
    trace, name = either.trace(), either.network.steps()[0][0]
    trace[f"{name}.mlp_post"]
    change(either.network)
    assert trace[f"{name}.q"] is trace.kept[f"{name}.q"]
    with pytest.raises(RuntimeError, match="weights have changed"):
        trace["pooled"]
    with pytest.raises(RuntimeError, match="weights have changed"):
        trace.blocks[0].check()


def test_several_readers_of_one_trace(either: Subject) -> None:
    """Two people look at different blocks of the sample picture's trace at once."""
    trace = either.trace()
    names = [f"{block.name}.{short}" for block in trace.blocks for short in ("mlp_post", "ln1.mean", "z")]
    expected = {name: trace[name].clone() for name in names}

    def read(offset: int) -> bool:
        mine = names[offset:] + names[:offset]
        return all(torch.equal(trace[name], expected[name]) for _ in range(20) for name in mine)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(0, len(names), 3)))
