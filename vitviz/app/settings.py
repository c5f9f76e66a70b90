"""What a person chose and every page keeps: typed settings, each defined once, and widgets whose value is one.

A setting is a constant of the module that owns it. Those that several topics read stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from vitviz.app import links

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One choice, kept in a person's session when its page is left; ``name`` begins with the topic that owns it.

    ``where`` tells apart what is chosen for each model, or for each picture: ``BLOCK.get(0, model.name)``.
    With ``read``, which makes a value of a link's text (ValueError: it is none), the setting stands in the address of
    every page that reads it, under its name.
    """

    name: str
    read: Callable[[str], T] | None = None

    def get(self, default: T, *where: str, keep: bool = True) -> T:
        """What a link just followed says, else what was chosen, else ``default``, which then counts as chosen.

        Without ``keep`` it does not: another page, or the same one with another picture, may begin elsewhere.
        """
        key = self._key(where)
        if self.read is None:
            return self._kept(key, default, keep)
        followed, asked = links.take(self.name, key, default, self.read)
        if followed:
            self._forget_widgets(where)
            st.session_state.pop(key, None)
            if keep or asked != default:
                st.session_state[key] = asked
        value = self._kept(key, default, keep)
        links.note(self.name, links.written(value), links.written(default))
        return value

    def peek(self, default: T, *where: str) -> T:
        """What was chosen, else ``default``: for what stands on many pages and is no part of their addresses."""
        value: T = st.session_state.get(self._key(where), default)
        return value

    def set(self, value: T, *where: str) -> None:
        """Keep ``value``."""
        st.session_state[self._key(where)] = value
        if self.read is not None:
            links.changed(self.name, links.written(value))

    def widget(
        self,
        show: Callable[[str], T | None],
        options: Container[T] | None,
        default: T,
        *where: str,
        keep: bool = True,
    ) -> T:
        """A widget whose value is this setting; Streamlit itself forgets a widget when its page is left.

        ``show`` makes the widget with the key that it is given. A setting that is not among ``options`` (None: every
        value is), or a widget that is left empty, counts as ``default``. Without ``keep`` the default does not count as
        chosen.
        """
        key = ".".join((self.name, *where))
        kept = self.get(default, *where, keep=keep)
        st.session_state.setdefault(key, kept if options is None or kept in options else default)
        chosen = show(key)
        value = default if chosen is None else chosen
        if keep or value != default or self._key(where) in st.session_state:
            self.set(value, *where)
        return value

    def choose(self, value: T, *where: str) -> None:
        """Keep ``value`` and move the widget to it; only from a callback, before the widget is made."""
        self.set(value, *where)
        st.session_state[".".join((self.name, *where))] = value

    def _kept(self, key: str, default: T, keep: bool) -> T:
        """What is chosen; where nothing is, ``default``, from now on or for once."""
        value: T = st.session_state.setdefault(key, default) if keep else st.session_state.get(key, default)
        return value

    def _forget_widgets(self, where: tuple[str, ...]) -> None:
        """The widgets of this setting, in any language, begin with its new value."""
        own = ".".join((self.name, *where))
        for key in [str(key) for key in st.session_state]:
            if key == own or key.startswith(f"{own}."):
                del st.session_state[key]

    def _key(self, where: tuple[str, ...]) -> str:
        return ".".join(("setting", self.name, *where))


# The one block, head, token and class that a person looks at, for each model; tokens count as in the finest map.
BLOCK = Setting("block", links.whole)
HEAD = Setting("head", links.whole)
TOKEN = Setting("token", links.whole)
CLASS = Setting("class", links.whole)
# Which number of a patch's token is taken apart, for each model.
PATCH_CHANNEL = Setting("patches.channel", links.whole)
