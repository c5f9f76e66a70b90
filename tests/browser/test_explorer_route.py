"""``streamlit run app.py`` answers the explorer's own routes, with the numbers of the picture that is on the page."""

from __future__ import annotations

import urllib.error
import urllib.request

import numpy as np
import pytest
from playwright.sync_api import Browser

import vitviz
from tests.browser.conftest import PATIENCE_MS
from vitviz.payload import unpack
from vitviz.samples import SAMPLES


@pytest.mark.parametrize(
    ("path", "status"), [("x/0.bin", 410), ("x/rollout/0.bin", 410), ("x/-1.bin", 404), ("", 404)]
)
def test_what_there_is_not_is_said_in_a_sentence(server: str, path: str, status: int) -> None:
    """Streamlit itself would answer with its page."""
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{server}/api/explorer/{path}", timeout=20)
    assert error.value.code == status
    assert error.value.headers.get_content_type() == "text/plain"


@pytest.mark.browser
def test_a_layer_is_torchs(browser: Browser, server: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        with page.expect_response(lambda response: response.url.endswith(".bin")) as fetched:
            page.goto(f"{server}/attention")
        response = fetched.value
        assert response.status == 200
        assert response.headers["content-encoding"] == "identity"
        header, arrays = unpack(response.body())
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    for name in ("q", "k"):
        np.testing.assert_allclose(arrays[name], trace[f"{header['name']}.{name}"], rtol=0, atol=1e-4)
