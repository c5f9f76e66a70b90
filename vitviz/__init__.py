"""vitviz: look at everything a Vision Transformer or a Swin Transformer computes on a picture of yours.

>>> import vitviz
>>> model = vitviz.load_model("vit-tiny")
>>> trace = vitviz.trace(model, "picture.jpg")
>>> len(trace.top(5)), trace.blocks[3].pattern(head=0).shape
(5, torch.Size([197, 197]))

``vitviz.list_models()`` lists what can be loaded. Nothing here imports torch before it is needed.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    import torch
    from PIL import Image
    from torch import nn

    from vitviz import analysis, plot
    from vitviz.analysis.class_maps.methods import class_map
    from vitviz.images import Preprocessing
    from vitviz.models.config import ModelConfig
    from vitviz.probe import Probe
    from vitviz.tracing.batch import TraceBatch
    from vitviz.tracing.edits import (
        edit_part,
        forbid_attention,
        patch_from,
        set_tensor,
        zero_head,
        zero_tokens,
    )
    from vitviz.tracing.interventions import Edit
    from vitviz.tracing.pictures import PictureSource
    from vitviz.tracing.trace import Trace
    from vitviz.web.notebook.view_widget import ViewWidget
    from vitviz.web.notebook.widget import ExplorerWidget
    from vitviz.zoo.load import Model
    from vitviz.zoo.registry import ModelEntry
    from vitviz.zoo.source import Progress

__version__ = "0.1.0"
__all__ = [
    "Edit",
    "Trace",
    "TraceBatch",
    "analysis",
    "class_map",
    "edit_part",
    "forbid_attention",
    "list_models",
    "load_model",
    "load_trace",
    "patch_from",
    "plot",
    "save_html",
    "set_tensor",
    "show",
    "trace",
    "zero_head",
    "zero_tokens",
]

if not TYPE_CHECKING:
    # These modules import torch, so they wait until somebody asks for a name.
    _HOME = {
        "Edit": "vitviz.tracing.interventions",
        "Trace": "vitviz.tracing.trace",
        "TraceBatch": "vitviz.tracing.batch",
        "class_map": "vitviz.analysis.class_maps.methods",
        "edit_part": "vitviz.tracing.edits",
        "forbid_attention": "vitviz.tracing.edits",
        "patch_from": "vitviz.tracing.edits",
        "set_tensor": "vitviz.tracing.edits",
        "zero_head": "vitviz.tracing.edits",
        "zero_tokens": "vitviz.tracing.edits",
    }

    def __getattr__(name):  # noqa: ANN001, ANN202 - a checker reads the imports above instead
        """Import the public name ``name`` from the module that defines it."""
        if name in ("analysis", "plot"):
            return importlib.import_module(f"vitviz.{name}")
        if name not in _HOME:
            raise AttributeError(f"module 'vitviz' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOME[name]), name)

    def __dir__():  # noqa: ANN202
        """What a notebook offers to complete."""
        return [*__all__, "__version__"]


def list_models() -> list[ModelEntry]:
    """The models that can be loaded; torch is not imported for it.

    >>> import vitviz
    >>> [entry.name for entry in vitviz.list_models()][:2]
    ['vit-tiny', 'swin-mini']
    """
    from vitviz.zoo.registry import REGISTRY

    return list(REGISTRY.values())


def load_model(
    source: str | os.PathLike[str] | nn.Module,
    *,
    revision: str | None = None,
    config: str | os.PathLike[str] | Mapping[str, Any] | ModelConfig | None = None,
    preprocessing: Preprocessing | None = None,
    progress: Progress | None = None,
) -> Model:
    """Load a model that is understood completely, or say in one sentence why not.

    >>> import vitviz
    >>> vitviz.load_model("vit-tiny").entry.num_classes
    20

    Args:
        source: a name of ``vitviz.list_models()``; ``owner/name`` of a hub; a folder or a file of weights; or a module
            of timm or transformers, whose weights are copied and which is run once to compare (``model.check``).
        revision: a branch, a tag or a commit of a hub's model; the newest without.
        config: what the weights are weights of, where no ``config.json`` lies beside them or another one is meant: a
            name of ``vitviz.list_models()`` or of timm, the path of a ``config.json``, its table, or a configuration.
        preprocessing: how pictures are prepared, where nothing says it or it is to be otherwise.
        progress: called with a step ("download", "read", "build", "check"), how much of it is done, and how much there
            is; it may raise ``vitviz.zoo.errors.Cancelled`` to stop.

    Raises:
        vitviz.zoo.errors.CheckpointError: if it cannot be had, is broken, or is not understood completely.
    """
    from vitviz.zoo.load import load_model

    return load_model(
        source, revision=revision, config=config, preprocessing=preprocessing, progress=progress
    )


@overload
def trace(  # type: ignore[overload-overlap]  # a str is a sequence of str too, and here a path
    model: Model,
    images: PictureSource,
    intervention: Probe | None = None,
    *,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    grad: bool = False,
) -> Trace: ...


@overload
def trace(
    model: Model,
    images: Sequence[PictureSource] | torch.Tensor,
    intervention: Probe | None = None,
    *,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    grad: bool = False,
) -> TraceBatch: ...


def trace(
    model: Model,
    images: PictureSource | Sequence[PictureSource] | torch.Tensor,
    intervention: Probe | None = None,
    *,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    grad: bool = False,
) -> Trace | TraceBatch:
    """Run ``model`` on pictures and keep what it computed.

    One picture (a path, bytes, an open file or a PIL image) gives a ``Trace``. A list of them, or a tensor (B, C, H, W)
    of pictures that are normalised already, of any size that the model takes, gives a ``TraceBatch``, whose
    ``picture(i)`` is the trace of one.

    >>> import vitviz
    >>> model = vitviz.load_model("vit-tiny")
    >>> edit = vitviz.zero_head(3, 1) + vitviz.zero_tokens([5, 6], block=4)
    >>> vitviz.trace(model, "picture.jpg", edit)["blocks.3.z"][:, 1].any()
    tensor(False)
    >>> trace = vitviz.trace(model, "picture.jpg", grad=True)
    >>> trace.gradient("blocks.3.pattern", of=trace.logits[3]).shape
    torch.Size([1, 3, 197, 197])

    Args:
        model: a loaded model; it stays as it is.
        images: what to run it on.
        intervention: changes the run, as the sum of some of ``vitviz.zero_head``, ``zero_tokens``, ``edit_part``,
            ``forbid_attention``, ``set_tensor`` and ``patch_from`` does, or any other probe.
        device: cpu, cuda, cuda:1 or mps; without it where the model is. The first run elsewhere makes a copy of the
            model, which is used again.
        dtype: float32, bfloat16 or float16; likewise a copy.
        grad: keep every tensor and how it was made, for ``trace.gradient``. Attention is explicit then, and all of it
            is held.

    Raises:
        vitviz.images.ImageError: if a picture cannot be opened; the sentence says why.
        ValueError: if an edit names a block, a head, a token or a tensor that the model does not have, a tensor does
            not fit, or this machine has no such device.
    """
    from vitviz.tracing.pictures import trace_model

    return trace_model(model, images, intervention, device, dtype, grad)


def load_trace(
    path: str | os.PathLike[str],
    model: Model | None = None,
    *,
    by_name: bool = False,
    device: str | torch.device = "cpu",
) -> Trace | TraceBatch:
    """Read what ``trace.save`` wrote: a ``Trace``, or a ``TraceBatch`` if it was one.

    With its model a trace derives everything again, as before. Without it there is what was saved, and what follows
    from that without weights, as the attention of a ViT from q and k.

    >>> import vitviz
    >>> model = vitviz.load_model("vit-tiny")
    >>> vitviz.trace(model, "picture.jpg").save("t.safetensors")
    >>> vitviz.load_trace("t.safetensors", model)["blocks.3.mlp_post"].shape
    torch.Size([1, 197, 768])
    >>> vitviz.load_trace("t.safetensors").blocks[3].pattern(head=0, query=5).shape
    torch.Size([197])

    Args:
        path: the file.
        model: the model that made the trace; its weights are compared with those of then.
        by_name: load the model under the name and revision that the file has. It may be downloaded for that.
        device: where the tensors go.

    Raises:
        vitviz.tracing.file_header.TraceFileError: if the file is no trace, or is one of another model or other weights.
    """
    from vitviz.tracing.file_header import TraceFileError, read_header
    from vitviz.tracing.files import load_run

    if by_name and model is None:
        origin = read_header(path).origin
        if origin.kind in ("file", "code") or not origin.name:
            raise TraceFileError(
                "the model of this trace came from a file or from code: load it and give it here"
            )
        hub = origin.kind == "hub"
        model = load_model(origin.where if hub else origin.name, revision=origin.revision)
    return load_run(path, model, device)


def save_html(
    path: str | os.PathLike[str],
    traces: Trace | Sequence[Trace],
    *,
    view: Literal["attention", "norms", "lens", "class_maps", "shift"] = "attention",
    heads: Literal["all"] | Sequence[tuple[int, int]] = "all",
    values: bool = False,
    precision: int | None = None,
    names: Sequence[str] = (),
    pictures: Sequence[Image.Image] = (),
    state: Mapping[str, Any] | None = None,
    title: str | Mapping[str, str] = "",
    note: str | Mapping[str, str] = "",
    language: str = "en",
) -> Path:
    """Write one HTML file with the explorer of one run or two, or another view; ``trace.save_html`` is the same.

    It opens from a disk, with the network off, on a phone, in light and dark, in both languages. The numbers in it are
    q, k and each row's log-sum-exp with every bit that torch computed; the browser computes the weights from them.

    >>> import vitviz
    >>> trace = vitviz.trace(vitviz.load_model("vit-tiny"), "picture.jpg")
    >>> vitviz.save_html("picture.html", trace, heads=[(3, 0), (3, 1)], precision=12).stat().st_size < 500_000
    True

    Args:
        path: the file to write.
        traces: one run of a picture, or two: of two pictures, of two models, or before and after an edit.
        view: the attention explorer; or of one run, with all bits, its layer norms as strips, a logit lens, class maps,
            or a Swin's shift lab.
        heads: those of every layer, or pairs (layer, head), of the first run and of a second one of such a model; the
            maps of the others are empty.
        values: put v in, too, for the last step of an opened weight; doubles the file.
        precision: bits of the mantissa of q and k that are kept, 4 to 22; the file says so, and by how much the weight
            changed that changed most. None keeps all.
        names: what the pictures are called; without, as the file.
        pictures: what the model saw, for runs on tensors, of which nobody knows how they were normalised.
        state: what it opens with: layer, head, token, direction and others of the explorer's state. Without, the head
            and the patch that say most about the picture's object. Of another view what ``trace.show(view=...).state``
            has.
        title: above the explorer; a text, or one for each of "en" and "zh".
        note: a text below the title, likewise.
        language: "en" or "zh", which it opens in.

    Returns:
        The path.

    Raises:
        ValueError: if a run is of no picture or several, a head is not there, or an option is none of the above.
    """
    from vitviz.web.html_file.save import save_html

    return save_html(
        path,
        traces,
        view=view,
        heads=heads,
        values=values,
        precision=precision,
        names=names,
        pictures=pictures,
        state=state,
        title=title,
        note=note,
        language=language,
    )


def show(
    model: Model | Trace,
    picture: PictureSource | None = None,
    *,
    view: Literal["attention", "norms", "lens", "class_maps", "shift"] = "attention",
    beside: Trace | None = None,
    names: Sequence[str] = ("picture",),
    pictures: Sequence[Image.Image] = (),
    state: Mapping[str, Any] | None = None,
    language: str = "en",
) -> ExplorerWidget | ViewWidget:
    """The attention explorer as a widget, for the last line of a notebook's cell; ``trace.show()`` is the same.

    Args:
        model: a loaded model, run on ``picture``; or a run that there is already.
        picture: a path, bytes, an open file or a PIL image.
        view: the attention explorer; or of one run its layer norms as strips, a logit lens, class maps, or a Swin's
            shift lab.
        beside: a second run, of another picture, another model, or after an edit.
        names: what the pictures are called.
        pictures: what the model saw, for runs on tensors.
        state: what it opens with, as ``widget.state`` later.
        language: "en" or "zh".

    Raises:
        ImportError: if anywidget is not installed: ``pip install "vitviz[notebook]"``.
        ValueError: if a run is of no picture or several.
    """
    if importlib.util.find_spec("anywidget") is None:
        raise ImportError('a widget needs anywidget: pip install "vitviz[notebook]"')
    from vitviz.tracing.trace import Trace
    from vitviz.web.html_file.save import named
    from vitviz.web.notebook.widget import ExplorerWidget

    if isinstance(model, Trace):
        run = model
    elif picture is None:
        raise ValueError("give a picture for the model to look at, or a trace")
    else:
        run = trace(model, picture)
    runs = named([run] if beside is None else [run, beside], names, pictures)
    if view == "attention":
        return ExplorerWidget(runs, state, language)
    if beside is not None:
        raise ValueError(f"the view {view!r} shows one run; two are for the attention explorer")
    from vitviz.web.notebook.view_widget import widget_class

    return widget_class(view)(view, runs[0], state, language)
