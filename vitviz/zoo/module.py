"""A model from code: a module of timm or transformers, its weights taken over and both held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from vitviz.images import Preprocessing
from vitviz.models.config import ViTConfig
from vitviz.zoo.checkpoint import assemble
from vitviz.zoo.errors import CheckpointError
from vitviz.zoo.model import Model
from vitviz.zoo.read.tensors import Held
from vitviz.zoo.source import Check, Progress, Source
from vitviz.zoo.understand.labels import timm_names, transformers_names
from vitviz.zoo.understand.preprocessing import timm_preprocessing
from vitviz.zoo.understand.read import understand
from vitviz.zoo.understand.timm import is_projection, pretrained_settings
from vitviz.zoo.understand.timm_module import read_module
from vitviz.zoo.understand.understood import Understood

# The largest gap, as a share of the largest number that the other network computes: what float32 loses in forty blocks
# is below 1e-5, a wrong setting makes 1e-3 and more. Half precision rounds to 8 or 11 bits.
TOLERANCE = 1e-4
TOLERANCE_OF_HALF = 3e-2
SMALLEST_SCALE = 1e-3  # below it, numbers are what rounding leaves of larger ones
SEED = 7
Compared = Literal["logits", "pooled", "last_hidden_state"]


def load_module(module: nn.Module, preprocessing: Preprocessing | None, progress: Progress) -> Model:
    """A model of ours with the weights of ``module``, which is left as it is.

    Raises:
        CheckpointError: if it is not understood, or our network computes something else.
    """
    kind = type(module)
    library = kind.__module__.partition(".")[0]
    tensors = Held({name: tensor.detach().cpu() for name, tensor in module.state_dict().items()})
    shapes = {name: header.shape for name, header in tensors.headers.items()}
    if library == "transformers":
        understood = _of_transformers(module, shapes)
    elif library == "timm":
        understood = _of_timm(module)
    else:
        raise CheckpointError("unknown_module", kind=kind.__name__, reason="its class is of neither library")
    seen = preprocessing or understood.preprocessing
    if seen is None:
        raise CheckpointError("missing_preprocessing", where=kind.__name__)
    source = Source("code", f"{kind.__module__}.{kind.__name__}")
    model = assemble(understood, tensors, kind.__name__, source, seen, progress)
    progress("check", 0, 1)
    check = compare(model, module)
    progress("check", 1, 1)
    if not check.largest_gap <= check.tolerance:
        raise CheckpointError(
            "other_function",
            kind=kind.__name__,
            gap=f"{check.largest_gap:.1e}",
            tolerance=f"{check.tolerance:.1e}",
        )
    return replace(model, check=check)


def _of_transformers(module: nn.Module, shapes: Mapping[str, tuple[int, ...]]) -> Understood:
    config: Any = getattr(module, "config", None)
    if config is None or not hasattr(config, "to_dict"):
        raise CheckpointError("unknown_module", kind=type(module).__name__, reason="it has no configuration")
    table = {**config.to_dict(), "model_type": config.model_type}
    understood = understand(table, f"the configuration of this {type(module).__name__}", shapes)
    names = transformers_names(table, "the configuration", understood.config.num_classes)
    return replace(understood, class_names=names)


def _of_timm(module: nn.Module) -> Understood:
    read = read_module(module)
    own: Any = getattr(module, "pretrained_cfg", None) or {}
    table = own if isinstance(own, Mapping) else vars(own)
    names = timm_names(table, "pretrained_cfg", read.config.num_classes)
    built_for = {
        "input_size": (read.config.in_channels, *read.config.image_size)
    }  # not what its weights were
    settings = pretrained_settings({**table, **built_for} if table else {}, "pretrained_cfg")
    config = read.config
    if table.get("num_classes") == config.num_classes and is_projection(settings, config.num_classes):
        config = replace(config, num_classes=0)
    return Understood(read.family, config, names, timm_preprocessing(settings))


def compare(model: Model, module: nn.Module) -> Check:
    """Run both on the same picture of noise, of the native size, and say how far they are apart.

    Raises:
        CheckpointError: if ``module`` cannot be run.
    """
    config = model.entry.config
    height, width = config.image_size
    noise = torch.randn(1, config.in_channels, height, width, generator=torch.Generator().manual_seed(SEED))
    with torch.no_grad():
        compared, ours = _ours(model, noise, module)
        theirs, half = _run(module, noise, compared)
    theirs = theirs.float().cpu().reshape(ours.shape)
    scale = theirs.abs().max().item()
    tolerance = max(scale, SMALLEST_SCALE) * (TOLERANCE_OF_HALF if half else TOLERANCE)
    gap = (ours - theirs).abs().max().item()
    return Check(type(module).__name__, compared, gap, scale, tolerance)


def _run(module: nn.Module, noise: Tensor, compared: Compared) -> tuple[Tensor, bool]:
    """What the other network computes, and whether it ran in half precision."""
    first = next(module.parameters())
    picture = noise.to(first.device, first.dtype)
    half = first.dtype in {torch.float16, torch.bfloat16}
    with _at_rest(module):
        try:
            if type(module).__module__.startswith("timm."):
                return _run_timm(module, picture, compared), half
            output = _vision(module, compared)(picture, **_arguments(module, picture))
            theirs = getattr(output, {"pooled": "pooler_output"}.get(compared, compared))
        except (RuntimeError, ValueError, TypeError, AttributeError) as error:
            raise CheckpointError("cannot_check", kind=type(module).__name__, reason=error) from error
    return theirs, half


def _run_timm(module: Any, picture: Tensor, compared: Compared) -> Tensor:
    if compared == "logits":
        return module(picture)
    features = module.forward_features(picture)
    return module.pool(features) if compared == "pooled" else features


def _vision(module: nn.Module, compared: Compared) -> Any:
    """What takes pictures and returns what is compared: the module, its picture half, or what is below its head."""
    if compared == "logits":
        return module
    below = module if type(module).__name__.endswith("Model") else getattr(module, "base_model", module)
    return getattr(module, "vision_model", below)


def _arguments(module: nn.Module, picture: Tensor) -> dict[str, Any]:
    """MAE shuffles its patches by noise: with rising noise and nothing masked they stay where they are."""
    config: Any = getattr(module, "config", None)
    if getattr(config, "model_type", "") != "vit_mae":
        return {}
    patches = (picture.shape[-2] // config.patch_size) * (picture.shape[-1] // config.patch_size)
    return {"noise": torch.linspace(0, 1, patches, device=picture.device).unsqueeze(0)}


@contextmanager
def _at_rest(module: nn.Module) -> Iterator[None]:
    """The module without dropout, and nothing masked; afterwards as it was."""
    training = [part for part in module.modules() if part.training]
    config: Any = getattr(module, "config", None)
    masked = getattr(config, "mask_ratio", None)
    module.eval()
    try:
        if masked is not None:
            config.mask_ratio = 0.0
        yield
    finally:
        for part in training:
            part.training = True
        if masked is not None:
            config.mask_ratio = masked


class _Kept(NamedTuple):
    """A probe that keeps a few tensors and asks for none."""

    tensors: dict[str, Tensor]

    def __call__(self, name: str, tensor: Tensor) -> Tensor:
        if name in {"logits", "pooled", "ln_final.out"} or name.endswith("resid_post"):
            self.tensors[name] = tensor
        return tensor

    def wants(self, name: str) -> bool:
        return False


def _ours(model: Model, noise: Tensor, module: nn.Module) -> tuple[Compared, Tensor]:
    """What our network computes that the other one returned."""
    probe = _Kept({})
    model.network(noise, probe)
    if model.entry.num_classes:
        return "logits", probe.tensors["logits"]
    config = model.entry.config
    if isinstance(config, ViTConfig) and config.pool == "map":
        return "pooled", probe.tensors["pooled"]
    after = isinstance(config, ViTConfig) and config.norm_after_pool
    of_clip = getattr(getattr(module, "config", None), "model_type", "") in {"clip", "clip_vision_model"}
    if after or of_clip:  # the last hidden state is not normalised there
        last = [name for name in probe.tensors if name.endswith("resid_post")][-1]
        return "last_hidden_state", probe.tensors[last]
    return "last_hidden_state", probe.tensors["ln_final.out"]
