"""Damaged files of kept seeds: a picture or one sentence, soon, and nothing else. ``tests.images.fuzz`` makes more."""

import time
from collections import Counter

import numpy as np
import pytest

from tests.images.files import assert_one_sentence
from tests.images.fuzz import KEPT_SEEDS, bases, mutant
from vitviz.images import ImageError, Preprocessing, open_image, to_array

SPEC = Preprocessing(32)
MOST_SECONDS = 3.0


@pytest.mark.filterwarnings("ignore")  # of damaged EXIF data and TIFF tags
def test_damage_is_a_picture_or_one_sentence() -> None:
    files, codes = bases(), Counter[str]()
    for seed in KEPT_SEEDS:
        start = time.process_time()
        try:
            picture = open_image(mutant(files, seed))
        except ImageError as error:
            assert_one_sentence(error)
            codes[error.code] += 1
        else:
            assert picture.image.mode == "RGB", seed
            assert np.isfinite(to_array(picture.view(SPEC), SPEC)).all(), seed
            codes["opened"] += 1
        assert time.process_time() - start < MOST_SECONDS, seed
    # Both happen often, else the mutants would be too much alike.
    assert codes["opened"] > len(KEPT_SEEDS) // 5
    assert codes.total() - codes["opened"] > len(KEPT_SEEDS) // 5


@pytest.mark.filterwarnings("ignore")
def test_every_base_opens_and_a_mutant_is_that_of_its_seed() -> None:
    files = bases()
    for data in files:
        assert open_image(data).image.size
    assert mutant(files, 5) == mutant(bases(), 5) != mutant(files, 6)
