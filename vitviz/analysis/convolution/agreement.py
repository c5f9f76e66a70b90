"""On how many digits programs agree that compute the same number in different orders of addition."""

from __future__ import annotations

from collections.abc import Sequence


def shared_start(numbers: Sequence[str]) -> int:
    """With how many characters all of the written numbers begin alike."""
    shortest = min(map(len, numbers))
    return next((at for at in range(shortest) if len({number[at] for number in numbers}) > 1), shortest)
