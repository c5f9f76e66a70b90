"""Where the files that belong to vitviz but are no Python lie: weights, labels, pictures, the app's configuration.

In a clone they stand at the top of the repository; a wheel carries the same folders inside the package. Imports no
torch and nothing else of vitviz.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_IN_WHEEL = _PACKAGE / "_shipped"  # filled by the build, see pyproject.toml; a clone has no such folder


def shipped(name: str) -> Path:
    """The file or folder that is called ``name`` seen from the top of the repository.

    >>> from vitviz.assets import shipped
    >>> shipped("assets/labels").is_dir(), shipped(".streamlit/config.toml").is_file()
    (True, True)

    Raises:
        FileNotFoundError: if it is in neither place, as when the package was copied without its assets.
    """
    places = (_IN_WHEEL / name, _PACKAGE.parent / name)
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"{name} is neither at {places[0]} nor at {places[1]}")
