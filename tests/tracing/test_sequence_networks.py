"""Traces of the networks that read rows of tokens: what is tested for ViT and DETR, with ids in place of a picture."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import vitviz
from vitviz.models.build import build_sequence_network
from vitviz.models.sequence_config import (
    BertConfig,
    GptConfig,
    GruConfig,
    SasRecConfig,
    SequenceConfig,
    TranslatorConfig,
)
from vitviz.models.sequence_start import start_sequence_network
from vitviz.models.sided import SidedNetwork
from vitviz.probe import Chain, Probe, no_probe
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.interventions import Edit, Record
from vitviz.tracing.norms import norm_sites
from vitviz.tracing.sequence_blocks import SequenceBlockTrace
from vitviz.tracing.trace import Trace, run_on, run_tokens

CONFIGS: dict[str, SequenceConfig] = {
    "translator": TranslatorConfig(vocab_size=19, embed_dim=16, num_heads=2, mlp_dim=24),
    "bert": BertConfig(vocab_size=19, max_length=12, embed_dim=16, num_heads=2, depth=3, mlp_dim=24),
    "gpt": GptConfig(vocab_size=19, max_length=12, embed_dim=16, num_heads=2, depth=3, mlp_dim=24),
    "sasrec": SasRecConfig(vocab_size=19, max_length=9, embed_dim=16, num_heads=2),
    "gru4rec": GruConfig(vocab_size=19, embed_dim=16),
}
# The other rows that a network takes beside its first one, and tensors that an edit by name has to carry on.
EDITS = {
    "translator": ["memory", "encoder.0.pattern", "decoder.0.cross_attn.pattern", "target.full_embed"],
    "bert": ["full_embed", "blocks.1.pattern", "pooled"],
    "gpt": ["full_embed", "blocks.1.pattern", "ln_final.out"],
    "sasrec": ["blocks.0.q_in", "blocks.1.pattern", "blocks.1.resid_post"],
    "gru4rec": ["gru.2.reset", "gru.3.state", "states"],
}
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def make(name: str) -> SidedNetwork:
    network = build_sequence_network(CONFIGS[name])
    start_sequence_network(network, 1)
    generator = torch.Generator().manual_seed(2)
    for parameter in network.parameters():
        parameter.data += 0.2 * torch.randn(parameter.shape, generator=generator)
    return network.eval().requires_grad_(False)


def rows(name: str, seed: int = 1) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    first = torch.randint(3, 19, (1, 7), generator=generator)
    if name in ("sasrec", "gru4rec"):
        return (torch.cat([first.new_zeros(1, 2), first[:, 2:]], dim=1),)
    if name == "translator":
        return first, torch.randint(3, 19, (1, 5), generator=generator)
    if name == "gpt":
        return (first,)
    return first, (torch.arange(7) > 3).long().unsqueeze(0)


@pytest.fixture(scope="module", params=CONFIGS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def network(name: str) -> SidedNetwork:
    return make(name)


def everything(
    network: SidedNetwork, given: tuple[Tensor, ...], intervention: Probe = no_probe
) -> dict[str, Tensor]:
    record = Record()
    with torch.no_grad():
        network(*given, Chain((intervention, record)))
    return record.tensors


def flat(answer: Any) -> Tensor:
    return torch.cat([x.flatten() for x in answer]) if isinstance(answer, tuple) else answer.flatten()


def test_every_tensor_is_that_of_the_run(name: str, network: SidedNetwork) -> None:
    trace = run_tokens(network, *rows(name), model_name=name)
    expected = everything(network, rows(name))
    assert trace.names() == list(expected)
    for key, tensor in expected.items():
        torch.testing.assert_close(trace[key], tensor, **CLOSE, msg=lambda text, n=key: f"{n}: {text}")
    assert not [key for key in trace.kept if key.endswith(("pattern", "attn_scores"))]
    for segment in trace.segments:
        assert {segment.input_name, *segment.side_names} <= trace.kept.keys()
    assert repr(trace).startswith(f"<Trace of {name}: row 7, ")
    assert {row.name for row in trace.rows()} == set(expected)
    files = {call.file for call in trace.calls}
    assert {f"{name}.py", *(["masked_attention.py"] if trace.blocks else [])} <= files


def test_weights_are_softmaxed_sums_and_make_what_attention_adds(name: str, network: SidedNetwork) -> None:
    trace = run_tokens(network, *rows(name))
    assert [block.title for block in trace.blocks] == trace.attention_steps()
    for block in trace.blocks:
        assert isinstance(block, SequenceBlockTrace)
        qk, _, mask = block.addends()
        assert mask is not None
        torch.testing.assert_close(qk + mask, block["attn_scores"][0], **CLOSE)
        pattern = block.pattern()
        torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(pattern.shape[:-1]), **CLOSE)
        torch.testing.assert_close(pattern, block["pattern"][0], **CLOSE)
        torch.testing.assert_close(block.pattern(head=1, query=2), pattern[1, 2], **CLOSE)
        torch.testing.assert_close(block.patterns(torch.tensor([0, 2])), pattern[:, [0, 2]], **CLOSE)
        assert pattern.shape[1:] == (block.query_tokens.shape[1], block.key_tokens.shape[1])
        assert len(block.prefix_names) == block.num_tokens > int(block.query_tokens.max())
        # Who may look at whom: a triangle, a triangle behind two places that only fill the row up, or everybody at all.
        there = torch.ones(pattern.shape[1:], dtype=torch.bool)
        first = 2 if name == "sasrec" else 0
        if causal(block) or name in ("gpt", "sasrec"):
            there = there.tril()
            there[:, :first] = False
        assert torch.equal(pattern[:, first:] > 0, there[first:].expand(block.num_heads, -1, -1))
        attention = getattr(block.module, block.attention.rstrip(".") or "attn")
        with torch.no_grad():
            merged = (pattern @ block["v"]).transpose(1, 2).flatten(2)
            out = attention.proj(merged) if attention.project else merged
        torch.testing.assert_close(out, block["cross_attn_out" if block.attention else "attn_out"], **CLOSE)
        assert max(block.check()) < 1e-5


def causal(block: SequenceBlockTrace) -> bool:
    """A decoder's attention to itself."""
    return block.name.startswith("decoder.") and not block.attention


def test_running_on_from_any_step_gives_the_same_answer(name: str, network: SidedNetwork) -> None:
    given = rows(name)
    plain = run_tokens(network, *given)
    with torch.no_grad():
        answer = flat(network(*given))
    for start in range(len(network.steps())):
        torch.testing.assert_close(flat(plain.replay(start)), answer, **CLOSE)
    last = len(network.steps()) - 1
    changed = plain.replay(last, plain.kept[network.input_name(network.steps()[last][0])] * 0.5)
    assert not torch.allclose(flat(changed), answer, **CLOSE)


@pytest.mark.parametrize(
    ("name", "edited"), [(family, one) for family, some in EDITS.items() for one in some]
)
def test_an_edit_by_name_reaches_all_that_reads_it(name: str, edited: str) -> None:
    network, given = make(name), rows(name)
    edit = Edit({edited: lambda x: x.flip(-1)})
    trace = run_tokens(network, *given, intervention=edit)
    for key, tensor in everything(network, given, edit).items():
        torch.testing.assert_close(trace[key], tensor, **CLOSE, msg=lambda text, n=key: f"{n}: {text}")
    assert not torch.allclose(flat(network(*given, edit)), flat(network(*given)), **CLOSE)


def test_ids_are_edited_once(name: str, network: SidedNetwork) -> None:
    given = rows(name)
    row = network.input_name("embed")
    edit = Edit({row: lambda x: (x + 1) % 19})
    trace = run_tokens(network, *given, intervention=edit)
    assert torch.equal(trace[row], (given[0] + 1) % 19)
    for key, tensor in everything(network, given, edit).items():
        torch.testing.assert_close(trace[key], tensor, **CLOSE, msg=lambda text, n=key: f"{n}: {text}")


def test_norms_batches_gradients_and_refusals(name: str, network: SidedNetwork) -> None:
    given, other = rows(name), rows(name, 2)
    trace = run_tokens(network, *given)
    for site in norm_sites(trace):
        module = site.module
        expected = torch.nn.functional.layer_norm(
            trace[site.input_name], module.normalized_shape, module.weight, module.bias, module.eps
        )
        torch.testing.assert_close(trace[f"{site.name}.out"], expected, **CLOSE)
    both = tuple(torch.cat(pair) for pair in zip(given, other, strict=True))
    batch = run_on(TraceBatch, network, both)
    alone = run_tokens(network, *other)
    for key in alone.names():
        torch.testing.assert_close(
            batch.picture(1)[key], alone[key], **CLOSE, msg=lambda t, n=key: f"{n}: {t}"
        )
    graph = run_on(Trace, network, given, grad=True)
    number = graph[graph.names()[-1]].square().sum()
    assert graph.gradient(f"{graph.blocks[-1].title}.v" if graph.blocks else "gru.3.update", number).any()
    if trace.blocks:
        silenced = run_tokens(network, *given, intervention=vitviz.zero_head(1, 1))
        assert not silenced[f"{silenced.blocks[1].title}.z"][:, 1].any()
    with pytest.raises(ValueError, match=r"a row of tokens is ids, shape \(1, N\)"):
        run_tokens(network, *both)
    with pytest.raises(ValueError, match="cannot be saved"):
        trace.save("run.safetensors")
