"""Edits as plain data: their text in an address, and the Python that does the same."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
import torch

import vitviz
from vitviz.samples import FOLDER, SAMPLES
from vitviz.tracing.planned_edit import (
    LETTERS,
    SAMPLES_RUN,
    PlannedEdit,
    numbers_of,
    ranges_of,
    script,
)

TEXTS = (
    "h3.1", "h3.0-1~mean", "h0.2~samples", "h11.1~x-1.5", "h5.0~from=cat.jpg", "t0.15-28_40-44_99", "t4.0~mean",
    "t3.7~from=cat.jpg", "u4.70", "u4.70~x0.5", "u2.3_9~samples", "a2", "a2~from=cat.jpg", "m3~mean", "m3~samples",
    "b6", "b6~x2", "k3.0", "k2.5-6q7-9h1", "k9.1h2",
)  # fmt: skip


def test_a_script_prepares_pictures_as_here(two_pictures: Path) -> None:
    source = script([PlannedEdit.read("m3")], "'vit-tiny'", "'picture.jpg'", {}, "Preprocessing(fit='pad')")
    names: dict = {}
    exec(compile(source, "script", "exec"), names)
    assert names["model"].entry.preprocessing.fit == "pad"


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_and_written_again(text: str) -> None:
    edit = PlannedEdit.read(text)
    assert str(edit) == text
    assert PlannedEdit.read(str(edit)) == edit


@pytest.mark.parametrize(
    "text",
    ["", "h", "h3", "h3.", "h3.x", "a3.1", "m2.0", "b1.1", "z3.1", "h3.1~", "h3.1~twice", "h3.1~x", "h3.1~x1e5",
     "h3.1~xnan", "h3.1~from=", "h3.1~from=a/b", "t0.9-5", "t0.1-", "t0.1__2", "t0.1,2", "u1.2h1", "h3.1q4", "k3",
     "k3.1~mean", "k3.1~x2", "h-1.2", "h3.1 ", " h3.1", "h12345.1", "t0.0-9999", "H3.1", "h3.1~from=" + "a" * 61,
     "h\u0663.1", "h3.\u0661"],
)  # fmt: skip
def test_nonsense_is_no_edit(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any sentence: the address says its own)
        PlannedEdit.read(text)


@pytest.mark.parametrize(
    "given",
    [{"kind": "head"}, {"kind": "mlp", "which": (1,)}, {"kind": "head", "which": (2, 1)},
     {"kind": "head", "which": (1, 1)}, {"kind": "head", "which": (1,), "how": "take"},
     {"kind": "head", "which": (1,), "factor": 0.5}, {"kind": "head", "which": (1,), "queries": (2,)},
     {"kind": "mask", "which": (1,), "how": "mean"}, {"kind": "head", "which": (1,), "other": "cat.jpg"}],
)  # fmt: skip
def test_what_does_not_fit_together_is_no_edit(given: dict) -> None:
    with pytest.raises(ValueError, match="this is no edit"):
        PlannedEdit(block=3, **given)


def test_random_text_is_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(4)
    letters = "".join(LETTERS.values()) + "0123456789.-_~qhx=from mean,"
    read = 0
    for _ in range(20_000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 9)))
        try:
            edit = PlannedEdit.read(text)
        except ValueError:
            continue
        read += 1
        assert PlannedEdit.read(str(edit)) == edit
    assert read > 20


def test_numbers_are_written_as_ranges() -> None:
    chance = random.Random(5)
    for _ in range(200):
        numbers = tuple(sorted(chance.sample(range(60), chance.randint(1, 50))))
        assert numbers_of(ranges_of(numbers)) == numbers
    assert ranges_of((3, 4, 5, 9)) == "3-5_9"
    assert numbers_of("9_3-5_4") == (3, 4, 5, 9)


@pytest.fixture
def two_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(SAMPLES[0].path, tmp_path / "picture.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("vitviz.samples.SAMPLES", SAMPLES[:3])  # three are enough, and quick
    return tmp_path


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_the_python_that_is_shown_does_what_the_edits_do(
    model: str, two_pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edits = [PlannedEdit.read(text) for text in TEXTS if text[0] not in "tk"]
    last = {"vit-tiny": 11, "swin-mini": 7}[model]
    edits = [edit for edit in edits if edit.block <= last and (edit.kind != "head" or max(edit.which) < 2)]
    edits += [
        PlannedEdit.read(text) for text in ("t0.5-8_12", "t1.3~mean", "t1.3~from=cat.jpg", "k1.5-6q7-9h1")
    ]
    source = script(edits, repr(model), "'picture.jpg'", {"cat.jpg": "FOLDER / 'cat.jpg'"})
    names: dict = {}
    exec(compile(source, "script", "exec"), names)
    assert "tensor(" in capsys.readouterr().out

    loaded = vitviz.load_model(model)
    cat = vitviz.trace(loaded, FOLDER / "cat.jpg")
    samples = vitviz.trace(loaded, [sample.path for sample in SAMPLES[:3]])
    ours = [edit.edit(lambda text: samples if text == SAMPLES_RUN else cat) for edit in edits]
    summed = ours[0]
    for edit in ours[1:]:
        summed = summed + edit
    expected = vitviz.trace(loaded, "picture.jpg", summed)
    torch.testing.assert_close(names["edited"].logits, expected.logits, rtol=0, atol=0)
    assert (expected.logits - names["plain"].logits).abs().max() > 1e-3


@pytest.mark.parametrize("text", TEXTS)
def test_one_line_of_python_is_the_same_edit(text: str, two_pictures: Path) -> None:
    model = vitviz.load_model("vit-tiny")
    cat = vitviz.trace(model, FOLDER / "cat.jpg")
    samples = vitviz.trace(model, [sample.path for sample in SAMPLES[:2]])
    edit = PlannedEdit.read(text)
    line = eval(edit.python, {"vitviz": vitviz, "samples": samples, "others": {"cat.jpg": cat}})
    own = edit.edit(lambda name: samples if name == SAMPLES_RUN else cat)
    logits = [vitviz.trace(model, "picture.jpg", each).logits for each in (line, own)]
    torch.testing.assert_close(*logits, rtol=0, atol=0)
    assert not torch.equal(logits[0], vitviz.trace(model, "picture.jpg").logits)
