"""The file as text: what is in it, what may run in it, what names do to it, how large it is."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import vitviz
from vitviz.payload import unpack
from vitviz.samples import SAMPLES
from vitviz.tracing.trace import Trace
from vitviz.web.html_file.packing import unpacked

HOSTILE = "</title></script><script>alert(1)</script><!-- \" ' & \u2028 {0} $& \\u003c"


class Read(HTMLParser):
    """Every script with its attributes and text, the title, and the text of what has an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.texts: dict[str, str] = {}
        self.policy = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script":
            self.scripts.append((named, ""))
        if tag == "meta" and named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""
        self._open.append("title" if tag == "title" else str(named.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self.lasttag == "script" and self.scripts and not self.scripts[-1][1]:
            self.scripts[-1] = (self.scripts[-1][0], data)
        elif self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data

    @property
    def script(self) -> tuple[dict[str, str | None], str]:
        """The one script that runs."""
        [found] = [each for each in self.scripts if each[0].get("type") == "module"]
        return found

    @property
    def data(self) -> dict[str, Any]:
        """What the explorer is mounted with."""
        return json.loads(next(text for named, text in self.scripts if named.get("id") == "data"))


def small() -> Trace:
    picture = Image.fromarray(np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    made = vitviz.trace(vitviz.load_model("vit-test"), picture)
    assert isinstance(made, Trace)
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_are_text_wherever_they_stand(tmp_path: Path, language: str) -> None:
    note = {"en": HOSTILE + "note", "zh": HOSTILE + "zh"}
    path = small().save_html(
        tmp_path / "a.html", names=[HOSTILE], title=HOSTILE, note=note, language=language
    )
    page = Read(path.read_text(encoding="utf-8"))
    assert page.texts["title"] == page.texts["heading"] == HOSTILE
    assert page.texts["note"] == note[language]
    assert page.data["explorer"]["name"] == HOSTILE
    assert page.data["texts"]["zh"]["note"] == note["zh"]
    kinds = [named.get("type") for named, _ in page.scripts]
    # The script stands behind what the first map needs and does not wait for the rest.
    rest = ["text/plain"] * (len(kinds) - 3)
    assert kinds == ["application/json", "text/plain", "module", *rest]
    assert "async" in page.script[0]


def test_only_its_own_script_may_run_and_nothing_is_fetched(tmp_path: Path) -> None:
    text = small().save_html(tmp_path / "a.html").read_text(encoding="utf-8")
    page = Read(text)
    script = page.script[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.policy
    assert "default-src 'none'" in page.policy
    assert "http" not in page.policy
    assert not re.search(r"<(script|img|link|iframe)[^>]* (src|href)=", text)
    assert not re.search(r"\son\w+=", re.sub(r"(?s)<script.*?</script>", "", text))
    assert not re.search(r"\beval\(|new Function\(", script)


def test_the_numbers_are_those_of_the_trace_bit_by_bit(tmp_path: Path) -> None:
    trace = small()
    page = Read(trace.save_html(tmp_path / "a.html").read_text(encoding="utf-8"))
    texts = {named["id"]: text for named, text in page.scripts if named.get("type") == "text/plain"}
    for layer in range(2):
        _, arrays = unpack(unpacked(texts[f"n{page.data['places'][f'0/{layer}.bin']}"]))
        for name in ("q", "k"):
            assert np.array_equal(arrays[name], trace[f"blocks.{layer}.{name}"].numpy())


def test_what_the_first_map_needs_stands_above_the_script(tmp_path: Path) -> None:
    trace = small()
    state = {"layer": 1, "head": 0, "token": 2, "second": {"layer": 0, "head": 1}}
    page = Read(trace.save_html(tmp_path / "a.html", state=state).read_text(encoding="utf-8"))
    ids = [named.get("id") for named, _ in page.scripts]
    above = ids[1 : ids.index(None)]
    assert above == [f"n{page.data['places']['0/1.bin']}"]
    beside = trace.save_html(tmp_path / "b.html", beside=small(), state=state)
    page = Read(beside.read_text(encoding="utf-8"))
    ids = [named.get("id") for named, _ in page.scripts]
    wanted = [f"n{page.data['places'][path]}" for path in ("0/1.bin", "1/0.bin")]
    assert ids[1 : ids.index(None)] == wanted
    assert sorted(ids[1 : ids.index(None)] + ids[ids.index(None) + 1 :]) == [
        f"n{n}" for n in range(len(ids) - 2)
    ]


def test_it_says_what_was_rounded_left_out_and_changed(tmp_path: Path) -> None:
    model = vitviz.load_model("vit-tiny")
    edited = vitviz.trace(model, SAMPLES[0].path, vitviz.zero_head(2, 1))
    assert isinstance(edited, Trace)
    page = Read(
        edited.save_html(tmp_path / "a.html", heads=[(3, 0)], precision=10).read_text(encoding="utf-8")
    )
    for language, said in (("en", "rounded to 10 of the 23 bits"), ("zh", "从 23 位舍入到 10 位")):
        about = page.data["texts"][language]["about"]
        assert said in about
        assert repr(edited.intervention) in about
        assert "36" in about
    change = re.search(r"by more than ([\d.e-]+)\.", page.data["texts"]["en"]["about"])
    assert change
    assert 0 < float(change[1]) < 1e-2
    best = edited.top(1)[0]
    assert f"{best.name} {100 * best.probability:.1f} %" in page.texts["about"]
    assert page.data["explorer"]["state"]["layer"] == 3
    assert page.data["explorer"]["state"]["head"] == 0
    exact = Read(small().save_html(tmp_path / "b.html").read_text(encoding="utf-8"))
    assert "every bit that torch computed" in exact.texts["about"]
    assert "is not trained" in exact.texts["about"]


def test_a_run_of_a_tensor_needs_its_picture(tmp_path: Path) -> None:
    trace = small()
    model = vitviz.load_model("vit-test")
    batch = vitviz.trace(model, trace["image"])
    with pytest.raises(ValueError, match="nobody knows its colours"):
        batch.picture(0).save_html(tmp_path / "a.html")
    seen = Image.new("RGB", (32, 32), (1, 2, 3))
    page = Read(batch.picture(0).save_html(tmp_path / "a.html", pictures=[seen]).read_text(encoding="utf-8"))
    assert page.data["explorer"]["picture"]["image"].startswith("data:image/png;base64,")
    with pytest.raises(ValueError, match="give one of them"):
        vitviz.save_html(tmp_path / "b.html", [batch])  # type: ignore[list-item]


def test_the_picture_is_what_the_model_saw() -> None:
    from vitviz.web.explorer.of_trace import seen_by

    picture = Image.fromarray(np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8))
    assert np.array_equal(np.asarray(seen_by(small())), np.asarray(picture))


@pytest.mark.parametrize(("precision", "most"), [(None, 4.5), (12, 3.0)])
def test_a_file_of_vit_ti_is_small(tmp_path: Path, precision: int | None, most: float) -> None:
    trace = vitviz.trace(vitviz.load_model("vit-tiny"), SAMPLES[0].path)
    assert isinstance(trace, Trace)
    size = trace.save_html(tmp_path / "a.html", precision=precision).stat().st_size
    assert size / 2**20 <= most


def test_nothing_of_it_imports_streamlit(tmp_path: Path) -> None:
    code = (
        "import sys, vitviz\n"
        "assert 'torch' not in sys.modules\n"
        "from PIL import Image\n"
        "trace = vitviz.trace(vitviz.load_model('vit-test'), Image.new('RGB', (32, 32)))\n"
        f"trace.save_html({str(tmp_path / 'a.html')!r})\n"
        "assert not [name for name in sys.modules if name.startswith(('streamlit', 'vitviz.app'))]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
