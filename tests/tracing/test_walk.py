"""The chain says what the model that ran computes."""

import pytest
import torch

import vitviz
from vitviz.tracing.trace import Trace, run_trace
from vitviz.tracing.walk import Walk, stages


def traced(name: str) -> Trace:
    model = vitviz.load_model(name)
    height, width = model.entry.config.image_size
    return run_trace(model.network, torch.randn(1, 3, height, width))


@pytest.mark.parametrize(
    ("name", "step", "keys"),
    [
        ("vit-test", "blocks.1", ["class_token", "position", "pooled"]),
        ("deit-ti16", "blocks.0", ["prefix_tokens", "position", "pooled", "pooled_dist"]),
        ("swin-test", "layers.0.blocks.1", ["normed", "windows", "windows_back", "pooled_mean"]),
        ("swin-test", "layers.1.downsample", ["normed", "gathered", "reduced", "pooled_mean"]),
    ],
)
def test_a_chain_has_the_stages_of_its_model(name: str, step: str, keys: list[str]) -> None:
    trace = traced(name)
    chain = stages(trace, step)
    assert [stage.key for stage in chain if stage.key in {*keys, "class_token", "position"}] == keys
    assert all(stage.name in trace.names() for stage in chain)
    for stage in chain:
        assert trace[stage.name].numel()


def test_the_formula_of_the_pattern_names_what_is_added() -> None:
    swin, vit = traced("swin-test"), traced("vit-test")
    formula = {
        step: next(stage.formula for stage in stages(trace, step) if stage.key == "pattern")
        for trace, step in ((swin, "layers.0.blocks.0"), (swin, "layers.0.blocks.1"), (vit, "blocks.0"))
    }
    assert formula["blocks.0"].endswith("d)")
    assert formula["layers.0.blocks.0"].endswith("+ B)")
    assert formula["layers.0.blocks.1"].endswith("+ B + mask)")


def test_a_place_finds_the_same_line_in_another_block() -> None:
    trace = traced("vit-test")
    here, there = Walk(trace, "blocks.0"), Walk(trace, "blocks.1")
    call = here.find("blocks.0.mlp_post")
    assert call is not None
    found = there.at(here.place(call))
    assert found is not None
    assert found.name == "blocks.1.mlp_post"
    torch.testing.assert_close(there.tensor(found.index), trace["blocks.1.mlp_post"], rtol=0, atol=1e-6)
