"""Lets timm and transformers import where torchvision cannot load its own compiled operators: tests and benchmarks."""

from __future__ import annotations

from torch.library import Library

_declared: list[Library] = []


def make_torchvision_importable() -> None:
    """Declare the two operators without which ``import torchvision`` fails.

    It does so where torchvision was built for another kind of torch. Neither library calls the operators here; they
    only have to exist. Where torchvision loads, nothing is done.
    """
    if _declared:
        return
    try:
        import torchvision  # noqa: F401
    except ImportError:
        return
    except RuntimeError:
        library = Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _declared.append(library)  # an operator lives as long as its library
