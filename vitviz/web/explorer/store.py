"""Payloads in memory under access tokens: each is computed once, and their bytes are bounded.

Knows neither torch nor the network.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

# Which payload of a source: ("layer", 3), ("values", 3, 2), ("rollout", 0) or ("npz", 3, 2).
PayloadKey = tuple[str | int, ...]


class NoSuchPayloadError(LookupError):
    """The source has no layer or head of that number, or not that kind of payload; the message says which."""


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
    def nbytes(self) -> int:
        """Bytes of the tensors that the source keeps in memory."""
        ...

    def layer(self, layer: int) -> bytes:
        """One block's q and k (W, H, K, d), log-sum-exp (W, H, K), tokens (W, K), and figures of its heads."""
        ...

    def values(self, layer: int, head: int) -> bytes:
        """One head's v (W, K, d) and its columns of the output projection (D, d)."""
        ...

    def rollout(self, start: int) -> bytes:
        """Attention rollout from layer ``start`` on, (N, N); raises ``PayloadTooLargeError`` where N is too large."""
        ...

    def npz(self, layer: int, head: int) -> bytes:
        """One block's tensors as a numpy archive."""
        ...


@dataclass
class _Entry:
    """A registered source with its size, the payloads that were computed, and those that are being computed."""

    key: tuple[str, str]  # owner, content
    source: Source
    nbytes: int
    payloads: dict[PayloadKey, bytes] = field(default_factory=dict)
    pending: dict[PayloadKey, Future[bytes]] = field(default_factory=dict)


class PayloadStore:
    """Sources under random access tokens, and the payloads computed from them, at most ``max_bytes`` together.

    The least recently used goes first, a payload before its source, since using a payload uses its source. The most
    recent one stays even if it is larger than the bound. A token belongs to one owner; nothing is shared between
    tokens.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.name = secrets.token_hex(4)  # of this store among those of other servers and earlier ones
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}  # token -> entry
        self._tokens: dict[tuple[str, str], str] = {}  # (owner, content) -> token
        # Bytes of everything in memory, the least recently used first: (token, None) is the source itself.
        self._sizes: OrderedDict[tuple[str, PayloadKey | None], int] = OrderedDict()
        self._total = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all sources and payloads in memory."""
        return self._total

    def register(self, owner: str, content: str, source: Source) -> str:
        """The token under which payloads of ``source`` can be fetched.

        It is the same for the same ``owner`` and ``content`` as long as the source is in memory; a new source of that
        content then replaces the old one. ``content`` must differ for different payloads (the picture's hash and the
        model), and ``owner`` must be as hard to guess as a token.
        """
        key = (owner, content)
        with self._lock:
            token = self._tokens.get(key)
            if token is None:
                token = self._tokens[key] = f"{self.name}.{secrets.token_urlsafe(16)}"
                self._entries[token] = _Entry(key, source, source.nbytes)
            entry = self._entries[token]
            entry.source, entry.nbytes = source, source.nbytes
            self._touch(token)
            self._evict()
            return token

    def is_anothers(self, token: str) -> bool:
        """Whether a token is one of another store, which no later call could make known here."""
        name, dot, _ = token.partition(".")
        return bool(dot) and name != self.name

    def source(self, token: str) -> Source | None:
        """The source that is registered under a token, None for an unknown token."""
        with self._lock:
            entry = self._entries.get(token)
            return None if entry is None else entry.source

    def fetch(self, token: str, key: PayloadKey, compute: Callable[[Source], bytes]) -> bytes | None:
        """The payload ``key`` of a token's source, computed unless it is in memory; None for an unknown token.

        Blocks while another thread computes the same payload; what ``compute`` raises is raised in every such thread.
        """
        with self._lock:
            entry = self._entries.get(token)
            if entry is None:
                return None
            if key in entry.payloads:
                self._touch(token, key)
                return entry.payloads[key]
            self._touch(token)
            elsewhere = entry.pending.get(key)
            own: Future[bytes] = Future()
            if elsewhere is None:
                entry.pending[key] = own
        if elsewhere is not None:
            return elsewhere.result()
        try:
            payload = compute(entry.source)
        except BaseException as error:
            with self._lock:
                del entry.pending[key]
            own.set_exception(error)
            raise
        with self._lock:
            del entry.pending[key]
            if self._entries.get(token) is entry:  # it may have been evicted meanwhile
                entry.payloads[key] = payload
                self._touch(token, key)
                self._evict()
        own.set_result(payload)
        return payload

    def _touch(self, token: str, key: PayloadKey | None = None) -> None:
        """A payload becomes the most recently used, and after it its source."""
        entry = self._entries[token]
        if key is not None:
            self._set_size((token, key), len(entry.payloads[key]))
        self._set_size((token, None), entry.nbytes)

    def _set_size(self, item: tuple[str, PayloadKey | None], size: int) -> None:
        self._total += size - self._sizes.pop(item, 0)
        self._sizes[item] = size

    def _evict(self) -> None:
        # A source was used no earlier than any of its payloads, so they are gone when its turn comes.
        while self._total > self.max_bytes and len(self._sizes) > 1:
            (token, key), size = self._sizes.popitem(last=False)
            self._total -= size
            if key is None:
                del self._tokens[self._entries.pop(token).key]
            else:
                del self._entries[token].payloads[key]
