"""The sample pictures are there, are thanked for, and are of the kinds that a person should find."""

import numpy as np
import pytest

from vitviz.images import open_image
from vitviz.samples import FOLDER, SAMPLES, Sample
from vitviz.zoo.registry import find

LICENCES = ("CC0", "CC BY 2.0", "MIT", "public domain", "no known copyright restrictions")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_a_sample_opens_and_has_a_credit(sample: Sample) -> None:
    assert min(open_image(sample.path).image.size) >= 150
    assert sample.title
    assert sample.title_zh
    assert any(licence in sample.credit for licence in LICENCES)
    assert sample.shows in ("", *find("vit-tiny").class_names)


def test_every_kind_is_there_and_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {sample.file for sample in SAMPLES} | {"pictures.json"}
    assert len({sample.file for sample in SAMPLES}) == len(SAMPLES)
    pictures = [np.asarray(open_image(sample.path).image) for sample in SAMPLES]
    assert any((picture == picture[..., :1]).all() for picture in pictures)  # grey
    assert any(picture.shape[0] != picture.shape[1] for picture in pictures)
    assert sum(bool(sample.shows) for sample in SAMPLES) >= 6
    assert not all(sample.shows for sample in SAMPLES)
    assert SAMPLES[0].shows
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_500_000
