"""The patches that excite a head or a unit most, outlined on small pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from PIL import Image

from vitviz.app import html
from vitviz.app.pictures import drawn_picture_url
from vitviz.app.words import say
from vitviz.plot.numbers import short

if TYPE_CHECKING:
    from vitviz.analysis.atlas.atlas import Atlas, Excited
    from vitviz.analysis.atlas.batch import BlockPlace

STYLE = """<style>
.vat { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 12px 14px; }
.vat figure { margin: 0; min-width: 0; }
.vat-picture { position: relative; background: rgba(135,130,125,.16); }
.vat-picture img { display: block; width: 100%; image-rendering: auto; }
.vat-picture i { position: absolute; box-sizing: border-box; min-width: 9px; min-height: 9px;
  border: 2px solid #fff; outline: 2px solid #b0410a; }
.vat-picture i.l { border-color: #ffd43b; border-radius: 50%; outline-color: #000; }
.vat figcaption { font-size: 12px; line-height: 1.4; margin-top: 4px; overflow-wrap: anywhere; }
.vat-value { font-family: var(--st-code-font, monospace); font-variant-numeric: tabular-nums; }
.vat-none { padding: 12px 8px; font-size: 12px; }
</style>"""


def exciting(atlas: Atlas, block: BlockPlace, found: Sequence[Excited], *, looks: bool) -> str:
    """The pictures as a piece of HTML; with ``looks`` a second frame is where the patch looks most."""
    pieces = "".join(_one(atlas, block, one, looks=looks) for one in found)
    columns: dict[str, list[str | float]] = {
        say("atlas.picture"): [atlas.names[one.picture] for one in found],
        say("atlas.patch"): [float(one.patch) for one in found],
        say("atlas.value"): [one.value for one in found],
    }
    return STYLE + html.figure(f'<div class="vat">{pieces}</div>', columns)


def _one(atlas: Atlas, block: BlockPlace, one: Excited, *, looks: bool) -> str:
    row, column = divmod(one.patch, block.grid[1])
    name = atlas.names[one.picture]
    says = say("atlas.at_patch", row=row, column=column)
    frames = _frame(atlas, block, one.patch, "p")
    if looks and one.looks == one.patch:
        says = f"{says}, {say('atlas.looks_at_itself')}"
    elif looks:
        to = divmod(one.looks, block.grid[1])
        says = f"{says}, {say('atlas.looks_at', row=to[0], column=to[1])}"
        frames = _frame(atlas, block, one.looks, "l") + frames
    return (
        f"<figure>{_picture(atlas, one.picture, f'{name}, {says}', frames)}<figcaption>"
        f'<span class="vat-value" data-value="{one.value!r}">{short(one.value)}</span> '
        f"{escape(name)}<br>{escape(says)}</figcaption></figure>"
    )


def _picture(atlas: Atlas, number: int, says: str, frames: str) -> str:
    jpeg = atlas.thumbnails.get(number)
    if jpeg is None:
        return f'<div class="vat-picture vat-none">{escape(say("atlas.no_thumbnail"))}</div>'
    address = drawn_picture_url(("atlas", jpeg), lambda: Image.open(io.BytesIO(jpeg)).convert("RGB"))
    return f'<div class="vat-picture"><img src="{escape(address)}" alt="{escape(says)}">{frames}</div>'


def _frame(atlas: Atlas, block: BlockPlace, patch: int, kind: str) -> str:
    """A frame around a patch, in per cent of the picture; of a small one its middle stays where it is."""
    row, column = divmod(patch, block.grid[1])
    height, width = (100 * block.pixels / side for side in (atlas.header.height, atlas.header.width))
    left, top = f"{width * column:.3f}%", f"{height * row:.3f}%"
    return f'<i class="{kind}" style="left:{left};top:{top};width:{width:.3f}%;height:{height:.3f}%"></i>'
