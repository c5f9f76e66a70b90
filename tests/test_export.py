"""The command ``vitviz export``: its files, its index page, and what it says to mistakes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from vitviz.cli import main
from vitviz.export_command import free_name, given_pictures
from vitviz.samples import SAMPLES
from vitviz.web.html_file.index import Listed, index_page


def test_a_folder_of_pictures_becomes_files_and_an_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(2):
        Image.new("RGB", (32, 32), (90 * number, 20, 200)).save(pictures / f"a b {number}.png")
    folder = tmp_path / "set"
    given = ["export", str(folder), str(pictures), "--model", "vit-test", "--model", "swin-test"]
    assert main(given) == 0
    assert "4 files and index.html written" in capsys.readouterr().out
    index = (folder / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="\./([^"]+)"', index)
    assert sorted(linked) == sorted(path.name for path in folder.iterdir() if path.name != "index.html")
    assert linked[0] == "a-b-0-vit-test.html"
    assert "a b 0, a ViT for tests" in index
    assert "a b 0 in a ViT for tests" in (folder / linked[0]).read_text(encoding="utf-8")


def test_a_picture_that_does_not_open_is_said_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    shutil.copy(SAMPLES[0].path, pictures / "good.jpg")
    (pictures / "bad.jpg").write_bytes(b"no picture")
    assert main(["export", str(tmp_path / "set"), str(pictures), "--model", "vit-test"]) == 2
    captured = capsys.readouterr()
    assert "bad.jpg" in captured.err
    assert "1 files" in captured.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "vit-huge"], "there is no model called 'vit-huge'"),
        (["--model", "vit-test", "--precision", "40"], "precision is a number of bits"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["export", str(tmp_path / "set"), str(SAMPLES[0].path), *options]) == 2
    assert said in capsys.readouterr().err


def test_file_names_need_no_escaping_and_never_meet() -> None:
    used = {"index.html"}
    assert free_name("a/../b <x>", used) == "a-..-b-x.html"
    assert free_name("A/../b <x>", used) == "A-..-b-x-2.html"
    assert free_name("index", used) == "index-2.html"
    assert free_name("花", used) == "picture.html"


def test_the_samples_stand_for_no_pictures_and_have_their_credit() -> None:
    given = list(given_pictures([]))
    assert [each.path for each in given] == [sample.path for sample in SAMPLES]
    for each, sample in zip(given, SAMPLES, strict=True):
        assert sample.author in each.note["en"]
        assert sample.author in each.note["zh"]


def test_names_in_the_index_are_text() -> None:
    hostile = "</script><script>alert(1)</script>\"'&"
    page = index_page([Listed("a.html", hostile, hostile, "data:image/png;base64,AA==", 2**20)], "zh")
    assert "<script>alert" not in page
    assert "1.0 MiB" in page
    assert 'lang="zh-Hans"' in page
