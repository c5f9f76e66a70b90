"""Damaged picture files, each from a seed of its own: python -m tests.images.fuzz --mutants 20000 --seed 7

The command opens them in a process of their own and prints how many opened, what was said of the others, the slowest,
and the seed of each that took too much or crashed, so that it can become a test (``KEPT_SEEDS``).
"""

from __future__ import annotations

import argparse
import random
import struct
import sys
import time
from collections import Counter

from PIL import Image

from tests.images.costly import run_lengths, scans
from tests.images.files import encode, noise, palette_picture
from vitviz.images import ImageError
from vitviz.images.pool import Pool

EXTREME = [
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    bytes(4),
    b"\0\0\0\x80",
    b"\1\0\0\0",
]
# Each takes another way through Pillow, or found something once.
KEPT_SEEDS = [*range(360)]
TROUBLE = ("crashed", "time", "memory")


def bases() -> list[bytes]:
    """Whole files of many kinds."""
    picture = noise(48, 32)
    rgba = picture.convert("RGBA")
    rgba.putalpha(Image.linear_gradient("L").resize(picture.size))
    exif = Image.Exif()
    exif[274] = 6
    frames = {"save_all": True, "append_images": [picture.rotate(180)]}
    plain = [encode(picture, kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]
    packed = [
        encode(picture, "TIFF", compression=one)
        for one in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    ]
    return [
        *plain,
        *packed,
        *(encode(picture, kind, **frames) for kind in ("PNG", "WEBP", "GIF", "TIFF", "MPO")),
        *(encode(rgba, kind) for kind in ("PNG", "WEBP", "BMP", "TIFF")),
        *(encode(picture, kind, exif=exif) for kind in ("JPEG", "PNG", "TIFF")),
        encode(picture, "JPEG", progressive=True),
        encode(picture.convert("CMYK"), "JPEG"),
        encode(picture.convert("F"), "TIFF"),
        encode(picture.convert("1"), "TIFF", compression="group4"),
        encode(palette_picture(), "PNG", transparency=bytes([255, 128, 0])),
        scans(64, 64, 5),
        run_lengths(48, 32, b"\x30\x07\0\0" * 32 + b"\0\1"),
    ]


def mutant(files: list[bytes], seed: int) -> bytes:
    """The damaged file of that seed: one to four changes, most of them near its beginning."""
    rng = random.Random(seed)
    data = bytearray(rng.choice(files))
    for _ in range(rng.randrange(1, 5)):
        at = min(rng.randrange(1, len(data) + 1), rng.choice([60, 250, len(data)])) - 1
        length = rng.choice([1, 2, 4, 30, 400])
        change = rng.randrange(8)
        if change == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 1:
            data[at : at + 4] = rng.choice(EXTREME)
        elif change == 2:
            data[at : at + length] = rng.randbytes(length)
        elif change == 3:
            data[at : at + 2] = struct.pack(rng.choice("<>") + "H", rng.randrange(1 << 16))
        elif change == 4:
            del data[at : at + length]
        elif change == 5:
            data[at:at] = data[at : at + length] * rng.choice([1, 2, 50])
        elif change == 6:
            data[at:] = rng.choice(files)[at:]
        else:
            del data[max(1, at) :]
        if not data:
            return b"\0"
    return bytes(data)


def main() -> None:
    """Open many mutants and say what became of them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mutants", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    files, pool = bases(), Pool(1)
    said: Counter[str] = Counter()
    slowest: list[tuple[float, int]] = []
    for seed in range(options.seed, options.seed + options.mutants):
        start = time.perf_counter()
        try:
            pool.open(mutant(files, seed))
            code = "opened"
        except ImageError as error:
            code = error.code
        said[code] += 1
        slowest = sorted([(time.perf_counter() - start, seed), *slowest], reverse=True)[:5]
        if code in TROUBLE:
            print(f"seed {seed}: {code}")
    pool.close()
    print(dict(said.most_common()))
    print("slowest:", ", ".join(f"{seconds:.2f} s (seed {seed})" for seconds, seed in slowest))
    sys.exit(any(code in said for code in TROUBLE))


if __name__ == "__main__":
    main()
