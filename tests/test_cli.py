"""The command: what it prints, what it answers to mistakes, and with which configuration it starts the app."""

from __future__ import annotations

import re
import sys
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
    assert 'pip install "vitviz[app]"' in capsys.readouterr().err
