"""The widget without a browser: what it is mounted with, its numbers, its state, and what a reader sees of it."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

import vitviz
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace
from vitviz.web.explorer.payloads import layer_payload
from vitviz.web.explorer.store import NoSuchPayloadError


def traced(model: str) -> Trace:
    made = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path)
    assert isinstance(made, Trace)
    return made


def test_without_anywidget_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "vitviz\[notebook\]"'):
        vitviz.show(traced("vit-test"))


@pytest.mark.parametrize(("model", "head"), [("vit-test", 1), ("swin-test", 0), ("vit-test", "mean")])
def test_the_still_picture_is_the_map_of_torch(model: str, head: Any) -> None:
    from vitviz.web.explorer.of_trace import shown
    from vitviz.web.notebook.still import looked_at, still

    trace = traced(model)
    block = trace.blocks[1]
    token = block.num_prefix + 9
    weights = looked_at(block, head, token)
    seen = weights[weights.isfinite()]
    assert float(seen.sum()) == pytest.approx(1, abs=1e-5)
    if model == "vit-test":
        pattern = trace["blocks.1.pattern"][0]
        expected = pattern.mean(dim=0)[token] if head == "mean" else pattern[head, token]
        np.testing.assert_allclose(weights.numpy(), expected.numpy(), atol=1e-6)
    assert still(shown(trace, "a"), {"layer": 1, "head": head, "token": token}).size == (32, 32)


def test_the_address_of_a_still_picture_is_one_of_the_app() -> None:
    from vitviz.web.explorer.of_trace import shown
    from vitviz.web.notebook.still import address

    said = address(shown(traced("vit-test"), "a"), {"layer": 1, "head": "mean", "token": 4})
    assert said == "/attention?model=vit-test&layer=1&head=mean&token=4"


class TestWidget:
    """What needs anywidget."""

    @pytest.fixture(autouse=True)
    def needs_anywidget(self) -> None:
        pytest.importorskip("anywidget")

    def test_its_numbers_are_those_of_the_app(self) -> None:
        trace = traced("vit-test")
        widget = vitviz.show(trace, beside=traced("swin-test"))
        sent: list[tuple[dict[str, Any], list[bytes] | None]] = []
        widget.send = lambda content, buffers=None: sent.append((content, buffers))
        for number, path in enumerate(["0/1.bin", "0/1/0.bin", "0/rollout/0.bin", "1/2.bin", "0/1/1.npz"]):
            widget._asked(widget, {"id": number, "path": path}, [])
        assert [content for content, _ in sent] == [{"id": number} for number in range(5)]
        assert sent[0][1] == [layer_payload(trace.blocks[1])]
        assert sent[4][1]
        saved = np.load(io.BytesIO(sent[4][1][0]))
        assert np.array_equal(saved["blocks.1.q"], trace["blocks.1.q"][0].numpy())

    @pytest.mark.parametrize("path", ["0/9.bin", "2/0.bin", "../0.bin", "0/0/9.bin", "1/rollout/0.bin", ""])
    def test_what_is_not_there_is_one_sentence(self, path: str) -> None:
        widget = vitviz.show(traced("vit-test"), beside=traced("swin-test"))
        sent: list[dict[str, Any]] = []
        widget.send = lambda content, buffers=None: sent.append(content)
        widget._asked(widget, {"id": 1, "path": path}, [])
        assert len(sent[0]["error"]) > 10
        with pytest.raises(NoSuchPayloadError):
            widget.payload(path)

    def test_its_state_is_read_and_set_by_parts(self) -> None:
        import traitlets

        model = vitviz.load_model("vit-test")
        widget = vitviz.show(model, SAMPLES[0].path, state={"layer": 1, "token": 7})
        assert (widget.state["layer"], widget.state["token"], widget.state["head"]) == (1, 7, 0)
        heard: list[int] = []
        widget.observe(lambda change: heard.append(change["new"]["head"]), "state")
        widget.state = {"head": 1}
        assert (widget.state["layer"], widget.state["token"]) == (1, 7)
        assert heard == [1]
        with pytest.raises(traitlets.TraitError, match="no 'heads'"):
            widget.state = {"heads": 1}

    @pytest.mark.parametrize(
        ("view", "model", "address"),
        [
            ("attention", "vit-test", "/attention?model=vit-test&layer=1&head=0&token=3"),
            ("norms", "vit-tiny", "/layer-norm?model=vit-tiny"),
            ("lens", "vit-tiny", "/lens?model=vit-tiny"),
            ("class_maps", "vit-tiny", "/class-maps?model=vit-tiny"),
            ("shift", "swin-mini", "/swin-shift?model=swin-mini"),
        ],
    )
    def test_a_reader_without_a_kernel_sees_a_picture_with_its_address(
        self, view: Any, model: str, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from IPython import display

        from vitviz.app.pages import TOPICS, address_of

        state = {"layer": 1, "head": 0, "token": 3} if view == "attention" else None
        widget = vitviz.show(traced(model), view=view, state=state)
        shown: list[dict[str, str]] = []
        monkeypatch.setattr(display, "display", lambda data, **how: shown.append(data))
        widget._ipython_display_()
        assert "application/vnd.jupyter.widget-view+json" in shown[0]
        assert shown[1]["text/plain"] == f"vitviz {address}"
        html = shown[1]["text/html"]
        assert f'class="vv-still-{widget.key}"' in html
        content = re.search(r'src="data:image/png;base64,([^"]+)"', html)
        assert content
        picture = Image.open(io.BytesIO(base64.b64decode(content[1])))
        assert picture.size == traced(model).given.shape[-2:][::-1]
        assert address.partition("?")[0][1:] in {address_of(topic) for topic in TOPICS}

    def test_its_data_is_small_and_says_no_streamlit(self) -> None:
        widget = traced("vit-test").show(language="zh")
        assert len(widget.data) < 200_000
        assert json.loads(widget.data)["explorer"]["words"]["layer"] == "层"
        assert "streamlit" not in widget._esm  # tests/test_wheel.py sees what a fresh Python imports
