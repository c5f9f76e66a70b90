"""What the page's browser part gets of one scene: every layer's boxes and classes, weights, costs, losses, a cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vitviz.analysis.detection.matching import GIOU_COST, L1_COST
from vitviz.analysis.detection.reading import (
    Reading,
    Truth,
    constant_of_layer_0,
    read,
    truth_of,
)
from vitviz.analysis.detection.silence import only_itself
from vitviz.app.topics.detection.encoder import explored, source_of
from vitviz.app.topics.detection.network import network
from vitviz.zoo.scene_models import page_pixels

if TYPE_CHECKING:
    from vitviz.models.detr import Detr
    from vitviz.worlds.picture_book import Page


def answer(page: Page, options: Mapping[str, str]) -> dict[str, Any]:
    """The whole answer to a page. With ``cut`` (``0``, ``0,1,2``) also that without self-attention in these layers.

    With ``encoder`` also what the attention explorer shows of the encoder.

    Raises:
        ValueError: if ``cut`` names a layer that there is not.
    """
    detr = network()
    image = page_pixels(page)
    reading, truth = read(detr, image), truth_of(page)
    found = {
        "probabilities": _array(reading.probabilities),  # (L, Q, K + 1)
        "boxes": _array(reading.boxes),  # (L, Q, 4)
        "cross": _array(reading.cross),  # (L, H, Q, N)
        "own": _array(reading.own),  # (L, H, Q, Q)
        "constant": _constant(detr, reading),
        "truth": {"labels": truth.labels.tolist(), "things": truth.things, "boxes": _array(truth.boxes)},
        "matching": _matching(reading, truth),
        "cut": None,
        "encoder": None,
    }
    if options.get("encoder"):
        found["encoder"] = explored(page)
    if layers := _layers(options.get("cut", ""), detr.config.decoder_depth):
        with torch.no_grad():
            without = detr(image, only_itself(layers))
        found["cut"] = {
            "layers": list(layers),
            "probabilities": _array(without.class_logits[:, 0].softmax(dim=-1)),
            "boxes": _array(without.boxes[:, 0]),
        }
    return found


def file(page: Page, options: Mapping[str, str]) -> bytes:
    """A numpy archive of the encoder's layer ``layer`` with the pattern of head ``head``.

    Raises:
        ValueError: if there is none.
    """
    try:
        return source_of(page).npz(int(options.get("layer", "")[:9]), int(options.get("head", "")[:9]))
    except LookupError as error:
        raise ValueError(str(error)) from error


def _layers(text: str, depth: int) -> tuple[int, ...]:
    """Numbers of decoder layers, from ``0,2``."""
    known = {str(layer): layer for layer in range(depth)}
    named = text.split(",") if text else []
    if not set(named) <= known.keys():
        raise ValueError(f"the decoder has layers 0 to {depth - 1}, not {text[:40]!r}")
    return tuple(sorted({known[name] for name in named}))


def _matching(reading: Reading, truth: Truth) -> dict[str, Any]:
    """Costs (L, Q, M) term by term, the query of each thing (L, M), and the loss of each layer, term by term (L, 3)."""
    costs = reading.costs(truth)
    total, losses = reading.losses(truth)
    return {
        "ofClass": _array(torch.stack([each.of_class for each in costs])),
        "ofL1": _array(torch.stack([each.of_l1 for each in costs])),
        "ofGiou": _array(torch.stack([each.of_giou for each in costs])),
        "query": _array(torch.stack([_query_of_thing(each.matched, len(truth.labels)) for each in losses])),
        "losses": _array(torch.stack([torch.stack([e.of_class, e.of_l1, e.of_giou]) for e in losses])),
        "total": total.item(),
        "weights": [1.0, L1_COST, GIOU_COST],
    }


def _query_of_thing(matched: Any, things: int) -> Tensor:
    query = torch.zeros(things, dtype=torch.int32)
    query[matched.thing] = matched.query.int()
    return query


def _constant(detr: Detr, reading: Reading) -> dict[str, Any]:
    """What self-attention adds in each layer: how far the queries' vectors lie apart, and from layer 0's constant."""
    added = reading.added  # (L, Q, D)
    return {
        "spread": _array((added - added.mean(dim=1, keepdim=True)).abs().amax(dim=(1, 2))),  # (L,)
        "size": _array(added.norm(dim=-1).mean(dim=1)),  # (L,)
        "gap": float((added[0] - constant_of_layer_0(detr)).abs().max()),
    }


def _array(values: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = values.contiguous().numpy()
    return array if array.dtype in (np.float32, np.int32) else array.astype(np.float32)
