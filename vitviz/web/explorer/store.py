"""Payloads in memory: who may fetch what, made once, bounded in bytes. Knows neither torch nor the network."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

# What of a source a payload is: "layer", 3 or "values", 3, 2.
Part = tuple[str | int, ...]


class NoSuchPayloadError(LookupError):
    """The source has no layer or head of that number, or not that kind of payload; the sentence says which."""


class PayloadTooLargeError(ValueError):
    """The payload could be made, but not at a bearable size; the sentence says why."""


class Source(Protocol):
    """One picture in one model: makes payloads when they are asked for.

    Every maker raises ``NoSuchPayloadError`` for a number that there is not.
    """

    @property
    def name(self) -> str:
        """A short name for files, such as the model's."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes that it keeps alive."""
        ...

    def layer(self, layer: int) -> bytes:
        """One block's q, k, log-sum-exp and figures."""
        ...

    def values(self, layer: int, head: int) -> bytes:
        """One head's v and output projection."""
        ...

    def rollout(self, start: int) -> bytes:
        """Attention rollout from a layer on; raises ``PayloadTooLargeError`` where the matrix would be huge."""
        ...

    def npz(self, layer: int, head: int) -> bytes:
        """One block's tensors as a numpy archive."""
        ...


@dataclass
class _Offer:
    """A source on offer, what was made of it, and what is being made."""

    key: tuple[str, str]
    source: Source
    nbytes: int
    made: dict[Part, bytes] = field(default_factory=dict)
    making: dict[Part, Future[bytes]] = field(default_factory=dict)


class PayloadStore:
    """Sources under unguessable tokens, and the payloads made of them, at most ``max_bytes`` together.

    What was used longest ago goes first, a payload before its source, since both are used at once. The newest thing
    stays even if it is larger than the bound. A token belongs to one owner; nothing is shared between tokens.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._offers: dict[str, _Offer] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        # Everything that is kept and its bytes, used longest ago first: (token, None) is the source itself.
        self._sizes: OrderedDict[tuple[str, Part | None], int] = OrderedDict()
        self._total = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all sources and payloads that are kept."""
        return self._total

    def offer(self, owner: str, content: str, source: Source) -> str:
        """The token under which ``source`` can be fetched: the same for the same owner and content while it is kept.

        ``content`` must tell apart whatever differs (the picture's hash and the model), and ``owner`` must be as hard
        to guess as a token. A new source of the same content takes the old one's place.
        """
        key = (owner, content)
        with self._lock:
            token = self._tokens.get(key)
            if token is None:
                token = self._tokens[key] = secrets.token_urlsafe(16)
                self._offers[token] = _Offer(key, source, source.nbytes)
            offer = self._offers[token]
            offer.source, offer.nbytes = source, source.nbytes
            self._use(token)
            self._trim()
            return token

    def source(self, token: str) -> Source | None:
        """What is on offer under a token, or None."""
        with self._lock:
            offer = self._offers.get(token)
            return None if offer is None else offer.source

    def fetch(self, token: str, part: Part, make: Callable[[Source], bytes]) -> bytes | None:
        """The payload ``part`` of a token's source, made by ``make`` unless it is there; None for no such token.

        Blocks while another thread makes the same payload. What ``make`` raises is raised to all who wait for it.
        """
        with self._lock:
            offer = self._offers.get(token)
            if offer is None:
                return None
            if part in offer.made:
                self._use(token, part)
                return offer.made[part]
            self._use(token)
            elsewhere = offer.making.get(part)
            mine: Future[bytes] = Future()
            if elsewhere is None:
                offer.making[part] = mine
        if elsewhere is not None:
            return elsewhere.result()
        try:
            payload = make(offer.source)
        except BaseException as error:
            with self._lock:
                del offer.making[part]
            mine.set_exception(error)
            raise
        with self._lock:
            del offer.making[part]
            if self._offers.get(token) is offer:  # it may have been forgotten meanwhile
                offer.made[part] = payload
                self._use(token, part)
                self._trim()
        mine.set_result(payload)
        return payload

    def _use(self, token: str, part: Part | None = None) -> None:
        """Note that a payload was used just now, and its source right after it."""
        offer = self._offers[token]
        if part is not None:
            self._note((token, part), len(offer.made[part]))
        self._note((token, None), offer.nbytes)

    def _note(self, what: tuple[str, Part | None], size: int) -> None:
        self._total += size - self._sizes.pop(what, 0)
        self._sizes[what] = size

    def _trim(self) -> None:
        # A source was used no earlier than any of its payloads, so they are gone when its turn comes.
        while self._total > self.max_bytes and len(self._sizes) > 1:
            (token, part), size = self._sizes.popitem(last=False)
            self._total -= size
            if part is None:
                del self._tokens[self._offers.pop(token).key]
            else:
                del self._offers[token].made[part]
