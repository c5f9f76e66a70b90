"""A trace of a DETR and of a Swin-Unet: what is tested for ViT and Swin, with more than one input to a step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import vitviz
from tests.conftest import random_picture
from vitviz.analysis.attention.rows import block_rows
from vitviz.models import windows
from vitviz.models.build import build_scene_network
from vitviz.models.detr import DecoderBlock, Detr
from vitviz.models.scene_config import DetrConfig, SwinUnetConfig
from vitviz.models.scene_start import start_scene_network
from vitviz.models.sided import SidedNetwork
from vitviz.payload import unpack
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.interventions import Edit, Record
from vitviz.tracing.norms import norm_sites
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.tracing.trace import Trace, run_on, run_trace
from vitviz.web.explorer.payloads import layer_payload, value_payload

CONFIGS = {
    "DETR": DetrConfig(
        (32, 48), stem_dim=8, stage_dims=(8, 8), stage_depths=(1, 1), embed_dim=16, num_heads=2, mlp_dim=16,
        num_queries=5,
    ),
    "Swin-Unet": SwinUnetConfig((32, 64), embed_dim=8, depths=(2, 2, 1), num_heads=(1, 2, 4), window_size=4),
}  # fmt: skip
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def make(name: str) -> SidedNetwork:
    network = build_scene_network(CONFIGS[name])
    start_scene_network(network, 1)
    generator = torch.Generator().manual_seed(2)
    for parameter in network.parameters():
        parameter.data += 0.1 * torch.randn(parameter.shape, generator=generator)
    return network.eval().requires_grad_(False)


@pytest.fixture(scope="module", params=CONFIGS)
def network(request: pytest.FixtureRequest) -> SidedNetwork:
    return make(request.param)


@pytest.fixture(scope="module")
def detr() -> Detr:
    network = make("DETR")
    assert isinstance(network, Detr)
    return network


def picture(network: SidedNetwork, seed: int = 1) -> Tensor:
    return random_picture(*network.config.image_size, seed=seed)


def everything(network: SidedNetwork, image: Tensor, intervention: Probe | None = None) -> dict[str, Tensor]:
    record = Record()
    with torch.no_grad():
        network(image, record if intervention is None else Chain((intervention, record)))
    return record.tensors


def flat(answer: Any) -> Tensor:
    return torch.cat([x.flatten() for x in answer]) if isinstance(answer, tuple) else answer.flatten()


def assert_tells(trace: Trace, expected: dict[str, Tensor]) -> None:
    assert trace.names() == list(expected)
    for name, tensor in expected.items():
        torch.testing.assert_close(trace[name], tensor, **CLOSE, msg=lambda text, n=name: f"{n}: {text}")


def test_every_tensor_is_that_of_the_run(network: SidedNetwork) -> None:
    image = picture(network)
    trace = run_trace(network, image)
    assert_tells(trace, everything(network, image))
    # Quadratic ones are not among what is held, and every side input is.
    assert not [name for name in trace.kept if name.endswith(("pattern", "attn_scores"))]
    for segment in trace.segments:
        assert {segment.input_name, *segment.side_names} <= trace.kept.keys()


def test_the_weights_are_softmaxed_sums_and_make_what_attention_adds(network: SidedNetwork) -> None:
    trace = run_trace(network, picture(network))
    for block in trace.blocks:
        qk, bias, mask = block.addends()
        total = (
            qk
            + (0 if bias is None else bias)
            + (0 if mask is None else mask[:, None] if mask.ndim == 3 else mask)
        )
        scores = block["attn_scores"] if isinstance(block, SwinBlockTrace) else block["attn_scores"][0]
        torch.testing.assert_close(total, scores, **CLOSE)
        pattern = block.pattern()
        torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(pattern.shape[:-1]), **CLOSE)
        torch.testing.assert_close(
            pattern, block["pattern"] if pattern.ndim == 4 else block["pattern"][0], **CLOSE
        )
        torch.testing.assert_close(block.pattern(head=0, query=1), block.pattern(head=0, query=1).clone())
        attention = getattr(block.module, block.attention.rstrip(".") or "attn")
        with torch.no_grad():
            out = attention.proj((pattern @ block["v"]).transpose(1, 2).flatten(2))
        added = block["cross_attn_out" if block.attention else "attn_out"]
        if isinstance(block, SwinBlockTrace):
            out = windows.from_windows(out, block.grid)
        torch.testing.assert_close(out, added, **CLOSE)
        assert max(block.check()) < 1e-5


def test_running_on_from_any_step_gives_the_same_answer(network: SidedNetwork) -> None:
    image = picture(network)
    plain = run_trace(network, image)
    with torch.no_grad():
        answer = flat(network(image))
    for start in range(len(network.steps())):
        torch.testing.assert_close(flat(plain.replay(start)), answer, **CLOSE)
    changed = plain.replay(1, plain.kept[f"{network.steps()[1][0]}.resid_pre"] * 0.5)
    assert not torch.allclose(flat(changed), answer, **CLOSE)


EDITS = {
    "DETR": [
        "memory",
        "query_embed",
        "pos_embed",
        "decoder.1.normalized_resid_post",
        "decoder.0.cross_attn.pattern",
    ],
    "Swin-Unet": ["skip.0", "skip.1", "layers.1.downsample.resid_post", "layers_up.1.concat.concatenated"],
}


@pytest.mark.parametrize(
    ("family", "name"), [(family, name) for family, names in EDITS.items() for name in names]
)
def test_an_edit_by_name_reaches_all_that_reads_it(family: str, name: str) -> None:
    network = make(family)
    image = picture(network)
    edit = Edit({name: lambda x: x * 0.5})
    trace = run_trace(network, image, intervention=edit)
    expected = everything(network, image, edit)
    assert_tells(trace, expected)
    torch.testing.assert_close(flat(trace.replay(0)), flat(network(image, edit)), **CLOSE)
    assert not torch.allclose(flat(network(image, edit)), flat(network(image)), **CLOSE)
    with pytest.raises(ValueError, match="makes no tensor called 'memories'"):
        run_trace(network, image, intervention=Edit({"memories": lambda x: x}))


def test_blocks_are_counted_with_both_attentions_of_a_decoder_layer(detr: Detr) -> None:
    image = picture(detr)
    trace = run_trace(detr, image)
    names = [block.title for block in trace.blocks]
    assert names[:4] == ["encoder.0", "encoder.1", "decoder.0", "decoder.0.cross_attn"]
    assert names == trace.attention_steps()
    tokens = 4 * 6  # of the map
    shapes = [(tokens, tokens), (5, 5), (5, tokens)]
    assert [tuple(trace.blocks[i].pattern(head=0).shape) for i in (0, 2, 3)] == shapes
    cross = trace.blocks[3]
    assert cross.prefix_names == ("query0", "query1", "query2", "query3", "query4")
    assert cross.query_tokens.tolist() == [[0, 1, 2, 3, 4]]
    assert cross.key_tokens[0, 0] == cross.token_at(0, 0) == 5
    assert cross.patch_of(cross.token_at(2, 3)) == (2, 3)
    assert cross.patch_of(4) is None
    silenced = run_trace(detr, image, intervention=vitviz.zero_head(3, 1))
    assert not silenced["decoder.0.cross_attn.z"][:, 1].any()
    assert silenced["decoder.0.z"].any()
    with pytest.raises(ValueError, match="cannot be saved"):
        trace.save("run.safetensors")


def only_itself(pattern: Tensor) -> Tensor:
    return torch.eye(pattern.shape[-1]).expand_as(pattern)


def test_the_first_self_attention_of_the_queries_adds_one_vector(detr: Detr) -> None:
    """Its stream is zero, so all values are equal: which query looks at which changes nothing; later it does."""
    image = picture(detr)
    trace = run_trace(detr, image)
    added = trace["decoder.0.attn_out"]
    torch.testing.assert_close(added, added[:, :1].expand_as(added), **CLOSE)
    for layer, same in ((0, True), (1, False)):
        alone = run_trace(detr, image, intervention=Edit({f"decoder.{layer}.pattern": only_itself}))
        assert torch.allclose(alone["boxes"], trace["boxes"], **CLOSE) == same


def test_lines_know_every_name(network: SidedNetwork) -> None:
    trace = run_trace(network, picture(network))
    rows = {row.name: row for row in trace.rows()}
    assert list(rows) == trace.names()
    files = {row.file for row in rows.values()}
    wanted = (
        {"detr.py", "cross_attention.py", "resnet.py"}
        if isinstance(network, Detr)
        else {"swin_unet.py", "swin.py"}
    )
    assert wanted <= files
    assert {call.file for call in trace.calls} >= wanted


def test_norms_normalise_what_they_say(network: SidedNetwork) -> None:
    trace = run_trace(network, picture(network))
    sites = norm_sites(trace)
    assert len(sites) == (2 * 2 + 3 * 3 if isinstance(network, Detr) else 2 * 9 + 2 + 2 + 1 + 1 + 2)
    for site in sites:
        expected = torch.nn.functional.layer_norm(
            trace[site.input_name],
            site.module.normalized_shape,
            site.module.weight,
            site.module.bias,
            site.module.eps,
        )
        torch.testing.assert_close(trace[f"{site.name}.out"], expected, **CLOSE)


def test_pictures_of_a_batch_and_gradients(network: SidedNetwork) -> None:
    images = torch.cat([picture(network, 1), picture(network, 2)])
    batch = run_on(TraceBatch, network, images)
    alone = run_trace(network, images[1:])
    for name in alone.names():
        torch.testing.assert_close(batch.picture(1)[name], alone[name], **CLOSE)
    trace = run_on(Trace, network, images[:1], grad=True)
    side = "memory" if isinstance(network, Detr) else "skip.1"
    number = trace["boxes" if isinstance(network, Detr) else "logits"].square().sum()
    gradient = trace.gradient(side, number)
    assert gradient.shape == trace[side].shape
    assert gradient.any()


def test_two_threads_do_not_meet(network: SidedNetwork) -> None:
    images = [picture(network, seed) for seed in range(6)]
    expected = [flat(network(image)) for image in images]

    def run(number: int) -> Tensor:
        edit = Edit({"embed": lambda x: x * 0}) if number % 2 and not isinstance(network, Detr) else no_probe
        trace = run_trace(network, images[number], intervention=edit)
        return flat(trace.replay(0)) if edit is no_probe else expected[number]

    with ThreadPoolExecutor(4) as pool:
        for got, wanted in zip(pool.map(run, range(6)), expected, strict=True):
            torch.testing.assert_close(got, wanted, **CLOSE)


def test_payloads_hold_every_weight_of_a_rectangle(detr: Detr) -> None:
    for block in run_trace(detr, picture(detr)).blocks:
        header, arrays = unpack(layer_payload(block))
        scores = np.einsum("whqd,whkd->whqk", arrays["q"].astype(float), arrays["k"].astype(float))
        weights = np.exp(scores / np.sqrt(header["head_dim"]) - arrays["lse"][..., None])
        np.testing.assert_allclose(weights[0], block.pattern().numpy(), atol=1e-6)
        queries = arrays.get("query_tokens", arrays["tokens"])
        assert (queries == block.query_tokens.numpy()).all()
        assert ("query_tokens" in arrays) == bool(block.attention)
        assert len(header["prefix"]) == 5
        rows = block_rows(block)
        assert rows.entropy.isfinite().all()
        # Queries lie nowhere, so only the encoder's attention has a distance.
        assert rows.distance.isfinite().all() == block.name.startswith("encoder.")
        _, values = unpack(value_payload(block, 1))
        module = block.module
        attention = module.cross_attn if block.attention and isinstance(module, DecoderBlock) else module.attn
        np.testing.assert_array_equal(values["proj"], attention.proj.weight[:, 8:].numpy())
