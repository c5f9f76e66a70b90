"""Payloads in memory under access tokens: each is computed once.

Knows neither torch nor the network.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, cast

from vitviz.memory import Key, Memory

ENTRY = 1000  # bytes that a source takes itself; what it is computed from is counted where it is kept
# Which payload of a source: ("layer", 3), ("values", 3, 2), ("rollout", 0) or ("npz", 3, 2).
PayloadKey = tuple[str | int, ...]


class NoSuchPayloadError(LookupError):
    """The source has no layer or head of that number, or not that kind of payload; the message says which."""


class NotDrawnError(NoSuchPayloadError):
    """An edit of the run changed a block's attention so that q and k do not tell it; nothing is missing."""


class PayloadTooLargeError(ValueError):
    """The payload could be computed, but would have too many bytes; the message says why."""


class Source(Protocol):
    """One picture in one model, and how its payloads are computed: bytes as ``vitviz.payload.pack`` packs them.

    Every method raises ``NoSuchPayloadError`` for a layer or head that does not exist.
    """

    @property
    def name(self) -> str:
        """A short name for files, such as the model's."""
        ...

    @property
    def heavy(self) -> bool:
        """Whether computing them takes so long that others should not have to wait for it."""
        ...

    def layer(self, layer: int) -> bytes:
        """One block's q and k (W, H, K, d), log-sum-exp (W, H, K), tokens (W, K), and figures of its heads."""
        ...

    def values(self, layer: int, head: int) -> bytes:
        """One head's v (W, K, d) and its columns of the output projection (D, d)."""
        ...

    def vectors(self, layer: int, kind: str) -> bytes:
        """Every token's vector in a block, (N, D): of the ``stream``, or ``keys``, ``queries``, ``values``."""
        ...

    def rollout(self, start: int) -> bytes:
        """Attention rollout from layer ``start`` on, (N, N); raises ``PayloadTooLargeError`` where N is too large."""
        ...

    def npz(self, layer: int, head: int) -> bytes:
        """One block's tensors as a numpy archive."""
        ...


class _Entry(NamedTuple):
    """A registered source: whose it is, and of what picture and model."""

    owner: str
    content: str
    source: Source


class PayloadStore:
    """Sources under random access tokens, and the payloads computed from them, within the budget of ``memory``.

    A token belongs to one owner; nothing is shared between tokens. It ends when its source had to go.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.name = secrets.token_hex(4)  # of this store among those of other servers and earlier ones
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str], str] = {}  # (owner, content) -> token

    def register(self, owner: str, content: str, source: Source, needs: Sequence[Key] = ()) -> str:
        """The token under which payloads of ``source`` can be fetched.

        It is the same for the same ``owner`` and ``content`` as long as the source is in memory; a new source of that
        content then replaces the old one. ``content`` must differ for different payloads (the picture's hash and the
        model), and ``owner`` must be as hard to guess as a token. ``needs`` are the items of the memory that the source
        is made of: it goes with them.
        """
        with self._lock:
            token = self._tokens.get((owner, content), "")
            if self._entry(token) is None:
                token = f"{self.name}.{secrets.token_urlsafe(16)}"
                # Those of people who left, and of what had to go, are forgotten here.
                kept = {
                    each: other for each, other in self._tokens.items() if self._memory.has(_source(other))
                }
                self._tokens = kept | {(owner, content): token}
            self._memory.put(_source(token), _Entry(owner, content, source), ENTRY, owner, needs)
            return token

    def is_anothers(self, token: str) -> bool:
        """Whether a token is one of another store, which no later call could make known here."""
        name, dot, _ = token.partition(".")
        return bool(dot) and name != self.name

    def source(self, token: str) -> Source | None:
        """The source that is registered under a token, None for an unknown token."""
        entry = self._entry(token)
        return None if entry is None else entry.source

    def owner(self, token: str) -> str:
        """Whose token it is; empty for an unknown token."""
        entry = self._entry(token)
        return "" if entry is None else entry.owner

    def fetch(
        self,
        token: str,
        key: PayloadKey,
        compute: Callable[[Source], bytes],
        still_wanted: Callable[[], object] = lambda: None,
    ) -> bytes | None:
        """The payload ``key`` of a token's source, computed unless it is in memory; None for an unknown token.

        Blocks while another thread computes the same payload; ``still_wanted`` may end that by raising.
        """
        entry = self._entry(token)
        if entry is None:
            return None
        item = ("payload", token, *key)

        def put(payload: bytes) -> None:
            if self._memory.has(_source(token)):  # it may have been let go meanwhile
                self._memory.put(item, payload, len(payload), entry.owner, [_source(token)])

        return self._memory.make_once(item, lambda: compute(entry.source), put, still_wanted=still_wanted)

    def _entry(self, token: str) -> _Entry | None:
        return cast(_Entry | None, self._memory.get(_source(token)))


def _source(token: str) -> Key:
    return ("source", token)
