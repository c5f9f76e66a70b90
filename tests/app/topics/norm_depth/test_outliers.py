"""What stands out before the final layer norm are the numbers of the run."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.app.page_contents import mounted, trace_of

Open = Callable[..., AppTest]
MODELS = ("vit-tiny", "swin-mini")


@pytest.mark.parametrize("model", MODELS)
def test_outliers_are_measured_before_the_final_layer_norm(open_page: Open, model: str) -> None:
    page = open_page("norm_depth", model=model, **{f"setting.norm_depth.channel.{model}": 3})
    trace = trace_of(page)
    x = trace[f"{trace.network.steps()[-1][0]}.resid_post"].flatten(0, -2).double().numpy()
    norm = np.linalg.norm(x, axis=-1)
    picture = mounted(page, "norm_depth.outlier_norm")
    np.testing.assert_allclose(picture["overlay"], norm, rtol=1e-5)
    assert sorted(picture["marked"]) == np.flatnonzero(norm > 2 * np.median(norm)).tolist()
    np.testing.assert_array_equal(
        mounted(page, "norm_depth.outlier_channel")["overlay"], x[:, 3].astype("f4")
    )
    rms = mounted(page, "norm_depth.outlier_strips")["rows"][0]["values"]
    np.testing.assert_allclose(rms, np.sqrt((x**2).mean(axis=0)), rtol=1e-5)
    above = int((rms > 3 * np.median(rms)).sum())
    assert any(caption.value.startswith(f"{above} channels") for caption in page.caption)
