"""What a notebook keeps of a widget when its kernel is gone: a still picture and the app's address of the same."""

from __future__ import annotations

import base64
import html
import secrets
from typing import Any

import anywidget
import traitlets
from PIL import Image

from vitviz.web.notebook.still import png

WIDTH = 224  # CSS pixels


class WithStill(anywidget.AnyWidget):
    """A widget with a second output below it, which the widget hides for as long as it is there itself (``beside.js``).

    A viewer of notebooks shows the one kind of an output that it likes best. JupyterLab likes a widget best even where
    its kernel is gone, and then has only an error to show: so the picture has to be an output of its own.
    """

    key = traitlets.Unicode().tag(sync=True)  # in the class of the output that belongs to this widget

    def __init__(self, **traits: Any) -> None:
        super().__init__(key=secrets.token_hex(8), **traits)

    def still(self) -> tuple[Image.Image, str]:
        """The picture, and the address of what it shows."""
        raise NotImplementedError

    def still_data(self) -> dict[str, str]:
        """The second output by its kinds."""
        picture, address = self.still()
        content = base64.b64encode(png(picture)).decode()
        said = html.escape(f"vitviz {address}")
        text = (
            f'<div class="vv-still-{self.key}"><img alt="{said}" width="{WIDTH}" src="data:image/png;base64,{content}">'
            f"<br><code>{said}</code></div>"
        )
        return {"text/html": text, "text/plain": f"vitviz {address}"}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        made = self._repr_mimebundle_()
        if made is not None:
            display(made[0], metadata=made[1], raw=True)
            display(self.still_data(), raw=True)
