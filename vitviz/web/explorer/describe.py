"""What the explorer's browser part gets of a trace, for any host: a page, a notebook, one HTML file.

Imports torch: to be imported only where there is a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitviz.tracing.blocks import BlockTrace
from vitviz.tracing.swin_blocks import SwinBlockTrace
from vitviz.web.explorer.defaults import DEFAULTS

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

BROWSER_BYTES = 256 << 20  # payloads that the browser keeps


@dataclass(frozen=True)
class DescribedPicture:
    """The picture as the model sees it.

    ``image`` is an address that the browser can show, ``aspect`` width / height, ``name`` what it is called, ``alt``
    what a screen reader reads; ``content`` tells it apart from every other picture (the hash of its file).
    """

    image: str
    aspect: float
    name: str
    alt: str
    content: str


def describe(trace: Trace, model: ModelEntry, picture: DescribedPicture, url: str) -> dict[str, Any]:
    """One picture in one model; ``url`` is where its payloads are fetched from, by the network or a fetcher."""
    return describe_run(trace, model.name, model.title, model.is_swin, picture, url)


def describe_run(
    trace: Trace, model: str, title: str, is_swin: bool, picture: DescribedPicture, url: str
) -> dict[str, Any]:
    """The same for a model of which only this is known: its name, its title, and whether it is a Swin."""
    return {
        "revision": f"{picture.content} {model}",
        "url": url,
        "model": model,
        "modelTitle": title,
        "name": picture.name,
        "picture": {"image": picture.image, "alt": picture.alt, "aspect": picture.aspect},
        "layers": [describe_layer(block, trace.config.prefix_names) for block in trace.blocks],
        "rollout": not is_swin,
    }


def describe_layer(block: BlockTrace, prefix: tuple[str, ...]) -> dict[str, Any]:
    """A block's heads, its map, and for a Swin its window and shift (else null and 0)."""
    rows, columns = block.map_size
    return {
        "name": block.title,
        "heads": block.num_heads,
        "rows": rows,
        "columns": columns,
        "prefix": list(prefix),
        "window": block.grid.window if isinstance(block, SwinBlockTrace) else None,
        "shift": block.grid.shift if isinstance(block, SwinBlockTrace) else 0,
    }


def explorer_data(
    first: Mapping[str, Any],
    state: Mapping[str, Any],
    *,
    scales: Mapping[str, Any],
    words: Mapping[str, str],
    second: Mapping[str, Any] | None = None,
    asked: int = 0,
    asks: str = "",
) -> dict[str, Any]:
    """All that the explorer is mounted with: one or two of what ``describe`` returns, and the state to open in.

    ``state`` may leave out what is as in ``DEFAULTS``. ``asked`` is another number when payloads that were gone are
    there again, ``asks`` another text when ``state`` is to be shown whatever a person chose since.
    """
    return {
        **first,
        "second": second,
        "state": state,
        "defaults": DEFAULTS,
        "limit": BROWSER_BYTES,
        "asked": asked,
        "asks": asks,
        "scales": scales,
        "words": words,
    }
