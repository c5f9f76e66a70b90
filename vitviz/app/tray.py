"""A person's own pictures, kept for their session: each can be chosen again, looked at beside another, or taken out.

Each has an id that stands in the page's address, so that a reload or a second tab finds it again: only in the browser
that sent the picture, and only for as long as somebody there still has it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import streamlit as st

from vitviz.app.chosen_picture import ChosenPicture
from vitviz.images import Preprocessing

TRAY = "picture.tray"
MOST, MOST_BYTES = (
    8,
    96 << 20,
)  # pictures of one person, and bytes of their files; the one sent last always stays
COOKIE = "_streamlit_xsrf"  # a random number that Streamlit gives every browser
# The middle of a picture in a small square, for whoever chooses among several.
SMALL = Preprocessing(size=96)
PREFIX = "own."  # before an id in an address


@dataclass(frozen=True, eq=False)
class Own:
    """One picture, the name of its file, and the browser that sent it; ``id`` is hard to guess."""

    name: str
    picture: ChosenPicture
    browser: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))


_known: WeakValueDictionary[str, Own] = WeakValueDictionary()


def pictures() -> dict[str, Own]:
    """This person's, by id, in the order in which they were sent."""
    tray: dict[str, Own] = st.session_state.setdefault(TRAY, {})
    return tray


def add(name: str, picture: ChosenPicture) -> Own:
    """Put a picture into the tray, the same file once; where it is full, those that were sent first leave it."""
    tray = pictures()
    for there in list(tray.values()):
        if there.picture.sha256 == picture.sha256 and there.name == name:
            del tray[there.id]
    own = Own(name, picture, _browser())
    _known[own.id] = tray[own.id] = own
    while len(tray) > MOST or (
        len(tray) > 1 and sum(each.picture.nbytes for each in tray.values()) > MOST_BYTES
    ):
        del tray[next(iter(tray))]
    return own


def take_out(id_: str) -> None:
    """One picture leaves the tray."""
    pictures().pop(id_, None)


def find(id_: str) -> Own | None:
    """A picture by its id: one of this person's, or one that somebody in the same browser still has."""
    if (own := pictures().get(id_)) is not None:
        return own
    other = _known.get(id_)
    if other is None or not other.browser or not secrets.compare_digest(other.browser, _browser()):
        return None
    pictures()[id_] = other
    return other


def _browser() -> str:
    """What all tabs of a browser have in common and no other browser knows; empty where there is nothing such."""
    return unmasked(str(st.context.cookies.get(COOKIE, "")))


def unmasked(cookie: str) -> str:
    """The random number in a cookie ``2|mask|number|time``, where the number is masked anew in every answer."""
    try:
        version, mask, number, _ = cookie.split("|")
        key, hidden = bytes.fromhex(mask), bytes.fromhex(number)
    except ValueError:
        return ""
    if version != "2" or not key:
        return ""
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(hidden)).hex()
