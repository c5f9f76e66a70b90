"""The memory layout page shows torch's own strides and the model's own picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of

Open = Callable[..., AppTest]


def test_the_memory_is_the_models_picture_in_torchs_order(open_page: Open) -> None:
    page = open_page("memory_layout")
    image = trace_of(page)["image"]
    data = mounted(page, "memory_layout.part")
    row = column = 7 * 16
    piece = image[0, :, row : row + 4, column : column + 4].numpy()
    first, last = (layout["memory"] for layout in data["layouts"])
    np.testing.assert_array_equal(first, piece.ravel())
    np.testing.assert_array_equal(last, piece.transpose(1, 2, 0).ravel())
    assert [layout["steps"] for layout in data["layouts"]] == [[48, 16, 4, 1], [48, 1, 12, 3]]
    table = next(part.proto.body for part in page.get("html") if "stride()" in part.proto.body)
    assert "(150528, 50176, 224, 1)" in table
    assert "(150528, 1, 672, 3)" in table
    assert "(602112, 4, 2688, 12)" in table
