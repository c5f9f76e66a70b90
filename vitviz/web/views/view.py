"""What a notebook or a file needs to know of a part: its modules, its data for a state, and which states there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from vitviz.web.explorer.of_trace import Shown, picture_address
from vitviz.web.words import Speaker

State = Mapping[str, Any]


class View(ABC):
    """One part showing one run.

    ``module`` exports the part's ``HostedPart``, ``styles`` are its style sheets, ``plotly`` says whether it draws with
    plotly.js; all paths are inside the package.
    """

    name: ClassVar[str]
    page: ClassVar[str]  # the app's address of the page that shows the same
    module: ClassVar[str]
    styles: ClassVar[tuple[str, ...]]
    plotly: ClassVar[bool]

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.trace = shown.trace
        self.check()

    def check(self) -> None:  # noqa: B027 - most parts show any run
        """Raise ``ValueError`` with one sentence where the part has nothing to show of this run."""

    @abstractmethod
    def opening(self) -> dict[str, Any]:
        """The state that it opens with."""

    def changed(self, before: State, wanted: State) -> dict[str, Any]:
        """A state with what is wanted in it; what is not named stays.

        Raises:
            ValueError: as ``checked``, or something is named that the part does not have.
        """
        known = self.opening().keys()
        if unknown := wanted.keys() - known:
            raise ValueError(f"this view has no {sorted(unknown)[0]!r}: it has {', '.join(known)}")
        return self.checked({**before, **wanted})

    @abstractmethod
    def checked(self, state: State) -> dict[str, Any]:
        """A whole state as it can be shown.

        Raises:
            ValueError: something in it is not there; the sentence says what there is.
        """

    @abstractmethod
    def data(self, state: State, words: Speaker) -> dict[str, Any]:
        """What the part gets for a state, without the picture's address."""

    def file_data(self, state: State, words: Speaker) -> dict[str, Any]:
        """The same for a file, where nobody can be asked for more."""
        return self.data(state, words)

    def needs_data(self, before: State, after: State) -> bool:
        """Whether ``after`` cannot be drawn with the data of ``before``."""
        return False

    def image(self, state: State) -> str:
        """The picture's address, which needs no server."""
        return picture_address(self.shown.seen)[0]

    @property
    def aspect(self) -> float:
        """The picture's width / height."""
        return self.shown.seen.width / self.shown.seen.height


def whole(state: State, key: str, count: int, noun: str) -> int:
    """The whole number of a state that says which of ``count`` is meant.

    Raises:
        ValueError: it is none of them.
    """
    value = state[key]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise ValueError(f"there is no {noun} {value!r}: this run has 0 to {count - 1}")
    return value
