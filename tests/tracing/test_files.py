"""A trace in a file: everything comes back, and whatever does not fit is one sentence."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import vitviz
from tests.conftest import random_picture
from vitviz.samples import SAMPLES
from vitviz.tracing.file_header import TraceFileError
from vitviz.tracing.files import TraceFileWarning, library_versions
from vitviz.tracing.run import ModelMissingError
from vitviz.tracing.weights import weights_hash

NAMES = ("vit-test", "swin-test")
BOTH = pytest.mark.parametrize("name", NAMES)
PICTURE = SAMPLES[0].path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "t.safetensors"


@BOTH
@pytest.mark.parametrize("dtype", [None, "bfloat16", "float16"])
def test_everything_comes_back(name: str, dtype: str | None, file: Path) -> None:
    model = vitviz.load_model(name)
    trace = vitviz.trace(model, PICTURE, dtype=dtype)
    trace.save(file)
    loaded = vitviz.load_trace(file, model)
    assert isinstance(loaded, vitviz.Trace)
    assert loaded.names() == trace.names()
    for tensor in trace:
        assert loaded[tensor].dtype == trace[tensor].dtype
        assert torch.equal(loaded[tensor], trace[tensor]), tensor
    assert loaded.top() == trace.top()
    for mine, own in zip(loaded.blocks, trace.blocks, strict=True):
        assert torch.equal(mine.pattern(), own.pattern())


@BOTH
def test_a_batch_comes_back(name: str, file: Path) -> None:
    model = vitviz.load_model(name)
    batch = vitviz.trace(model, torch.cat([random_picture(32, 64, seed=seed) for seed in (0, 1)]))
    batch.save(file)
    loaded = vitviz.load_trace(file, by_name=True)
    assert isinstance(loaded, vitviz.TraceBatch)
    assert all(torch.equal(loaded[tensor], batch[tensor]) for tensor in batch)
    batch.picture(1).save(file)
    one = vitviz.load_trace(file, model)
    assert isinstance(one, vitviz.Trace)
    assert torch.equal(one.logits, batch.logits[1])
    assert one["image"].untyped_storage().nbytes() == one["image"].nbytes


def test_a_differentiable_run_is_saved_as_a_plain_one(file: Path) -> None:
    model = vitviz.load_model("vit-test")
    vitviz.trace(model, PICTURE, grad=True).save(file)
    loaded = vitviz.load_trace(file, model)
    assert "blocks.0.pattern" not in loaded.kept
    torch.testing.assert_close(loaded["logits"], vitviz.trace(model, PICTURE)["logits"])


@BOTH
def test_without_its_model_there_is_what_was_saved(name: str, file: Path) -> None:
    trace = vitviz.trace(vitviz.load_model(name), PICTURE)
    block = trace.blocks[0]
    trace.save(file, tensors=[f"{block.name}.pattern"])
    loaded = vitviz.load_trace(file)
    assert loaded.names() == trace.names()
    assert torch.equal(loaded.logits, trace.logits)
    assert torch.equal(loaded[f"{block.name}.pattern"], trace[f"{block.name}.pattern"])
    assert torch.equal(loaded[f"{block.name}.q"], block["q"])
    if name == "vit-test":
        assert isinstance(loaded, vitviz.Trace)
        assert torch.equal(loaded.blocks[1].pattern(head=0), trace.blocks[1].pattern(head=0))
    for ask in (lambda: loaded[f"{block.name}.mlp_post"], lambda: loaded.network, lambda: loaded.replay(0)):
        with pytest.raises(ModelMissingError, match=f"give {name} to vitviz.load_trace"):
            ask()


def test_an_edited_run_gives_what_was_saved_and_nothing_else(file: Path) -> None:
    model = vitviz.load_model("vit-test")
    trace = vitviz.trace(model, PICTURE, vitviz.zero_head(0, 1))
    trace.save(file, tensors=["blocks.0.z"])
    loaded = vitviz.load_trace(file, model)
    assert torch.equal(loaded.kept["logits"], trace["logits"])
    assert not loaded["blocks.0.z"][:, 1].any()
    with pytest.raises(ModelMissingError, match=r"Edit\(blocks\.0\.z\)"):
        loaded["blocks.0.mlp_post"]


def test_the_metadata_say_where_it_came_from(file: Path) -> None:
    model = vitviz.load_model("vit-test")
    vitviz.trace(model, PICTURE).save(file)
    with safe_open(file, framework="pt") as opened:
        metadata = opened.metadata()
    assert (metadata["format"], metadata["format_version"]) == ("vitviz.trace", "1")
    said = json.loads(metadata["model"])
    assert (said["name"], said["kind"], said["revision"]) == ("vit-test", model.entry.source.kind, None)
    assert said["weights_sha256"] == weights_hash(model.network)
    assert json.loads(metadata["versions"]) == library_versions()
    assert json.loads(metadata["preprocessing"])["size"] == 32


def change(file: Path, **changed: Any) -> None:
    with safe_open(file, framework="pt") as opened:
        metadata = dict(opened.metadata())
    for name, value in changed.items():
        if callable(value):
            data = json.loads(metadata[name])
            value(data)
            metadata[name] = json.dumps(data)
        else:
            metadata[name] = value
    save_file(load_file(file), file, metadata)


def drop_a_tensor(file: Path) -> None:
    with safe_open(file, framework="pt") as opened:
        metadata = opened.metadata()
    tensors = load_file(file)
    del tensors["blocks.1.q"]
    save_file(tensors, file, metadata)


def set_depth(config: dict[str, Any]) -> None:
    config["depth"] = 10**9


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut off": (lambda f: f.write_bytes(f.read_bytes()[:-100]), "not a whole safetensors file"),
    "text": (lambda f: f.write_text("hello"), "not a whole safetensors file"),
    "not there": (lambda f: f.unlink(), "there is no file"),
    "other tensors": (lambda f: save_file({"a": torch.zeros(1)}, f), "not one that trace.save wrote"),
    "a later format": (lambda f: change(f, format_version="9"), "format version 9, and this vitviz reads 1"),
    "no json": (lambda f: change(f, model="{"), "metadata .* are damaged"),
    "an unknown family": (lambda f: change(f, config=lambda c: c.update(family="Other")), "are damaged"),
    "an unknown setting": (lambda f: change(f, config=lambda c: c.update(secret=1)), "are damaged"),
    "a list for a section": (lambda f: change(f, run="[]"), "are damaged"),
    "a billion blocks": (lambda f: change(f, config=set_depth), "more blocks than it has tensors"),
    "a tensor missing": (drop_a_tensor, "not whole"),
    "more pictures": (
        lambda f: change(f, run=lambda r: r.update(pictures=2)),
        "says that it is of 2 pictures",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_sentence(case: str, file: Path) -> None:
    vitviz.trace(vitviz.load_model("vit-test"), PICTURE).save(file)
    damage, sentence = BROKEN[case]
    damage(file)
    with pytest.raises(TraceFileError, match=sentence) as error:
        vitviz.load_trace(file)
    assert "\n" not in str(error.value)


def test_another_model_is_refused(file: Path) -> None:
    model = vitviz.load_model("vit-test")
    vitviz.trace(model, PICTURE).save(file)
    with pytest.raises(TraceFileError, match="another model than swin-test: family is ViTConfig there"):
        vitviz.load_trace(file, vitviz.load_model("swin-test"))
    with torch.no_grad():
        model.network.head.weight[0, 0] += 1
    with pytest.raises(TraceFileError, match="with other weights than vit-test has: SHA-256"):
        vitviz.load_trace(file, model)


def test_a_model_from_a_file_is_not_looked_for(file: Path) -> None:
    vitviz.trace(vitviz.load_model("vit-test"), PICTURE).save(file)
    change(file, model=lambda m: m.update(kind="file"))
    with pytest.raises(TraceFileError, match="came from a file or from code"):
        vitviz.load_trace(file, by_name=True)


def test_other_circumstances_are_a_warning(file: Path) -> None:
    model = vitviz.load_model("vit-test")
    vitviz.trace(model, PICTURE).save(file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vitviz.load_trace(file, model)
    change(file, versions=lambda v: v.update(torch="1.0"))
    with pytest.warns(TraceFileWarning, match=r"the version of torch changed from 1\.0 to"):
        vitviz.load_trace(file, model)
    change(file, versions=lambda v: v.update(library_versions()), preprocessing=lambda p: p.update(size=64))
    with pytest.warns(TraceFileWarning, match="its preprocessing changed"):
        vitviz.load_trace(file, model)


@BOTH
def test_rows(name: str) -> None:
    trace = vitviz.trace(vitviz.load_model(name), PICTURE)
    rows = trace.rows()
    assert [row.name for row in rows] == trace.names()
    for row in rows:
        tensor = trace[row.name]
        assert (row.shape, row.bytes) == (tuple(tensor.shape), tensor.nbytes)
        assert f"torch.{row.dtype}" == str(tensor.dtype)
    source = (Path(vitviz.__file__).parent / "models" / rows[0].file).read_text(encoding="utf-8").splitlines()
    assert 'probe("image"' in source[rows[0].line - 1]
    frame = trace.to_frame()
    assert list(frame.index) == trace.names()
    assert list(frame.columns) == ["shape", "dtype", "bytes", "file", "line", "function"]


def test_a_frame_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    trace = vitviz.trace(vitviz.load_model("vit-test"), PICTURE)
    assert trace.rows()
    with pytest.raises(ImportError, match="pip install pandas"):
        trace.to_frame()
