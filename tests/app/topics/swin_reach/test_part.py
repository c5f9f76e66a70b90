"""Every sentence that the Swin reach parts say is in the table."""

import re
from pathlib import Path

from vitviz.app.topics.swin_reach import part
from vitviz.app.words import table

FOLDER = Path(part.__file__).parent


def test_every_sentence_that_a_part_says_is_in_the_table() -> None:
    said = {
        "windows": ["windows_part.js"],
        "receptive_field": ["receptive_field_part.js", "fields.js", "strip.js"],
        "scores": ["scores_part.js", "term_maps.js", "gallery.js", "pairs.js"],
        "beside_vit": ["beside_vit_part.js", "side.js"],
    }
    for kind, files in said.items():
        for file in files:
            text = (FOLDER / file).read_text(encoding="utf-8")
            used = set(re.findall(r"(?<!/)\bwords\.(\w+)", text))
            assert used
            missing = {word for word in used if f"swin_reach.{kind}.{word}" not in table()}
            assert not missing, f"{file} says {missing}"
