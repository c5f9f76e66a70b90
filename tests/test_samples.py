"""The sample pictures are those of the list, open, have a clean origin, and are of every kind that is wanted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import vitviz
from vitviz.images import open_image
from vitviz.samples import FOLDER, LICENCES, SAMPLES, Sample
from vitviz.zoo.registry import ASSETS, find

NOTICES = ASSETS / "licences"
CREDITS = "pictures.md"
OF_LABELS = "Apache-2.0.txt"  # of the names of classes
OF_PIECES = "MIT.janeaustenr.txt"  # the package of the novels whose pieces of words are in assets/data
REGISTRIES = ("Debian ", "PyPI ", "npm ")
# What the texts that a licence demands must say.
DEMANDED = {
    "BSD-3-Clause.JPEG-XL.txt": (
        "the JPEG XL Project Authors",
        "Redistributions in binary form must reproduce",
        "Neither the name of",
        "PROVIDED BY THE COPYRIGHT HOLDERS",
    ),
    "MIT.Fashion-MNIST.txt": ("2017 Zalando SE", "Permission is hereby granted", 'PROVIDED "AS IS"'),
    "CC0-1.0.txt": ("CC0 1.0 Universal", "Waiver", "Limitations and Disclaimers"),
    CREDITS: ("https://creativecommons.org/licenses/by/4.0/", "disclaims all warranties", "Public domain"),
}


def every_sample() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)


@every_sample()
def test_a_sample_opens_and_says_where_it_is_from(sample: Sample) -> None:
    assert min(open_image(sample.path).image.size) >= 28
    for told in (sample.title, sample.title_zh, sample.author, sample.good_for, sample.good_for_zh):
        assert told.strip()
    assert sample.licence in LICENCES
    assert sample.package.startswith(REGISTRIES)
    assert sample.version[0].isdigit()
    assert not sample.path_in_package.startswith("/")
    assert sample.shows in ("", *find("vit-tiny").class_names)


@every_sample()
def test_a_credit_says_what_the_licence_asks_for(sample: Sample) -> None:
    for told in (sample.author, sample.licence, sample.package, sample.changed):
        assert told in sample.credit
    if sample.licence == "CC BY 4.0":
        assert "https://creativecommons.org/licenses/by/4.0/" in sample.credit
        assert sample.changed == "cropped and made smaller"


@every_sample()
def test_the_credits_have_a_line_of_every_sample(sample: Sample) -> None:
    lines = (NOTICES / CREDITS).read_text(encoding="utf-8").splitlines()
    [row] = [line for line in lines if line.startswith(f"| {sample.file} |")]
    package = f"{sample.package} {sample.version}"
    assert row[2:-2].split(" | ") == [
        sample.file, sample.author, sample.licence, package, sample.path_in_package, sample.changed
    ]  # fmt: skip
    if LICENCES[sample.licence] == CREDITS:
        [line] = [line for line in lines if line.startswith(f"- `{sample.file}`: ")]
        assert sample.author.split(", ")[0] in line
        assert sample.licence != "CC BY 4.0" or (sample.licence in line and sample.changed in line)


def test_the_licences_are_those_that_samples_and_labels_need_and_no_others() -> None:
    needed = {LICENCES[sample.licence] for sample in SAMPLES}
    assert {path.name for path in NOTICES.iterdir()} == needed | {OF_LABELS, OF_PIECES}
    assert needed == set(DEMANDED)
    labels = [path.read_text(encoding="utf-8") for path in (ASSETS / "labels").glob("*.licence.txt")]
    assert any(OF_LABELS in text for text in labels)
    assert OF_PIECES in (ASSETS / "data" / "README.md").read_text(encoding="utf-8")
    for name, phrases in DEMANDED.items():
        text = (NOTICES / name).read_text(encoding="utf-8")
        assert all(phrase in text for phrase in phrases)


def test_the_files_are_those_of_the_list() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {sample.file for sample in SAMPLES} | {"pictures.json"}
    for names in ([s.file for s in SAMPLES], [s.title for s in SAMPLES], [s.title_zh for s in SAMPLES]):
        assert len(set(names)) == len(names)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_500_000


def test_every_kind_is_there() -> None:
    opened = {sample.file: open_image(sample.path) for sample in SAMPLES}
    shapes = {name: np.asarray(picture.image).shape for name, picture in opened.items()}
    grey = [np.asarray(picture.image) for picture in opened.values() if picture.original_mode == "L"]
    assert grey
    assert all((picture == picture[..., :1]).all() for picture in grey)
    assert any(width >= 4 * height for height, width, _ in shapes.values())
    assert any(height >= 4 * width for height, width, _ in shapes.values())
    assert any(max(height, width) == 28 for height, width, _ in shapes.values())
    assert any("transparency put on white" in picture.notes for picture in opened.values())
    assert sum(bool(sample.shows) for sample in SAMPLES) >= 6
    assert not all(sample.shows for sample in SAMPLES)


def test_one_sample_is_turned_upright_by_its_exif_orientation() -> None:
    turned = next(sample for sample in SAMPLES if "EXIF orientation 6" in sample.changed)
    with Image.open(turned.path) as stored:
        assert stored.getexif()[274] == 6
        assert stored.size == open_image(turned.path).image.size[::-1]


@pytest.mark.parametrize("model", ["vit-tiny", "swin-mini"])
def test_the_first_sample_is_the_sunflower_and_the_embedded_models_know_it(model: str) -> None:
    assert SAMPLES[0].file == "sunflower.jpg"
    assert SAMPLES[0].shows == "sunflower"
    [best] = vitviz.trace(vitviz.load_model(model), SAMPLES[0].path).top(1)
    assert best.name == "sunflower"
    assert best.probability > 0.5
