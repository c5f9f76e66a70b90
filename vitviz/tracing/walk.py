"""The walk from pixels to class scores: the stages in order, and the source lines behind them, for one block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, cast

from torch import Tensor

from vitviz.models.config import ModelConfig, SwinConfig, SwinV2Config, ViTConfig
from vitviz.once import once
from vitviz.tracing.lines import Call, Lines, Source
from vitviz.tracing.segments import CLASSIFY, EMBED, Segment
from vitviz.tracing.trace import Trace


@dataclass(frozen=True)
class Stage:
    """One stage of the chain: ``key`` names its words, ``name`` its tensor; ``in_block`` ones repeat in every block."""

    key: str
    name: str
    formula: str
    in_block: bool = False


MLP = (
    Stage("ffn_hidden", "mlp_post", "GELU(LN(z\u2032) W\u2081)", True),
    Stage("ffn_out", "mlp_out", "\u2026 W\u2082", True),
)
POST_NORM_MLP = (
    Stage("ffn_hidden", "mlp_post", "GELU(z\u2032 W\u2081)", True),
    Stage("ffn_out", "mlp_out", "LN(\u2026 W\u2082)", True),
)
MERGE = (
    Stage("gathered", "gathered", "2 x 2 \u2192 4C", True),
    Stage("reduced", "resid_post", "4C \u2192 2C", True),
)
MEAN = Stage("pooled_mean", "pooled", "y = mean(LN(z_L))")


def stages(trace: Trace, step: str) -> tuple[Stage, ...]:
    """The chain of the model that ran, with full tensor names, the repeated part shown for the step ``step``."""
    config = trace.config
    inner = MERGE if step.endswith("downsample") else _block_stages(trace, step)
    last = trace.network.steps()[-1][0]
    chain = (
        Stage("image", "image", "x: H x W x C"),
        Stage("patches", "embed", "x_p E"),
        *(_swin_start(config) if isinstance(config, SwinConfig) else _vit_start(config)),
        *(replace(stage, name=f"{step}.{stage.name}") for stage in inner),
        Stage("repeated", f"{last}.resid_post", f"x {repeats(trace)}"),
        *((MEAN,) if isinstance(config, SwinConfig) else _vit_pool(config)),
        Stage("logits", "logits", "(y W + y_dist W_dist) / 2" if _distilled(config) else "y W"),
    )
    return tuple(
        stage for stage in chain if stage.name in trace
    )  # a model without a head ends before the scores


def _vit_start(config: ViTConfig) -> tuple[Stage, ...]:
    names = config.prefix_names
    tokens = Stage(
        "class_token" if names == ("cls",) else "prefix_tokens",
        "tokens",
        f"[{'; '.join([*_short(names), 'x_p E'])}]",
    )
    position = Stage("position", "full_embed", "z\u2080 = \u2026 + E_pos")
    return (*((tokens,) if names else ()), *((position,) if config.position != "none" else ()))


def _short(names: tuple[str, ...]) -> list[str]:
    """The symbols of prefix tokens, registers together: there may be many."""
    registers = sum(name.startswith("reg") for name in names)
    others = [f"x_{name}" for name in names if not name.startswith("reg")]
    return others + ([f"x_reg 1\u2026{registers}"] if registers > 1 else ["x_reg1"] * registers)


def _swin_start(config: SwinConfig) -> tuple[Stage, ...]:
    return (Stage("normed", "full_embed", "z\u2080 = LN(x_p E)"),) if config.patch_norm else ()


def _block_stages(trace: Trace, step: str) -> tuple[Stage, ...]:
    swin, post_norm = isinstance(trace.config, SwinConfig), f"{step}.attn_before_norm" in trace
    mask = " + mask" if f"{step}.attn_mask" in trace.names() else ""
    product = "cos(q, k)/\u03c4" if isinstance(trace.config, SwinV2Config) else "qk\u1d40/\u221ad"
    scores = f"{product} + B{mask}" if swin else product
    attention = (
        Stage("qkv", "qkv", "z U_qkv" if post_norm else "LN(z) U_qkv", True),
        Stage("heads", "q", "q, k, v", True),
        Stage("pattern", "pattern", f"A = softmax({scores})", True),
        Stage("weighted", "z", "A v", True),
        Stage("merged", "z_merged", "[z\u00b9; \u2026; z\u02b0]", True),
    )
    mlp = POST_NORM_MLP if post_norm else MLP
    if not swin:
        return _vit_block(cast(ViTConfig, trace.config), attention)
    into, back = (
        Stage("windows", "windows", "M x M", True),
        Stage("windows_back", "attn_out", "LN(U_msa, map)" if post_norm else "U_msa, map", True),
    )
    return (into, *attention, back, *mlp)


def _vit_block(config: ViTConfig, attention: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stages of a block with the formulas of its family."""
    first = config.norm_place == "before"
    read, hidden = ("LN(z)", "LN(z\u2032)") if first else ("z", "z\u2032")
    gated = config.mlp_kind == "swiglu"
    scale = "\u03bb\u2082 \u2299 " if config.layer_scale else ""
    formulas = {
        "qkv": f"{read} U_qkv",
        "pattern": f"A = softmax({_scores(config)}{' + B' if config.relative_bias else ''})",
        "ffn_hidden": f"silu({hidden} W\u2081) * {hidden} V" if gated else f"GELU({hidden} W\u2081)",
        "ffn_out": scale + ("\u2026 W\u2082" if first else "LN(\u2026 W\u2082)"),
    }
    return tuple(replace(stage, formula=formulas.get(stage.key, stage.formula)) for stage in attention + MLP)


def _scores(config: ViTConfig) -> str:
    """The products of queries and keys; R turns both by the angles of their places."""
    return f"{'Rq(Rk)' if config.rotary else 'qk'}\u1d40/\u221ad"


# What one vector is made of the tokens where it is not the class token: x are the tokens that are pooled.
POOLED = {
    "avg": "y = mean(x)",
    "max": "y = max(x)",
    "avgmax": "y = (max(x) + mean(x)) / 2",
    "token_avg": "y = [LN(z_L)\u2070; mean(x)]",
    "map": "y = attention(x)",
}


def _vit_pool(config: ViTConfig) -> tuple[Stage, ...]:
    if config.pool == "avg" and not config.norm_after_pool:
        return (MEAN,)
    if config.pool != "token":
        key = {"avg": "pooled_mean", "token_avg": "pooled_pair"}.get(config.pool, "pooled_tokens")
        return (Stage(key, "pooled", POOLED[config.pool]),)
    pooled = Stage("pooled", "pooled", "y = LN(z_L)\u2070")
    return (
        (pooled, Stage("pooled_dist", "pooled_dist", "y_dist = LN(z_L)\u00b9"))
        if _distilled(config)
        else (pooled,)
    )


def _distilled(config: ModelConfig) -> bool:
    return isinstance(config, ViTConfig) and config.distillation_token and config.distillation_head


def repeats(trace: Trace) -> str:
    """How often the block stands in the model: ``12``, or ``2-2-6-2`` for the stages of a Swin."""
    config = trace.config
    return "-".join(map(str, config.depths)) if isinstance(config, SwinConfig) else str(config.depth)


class Place(NamedTuple):
    """A source line, and which of the calls on it (counted from 0 through the whole walk)."""

    file: str
    line: int
    nth: int


@dataclass(frozen=True, eq=False)
class Walk:
    """Embed, one step and classify, run again with their explicit paths, line by line.

    Calls are numbered through all three. ``tensor`` makes any call's result by running its segment once more.
    """

    trace: Trace
    step: str

    @once
    def segments(self) -> tuple[Segment, ...]:
        """The segments that are walked, in order."""
        return tuple(self.trace.segment(name) for name in (EMBED, self.step, CLASSIFY))

    @once
    def _lines(self) -> tuple[Lines, ...]:
        return tuple(self.trace.lines(segment) for segment in self.segments)

    @once
    def calls(self) -> tuple[Call, ...]:
        """Every call of the three segments, numbered in the order in which they ran."""
        all_calls = [call for lines in self._lines for call in lines.calls]
        return tuple(replace(call, index=i) for i, call in enumerate(all_calls))

    @once
    def functions(self) -> tuple[Source, ...]:
        """The source of every function that ran, each once."""
        return tuple({(f.file, f.function): f for lines in self._lines for f in lines.functions}.values())

    def find(self, name: str) -> Call | None:
        """The call that made the tensor ``name``, if it is in this walk."""
        return next((call for call in self.calls if call.name == name), None)

    def place(self, call: Call) -> Place:
        """Where a call stands, in words that also find it in another block of the same model."""
        same_line = [c.index for c in self.calls if (c.file, c.line) == (call.file, call.line)]
        return Place(call.file, call.line, same_line.index(call.index))

    def at(self, place: Place) -> Call | None:
        """The call at a place, if this walk goes there."""
        same_line = [c for c in self.calls if (c.file, c.line) == (place.file, place.line)]
        return same_line[place.nth] if place.nth < len(same_line) else None

    def tensor(self, index: int) -> Tensor:
        """The result of call ``index``, shaped as torch made it.

        Raises:
            IndexError: if there is no such call.
        """
        before = 0
        for segment, lines in zip(self.segments, self._lines, strict=True):
            if before <= index < before + len(lines.calls):
                captured = self.trace.lines(segment, capture=index - before).captured
                assert captured is not None
                return captured
            before += len(lines.calls)
        raise IndexError(f"this walk has {before} calls, there is no call {index}")
