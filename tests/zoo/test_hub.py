"""Models by name, through the real ``huggingface_hub``, from a hub on loopback."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import vitviz
from tests.zoo.checkpoints import NAMES, largest_gap, ours, theirs, write, write_shards
from tests.zoo.loopback_hub import FIRST, SECOND, Hub, serve
from tests.zoo.test_load_files import refused
from vitviz.zoo.errors import Cancelled
from vitviz.zoo.source import Source, Step

hub_constants: Any = pytest.importorskip("huggingface_hub.constants")
NAME = "somebody/tiny-vit"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, an empty cache, and no token."""
    with serve() as running:
        monkeypatch.setattr(hub_constants, "ENDPOINT", running.endpoint)
        monkeypatch.setattr(
            hub_constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            running.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(hub_constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(hub_constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(hub_constants, "HF_TOKEN_PATH", str(tmp_path / "no token"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        running.add(NAME, write(tmp_path / "repository"))
        yield running


def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_constants, "HF_HUB_OFFLINE", True)


def test_by_name(hub: Hub) -> None:
    steps: list[tuple[Step, int, int | None]] = []
    model = vitviz.load_model(NAME, progress=lambda *step: steps.append(step))
    assert model.entry.name == NAME
    assert model.entry.source == Source("hub", NAME, FIRST)
    assert model.entry.class_names == NAMES
    assert largest_gap(model.network.state_dict(), ours()) == 0
    fetched = [done for step, done, _ in steps if step == "download"]
    assert fetched == sorted(fetched)
    assert fetched[-1] == [total for step, _, total in steps if step == "download"][-1]
    assert fetched[-1] == sum(path.stat().st_size for path in hub.repositories[NAME].commits[FIRST].iterdir())


def test_only_what_is_needed_is_fetched(hub: Hub) -> None:
    folder = hub.repositories[NAME].commits[FIRST]
    (folder / "README.md").write_text("# tiny", encoding="utf-8")
    torch.save(theirs(), folder / "pytorch_model.bin")
    vitviz.load_model(NAME)
    fetched = {line.rpartition("/")[2] for line in hub.asked if line.startswith("GET /somebody")}
    assert fetched == {"config.json", "preprocessor_config.json", "model.safetensors"}


def test_by_revision(hub: Hub, tmp_path: Path) -> None:
    other = {name: tensor + 1 for name, tensor in theirs().items()}
    repository = hub.repositories[NAME]
    repository.commits[SECOND] = write(tmp_path / "second", other)
    repository.names["v2"] = SECOND
    for revision in ("v2", SECOND):
        model = vitviz.load_model(NAME, revision=revision)
        assert model.entry.source.revision == SECOND
        assert torch.equal(model.network.state_dict()["norm.weight"], ours()["norm.weight"] + 1)
    error = refused("hub_no_revision", lambda: vitviz.load_model(NAME, revision="v3"))
    assert "v3" in str(error)


def test_sharded(hub: Hub, tmp_path: Path) -> None:
    hub.add("somebody/sharded", write_shards(tmp_path / "sharded"))
    assert largest_gap(vitviz.load_model("somebody/sharded").network.state_dict(), ours()) == 0


def test_an_interrupted_download_is_resumed(hub: Hub) -> None:
    hub.cut_once = "model.safetensors"
    model = vitviz.load_model(NAME)
    assert largest_gap(model.network.state_dict(), ours()) == 0
    assert len([line for line in hub.asked if line.startswith("GET") and "model.safetensors" in line]) == 2


def test_other_bytes_are_not_kept(hub: Hub) -> None:
    hub.wrong_bytes = "model.safetensors"
    refused("hub_wrong_hash", lambda: vitviz.load_model(NAME))
    hub.wrong_bytes = ""
    assert largest_gap(vitviz.load_model(NAME).network.state_dict(), ours()) == 0


def test_what_is_not_there(hub: Hub, tmp_path: Path) -> None:
    error = refused("hub_not_found", lambda: vitviz.load_model("nobody/nothing"))
    assert "nobody/nothing" in str(error)
    folder = write_shards(tmp_path / "half")
    hub.add("somebody/half", folder)
    (folder / "model-00002-of-00002.safetensors").unlink()
    error = refused("hub_missing_file", lambda: vitviz.load_model("somebody/half"))
    assert "model-00002-of-00002.safetensors" in str(error)
    hub.withheld = "model.safetensors"
    refused("hub_missing_file", lambda: vitviz.load_model(NAME))


def test_a_model_for_those_who_asked(hub: Hub) -> None:
    hub.repositories[NAME].gated = True
    refused("hub_gated", lambda: vitviz.load_model(NAME))


def test_offline_with_and_without_the_files(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    vitviz.load_model(NAME)
    asked = len(hub.asked)
    offline(monkeypatch)
    model = vitviz.load_model(NAME)
    assert len(hub.asked) == asked
    assert model.entry.source == Source("hub", NAME, FIRST)
    assert largest_gap(model.network.state_dict(), ours()) == 0
    refused("hub_offline", lambda: vitviz.load_model("somebody/other"))


def test_a_part_of_the_files_is_not_enough_offline(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    vitviz.load_model(NAME)
    snapshot = Path(hub_constants.HF_HUB_CACHE) / "models--somebody--tiny-vit" / "snapshots" / FIRST
    (snapshot / "model.safetensors").unlink()
    offline(monkeypatch)
    refused("hub_incomplete", lambda: vitviz.load_model(NAME))


def test_a_hub_that_is_out_of_reach(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    vitviz.load_model(NAME)
    monkeypatch.setattr(hub_constants, "ENDPOINT", "http://127.0.0.1:9")
    assert vitviz.load_model(NAME).entry.source.revision == FIRST
    refused("hub_unreachable", lambda: vitviz.load_model("somebody/other"))


def test_a_full_disk(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **settings: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", full)
    refused("disk_full", lambda: vitviz.load_model(NAME))


def test_fetching_can_be_stopped(hub: Hub) -> None:
    def stop(step: Step, done: int, total: int | None) -> None:
        if step == "download" and done > 5000:
            raise Cancelled

    with pytest.raises(Cancelled):
        vitviz.load_model(NAME, progress=stop)
    assert largest_gap(vitviz.load_model(NAME).network.state_dict(), ours()) == 0


def test_a_refusal_names_the_model(hub: Hub, tmp_path: Path) -> None:
    hub.add("somebody/<script>", tmp_path)
    refused("unknown_model", lambda: vitviz.load_model("somebody/<script>"))
    hub.add("somebody/empty", tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    refused("no_weights", lambda: vitviz.load_model("somebody/empty"))


def test_the_entry_is_that_of_the_file(hub: Hub, tmp_path: Path) -> None:
    by_name = vitviz.load_model(NAME).entry
    by_file = vitviz.load_model(hub.repositories[NAME].commits[FIRST]).entry
    assert replace(by_file, name=by_name.name, title=by_name.title, source=by_name.source) == by_name
