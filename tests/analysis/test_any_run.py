"""Every method and figure of a trace, on every kind of run: it answers, or refuses with one sentence."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import vitviz.analysis
from tests.conftest import random_picture, randomise
from vitviz.analysis.class_maps.class_map import ClassMap
from vitviz.models.build import build
from vitviz.models.config import ModelConfig, Rotary, SwinConfig, ViTConfig
from vitviz.plot import of_trace
from vitviz.tracing import norms
from vitviz.tracing.batch import TraceBatch
from vitviz.tracing.copies import network_on
from vitviz.tracing.trace import Trace, run_on

VIT = ViTConfig((32, 32), patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=5)
SWIN = SwinConfig((32, 32), embed_dim=8, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=5)
LATER = replace(VIT, qk_norm=True, mlp_kind="swiglu", rotary=Rotary())
POST_NORM = replace(VIT, relative_bias=True, norm_place="after", pool="token_avg")
FAMILIES = {"vit": VIT, "swin": SWIN, "later": LATER, "post-norm": POST_NORM}
KINDS = ("plain", "bfloat16", "float16", "differentiable", "rectangular")
RUNS = [*((family, kind) for family in FAMILIES for kind in KINDS), ("vit", "headless")]


@cache
def run(family: str, kind: str) -> Any:
    config: ModelConfig = FAMILIES[family]
    if kind == "headless":
        config = replace(config, num_classes=0)
    network = build(config)
    randomise(network)
    network.eval().requires_grad_(False)
    image = random_picture(64, 96) if kind == "rectangular" else random_picture(64, 64)
    if kind == "batch":
        return run_on(TraceBatch, network, torch.cat([image, image]))
    if kind in ("bfloat16", "float16"):
        short = network_on(network, dtype=kind)
        return run_on(Trace, short, image.to(next(short.parameters()).dtype))
    return run_on(Trace, network, image, grad=kind == "differentiable")


# Topics about rows of tokens, whose methods are of runs on those.
OF_ROWS = ("vitviz.analysis.text.", "vitviz.analysis.translation.", "vitviz.analysis.families.")


def methods() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function whose first argument is a trace of a picture."""
    modules = [of_trace, norms]
    for found in pkgutil.walk_packages(vitviz.analysis.__path__, "vitviz.analysis."):
        if not found.name.startswith(OF_ROWS):
            modules.append(importlib.import_module(found.name))
    for module in modules:
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if not own or name.startswith("_"):
                continue
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if first is not None and first.annotation == "Trace":
                yield f"{module.__name__.removeprefix('vitviz.')}.{name}", function


METHODS = dict(methods())
EVERY = pytest.mark.parametrize("method", METHODS)
# Facts of the model alone, which are the same for every picture; and functions that take what others found.
OF_THE_MODEL = {
    "own_reading", "why_not", "no_attribution", "features_name", "position_similarity", "tensor", "no_reason",
    "no_classifier", "no_shares", "pools_by_attention", "layer_name", "can_drop",
    "cell_grid", "needs_a_cell", "counts_of", "runs_of", "looked_at", "random_orders_of", "order_of_map",
}  # fmt: skip
OF_PARTS = {
    "attribution", "lens", "start_parts", "sensitivities", "score", "on_patches", "from_pool", "left_out", "check",
    "removed_by", "as_csv", "region_as_csv",
}  # fmt: skip


def arguments(trace: Any, function: Callable[..., Any]) -> dict[str, Any]:
    """Something for each argument without a default."""
    steps = [name for name, _ in trace.structure.steps()]
    swin = isinstance(trace.config, SwinConfig)
    given = {
        "target": 1, "token": 1, "block": 0, "head": 0, "row": 0, "column": 0, "channel": 0, "label": 1,
        "name": f"{steps[0]}.ln1", "step": "layers.1.downsample" if swin else steps[0],
        "gradient": torch.ones_like(trace["logits" if trace.has_classes else "pooled"]),
        "result": np.zeros((1, 1)), "order": ((0, 0), (0, 1), (1, 0), (1, 1)),
        "shape": tuple(trace[f"{steps[0]}.ln1.out"].shape), "removal": "blur", "values": np.eye(4), "edited": trace,
        "make": lambda run: ClassMap("", run["image"][0, 0].detach().double().numpy(), True, "nothing", 0),
        "original": trace["image"][0, 0].detach().double().numpy(),
        "region": [0], "masks": np.eye(1, 4, dtype=np.bool_),
    }  # fmt: skip
    if "removal" in inspect.signature(function).parameters:
        from vitviz.analysis.faithfulness.cells import cell_grid, random_orders

        cells = int(np.prod(cell_grid(trace)))
        given |= {
            "count": cells // 2,
            "orders": random_orders(cells, 2),
            "removed": np.arange(2 * cells).reshape(2, -1) % 3 == 0,
        }
    parameters = list(inspect.signature(function).parameters.values())[1:]
    result = {
        p.name: given.get(p.name) for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD
    }
    if "name" in result and function.__name__ in ("tensor", "open_reading"):
        result["name"] = f"{steps[-1]}.resid_post"
    if "block" in result and "BlockTrace" in str(inspect.signature(function).parameters["block"].annotation):
        result["block"] = trace.blocks[0]
    return result


def numbers(value: Any) -> Iterator[Any]:
    """Every array in a result."""
    if isinstance(value, Tensor | np.ndarray):
        yield value
    elif isinstance(value, Iterator | list | tuple):
        for one in value:
            yield from numbers(one)
    elif is_dataclass(value) and not isinstance(value, type) and not isinstance(value, Trace):
        for field in fields(value):
            yield from numbers(getattr(value, field.name))


def only_of(method: str) -> str | None:
    """The one family that a method is for."""
    if "swin" in method or method.endswith((".cost", "merge_at", "other_order")):
        return "swin"
    return "vit" if ".position." in method or method.endswith("position_similarity") else None


# What a method may refuse, by family.
ALLOWED = {
    "vit": "never",
    "swin": "not a Swin|no class token|cannot be dropped",
    "later": "never",
    "post-norm": "no token can be read alone|pools its tokens",
    "no head": "no head",
}


@contextmanager
def refusing_only(allowed: str) -> Iterator[None]:
    """Let a refusal pass whose one sentence has ``allowed`` in it, and nothing else."""
    try:
        yield
    except ValueError as error:
        if not re.search(allowed, str(error)) or "\n" in str(error):
            raise


@EVERY
@pytest.mark.parametrize(("family", "kind"), RUNS)
def test_it_answers_or_says_why_not(method: str, family: str, kind: str) -> None:
    function, trace = METHODS[method], run(family, kind)
    if function.__name__ in OF_PARTS or only_of(method) not in (None, family):
        return
    with refusing_only(ALLOWED["no head" if kind == "headless" else family]):
        list(numbers(function(trace, **arguments(trace, function))))


@EVERY
@pytest.mark.parametrize("family", FAMILIES)
def test_several_pictures_are_refused(method: str, family: str) -> None:
    function = METHODS[method]
    batch = run(family, "batch")
    if function.__name__ in OF_PARTS | OF_THE_MODEL or only_of(method) not in (None, family):
        return
    one = arguments(batch.picture(0), function)
    with pytest.raises((ValueError, AttributeError), match="this is a run of 2 pictures"):
        list(numbers(function(batch, **one)))


def test_what_is_short_is_near_what_is_long() -> None:
    """The figures of a bfloat16 run are those of the float32 run, to the type's precision."""
    from vitviz.analysis.attention.rows import block_rows
    from vitviz.analysis.attribution.logit_attribution import readers
    from vitviz.analysis.lens.logit_lens import depths

    plain, short = run("vit", "plain"), run("vit", "bfloat16")
    for one, other in zip(plain.blocks, short.blocks, strict=True):
        torch.testing.assert_close(block_rows(one).entropy, block_rows(other).entropy, rtol=0, atol=0.03)
    for first, second in zip(depths(plain), depths(short), strict=True):
        scale = np.abs(first.best_logit).max()
        assert np.abs(first.best_logit - second.best_logit).max() <= 0.06 * scale
    torch.testing.assert_close(readers(plain)[0].weights, readers(short)[0].weights, rtol=0.06, atol=0)


def test_there_are_methods() -> None:
    assert len(METHODS) > 40
