"""The command: what it prints, what it answers to mistakes, and with which configuration it starts the app."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit import config as streamlit_config

import vitviz
from vitviz.cli import app_config, main
from vitviz.samples import SAMPLES

PICTURE = str(SAMPLES[0].path)


def test_models_lists_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [entry.name for entry in vitviz.list_models()]
    assert [line.split()[1] == "trained" for line in lines] == [e.trained for e in vitviz.list_models()]


@pytest.mark.parametrize("name", ["vit-tiny", "swin-mini"])
def test_trace_prints_the_top_classes_and_the_shapes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", PICTURE, "--model", name, "--block", "1", "--top", "3"]) == 0
    out = capsys.readouterr().out
    trace = vitviz.trace(vitviz.load_model(name), PICTURE)
    scores = [f"{100 * score.probability:5.1f} %  {score.name}" for score in trace.top(3)]
    assert re.findall(r"^ *\d+\.\d %.*", out, re.M) == scores
    shapes = re.findall(r"^([\w.]+) +(\([\d, ]+\))", out, re.M)
    assert {"image", "embed", "logits", f"{trace.blocks[1].name}.pattern"} <= {name for name, _ in shapes}
    assert shapes == [(name, str(tuple(trace[name].shape))) for name, _ in shapes]
    assert "not trained" not in out


def test_trace_says_that_a_model_is_not_trained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", PICTURE, "--model", "vit-test"]) == 0
    assert "not trained here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no-such-file.jpg"], "There is no such file"),
        ([__file__], "This is not a JPEG"),
        ([PICTURE, "--model", "vit-huge"], "there is no model called 'vit-huge'"),
        ([PICTURE, "--model", "vit-test", "--block", "2"], "2 attention blocks, there is no block 2"),
        ([PICTURE, "--model", "vit-test", "--dtype", "int8"], "a dtype is one of float32, bfloat16, float16"),
        ([PICTURE, "--model", "vit-test", "--device", "cuda:99"], "torch finds no cuda:99 on this machine"),
        ([PICTURE, "--model", "vit-test", "--device", "gpu"], "a device is cpu, cuda, cuda:1 or mps"),
        (
            [PICTURE, "--model", "vit-test", "--tensors", "q"],
            "no tensor called 'q': --tensors '*' lists them",
        ),
        ([PICTURE, "--out", "t.txt"], "--out is a file that ends in .safetensors"),
        ([PICTURE, "--out", "nowhere/t.safetensors"], "in a folder that is there"),
        ([str(Path(__file__).parent)], "holds no picture"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("vitviz: ")
    assert sentence in said.err
    assert not said.out


def folder_of_pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (0, 1):
        shutil.copy(SAMPLES[number].path, folder / f"{number}{SAMPLES[number].path.suffix}")
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_trace_writes_a_file_that_can_be_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "t.safetensors"
    options = ["--model", "vit-test", "--dtype", "bfloat16", "--tensors", "blocks.*.pattern"]
    assert main(["trace", PICTURE, *options, "--out", str(out)]) == 0
    assert f"written to {out}" in capsys.readouterr().out
    loaded = vitviz.load_trace(out)
    assert loaded["blocks.1.pattern"].dtype == loaded["logits"].dtype
    assert str(loaded["logits"].dtype) == "torch.bfloat16"


def test_trace_lists_tensors(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["trace", PICTURE, "--model", "vit-test", "--tensors", "blocks.1.m*", "--tensors", "embed"]) == 0
    )
    listed = capsys.readouterr().out.split("\n\n")[-1].splitlines()
    trace = vitviz.trace(vitviz.load_model("vit-test"), PICTURE)
    names = [name for name in trace.names() if name.startswith("blocks.1.m") or name == "embed"]
    assert [line.split()[0] for line in listed] == names
    assert re.search(r"embed +\(1, 16, 16\) +float32 +1,024 bytes +vit\.py:\d+", listed[0])


def test_trace_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = folder_of_pictures(tmp_path), tmp_path / "traces"
    assert main(["trace", str(folder), "--model", "vit-test", "--top", "1", "--out", str(out)]) == 0
    said = capsys.readouterr()
    pictures = sorted(path.name for path in folder.iterdir() if path.suffix != ".txt")
    assert [line.split()[0] for line in said.out.splitlines()] == pictures
    assert [f"{n} of 2: {name}" for n, name in enumerate(pictures, 1)] == said.err.splitlines()
    assert sorted(path.name for path in out.iterdir()) == [f"{name}.safetensors" for name in pictures]
    trace = vitviz.trace(vitviz.load_model("vit-test"), folder / pictures[1])
    loaded = vitviz.load_trace(out / f"{pictures[1]}.safetensors")
    assert (loaded["logits"] == trace["logits"]).all()


def test_a_broken_picture_of_a_folder_is_said_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_of_pictures(tmp_path)
    (folder / "00.jpg").write_text("no picture")
    assert main(["trace", str(folder), "--model", "vit-test"]) == 2
    said = capsys.readouterr()
    assert "vitviz: 00.jpg: This is not a JPEG" in said.err
    assert len(said.out.splitlines()) == 2


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"vitviz {vitviz.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "port", "host"),
    [([], None, "localhost"), (["--port", "8600", "--host", "0.0.0.0"], 8600, "0.0.0.0")],
)
def test_app_starts_with_its_own_configuration(
    arguments: list[str], port: int | None, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[dict[str, Any]] = []
    app = SimpleNamespace(run=lambda *, config: ran.append(config))
    monkeypatch.setitem(sys.modules, "vitviz.app.server", SimpleNamespace(app=app))
    assert main(["app", *arguments]) == 0
    [config] = ran
    assert (config.get("server.port"), config["server.address"]) == (port, host)
    assert {**config, "server.address": "localhost"} | {"server.port": 0} == app_config() | {"server.port": 0}


def test_streamlit_knows_every_option_of_the_configuration() -> None:
    config = app_config()
    assert config["server.headless"] is True
    assert config["theme.dark.primaryColor"].startswith("#")
    for name in config:
        streamlit_config.get_option(name)  # RuntimeError for an unknown one


def test_app_says_what_is_missing_without_streamlit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "streamlit", None)
    assert main(["app"]) == 1
    assert 'pip install "streamlit<2"' in capsys.readouterr().err
