"""The explorer's routes: payloads of real traces, and one plain sentence for everything else."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.tracing.conftest import make
from vitviz.analysis.likeness.vectors import KINDS, Kind, token_vectors
from vitviz.app.explorer_routes import explorer_routes
from vitviz.app.routes import nothing
from vitviz.memory import Memory
from vitviz.payload import unpack
from vitviz.tracing.edits import forbid_attention
from vitviz.tracing.trace import Trace, run_trace
from vitviz.web.explorer import source as source_module
from vitviz.web.explorer.payloads import layer_payload, rollout_payload, value_payload
from vitviz.web.explorer.source import TraceSource
from vitviz.web.explorer.store import PayloadStore, Source

NOTHING = Route("/{rest:path}", nothing)  # as the app has it behind all its routes


class Server:
    """The routes around a store, and how many computations went through the gate."""

    def __init__(self) -> None:
        self.memory = Memory(10_000_000)
        self.store = PayloadStore(self.memory)
        self.gated = 0
        self.threads: set[str] = set()
        self.client = TestClient(Starlette(routes=[*explorer_routes(self.store, self.gate), NOTHING]))

    @contextmanager
    def gate(self, _owner: str, _source: Source) -> Iterator[None]:
        self.gated += 1
        self.threads.add(threading.current_thread().name)
        yield

    def offer(self, name: str, called: str = "vit-test") -> tuple[str, Trace]:
        trace = make(name).trace()
        return f"/explorer/{self.store.register('me', name, TraceSource(trace, called))}", trace


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("name", ["ViT", "Swin, padded"])
def test_every_layer_and_every_heads_values(server: Server, name: str) -> None:
    url, trace = server.offer(name)
    for i, block in enumerate(trace.blocks):
        answer = server.client.get(f"{url}/{i}.bin")
        assert answer.status_code == 200
        assert answer.content == layer_payload(block)
        for head in range(block.num_heads):
            assert server.client.get(f"{url}/{i}/{head}.bin").content == value_payload(block, head)


@pytest.mark.parametrize("name", ["ViT with registers, at another size", "Swin, padded"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_tokens_vector(server: Server, name: str, kind: Kind) -> None:
    url, trace = server.offer(name)
    for i, block in enumerate(trace.blocks):
        answer = server.client.get(f"{url}/vectors/{kind}/{i}.bin")
        assert answer.status_code == 200
        header, arrays = unpack(answer.content)
        assert (header["rows"], header["columns"]) == block.map_size
        np.testing.assert_array_equal(arrays["vectors"], token_vectors(block, kind).numpy())


def test_vectors_of_no_kind_or_block(server: Server) -> None:
    url, _ = server.offer("ViT")
    for path, sentence in (
        ("vectors/nothing/0.bin", "no kind 'nothing'"),
        ("vectors/keys/9.bin", "no layer 9"),
    ):
        answer = server.client.get(f"{url}/{path}")
        assert answer.status_code == 404
        assert sentence in answer.text


def test_a_rollout(server: Server) -> None:
    url, trace = server.offer("ViT")
    answer = server.client.get(f"{url}/rollout/1.bin")
    assert answer.content == rollout_payload(trace, 1)
    assert unpack(answer.content)[0]["start"] == 1


def test_how_it_is_answered(server: Server) -> None:
    url, _ = server.offer("ViT")
    for path in ("0.bin", "1/1.bin", "rollout/0.bin", "0/1.npz"):
        answer = server.client.get(f"{url}/{path}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-encoding"] == "identity"
        assert answer.headers["cache-control"] == "private, max-age=3600, immutable"
        assert ("content-disposition" in answer.headers) == path.endswith("npz")


def test_what_is_computed_goes_through_the_gate_once_and_in_another_thread(server: Server) -> None:
    url, _ = server.offer("ViT")
    for _ in range(3):
        server.client.get(f"{url}/0.bin")
    assert server.gated == 1
    assert not any("asyncio" in name or "Main" in name for name in server.threads)


MISSING = [
    ("ViT", "2.bin", 404, "there is no layer 2: they are numbered 0 to 1"),
    (
        "ViT",
        "99999999999999999999.bin",
        404,
        "there is no layer 99999999999999999999: they are numbered 0 to 1",
    ),
    ("ViT", "1/2.bin", 404, "there is no head 2: they are numbered 0 to 1"),
    ("ViT", "2/0.bin", 404, "there is no layer 2: they are numbered 0 to 1"),
    ("ViT", "1/2.npz", 404, "there is no head 2: they are numbered 0 to 1"),
    ("ViT", "rollout/2.bin", 404, "there is no layer 2: they are numbered 0 to 1"),
    ("Swin", "rollout/0.bin", 404, "attention rollout needs layers that see every token: a ViT, not a Swin"),
    *[
        ("ViT", path, 404, "there is nothing at this address")
        for path in ("-1.bin", "x.bin", "0", "", "0/-1.bin", "rollout/-1.bin", "0/0.zip", "rollout/0/0.bin")
    ],
    *[
        (
            "ViT",
            path.format("9" * 5000),
            404,
            "there is nothing at this address",
        )  # more digits than Python reads
        for path in ("{}.bin", "0/{}.bin", "{}/0.bin", "rollout/{}.bin", "0/{}.npz")
    ],
]


@pytest.mark.parametrize(("name", "path", "status", "sentence"), MISSING)
def test_what_there_is_not(server: Server, name: str, path: str, status: int, sentence: str) -> None:
    url, _ = server.offer(name)
    answer = server.client.get(f"{url}/{path}")
    assert (answer.status_code, answer.text) == (status, sentence)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["ViT", "Swin"])
def test_attention_that_an_edit_changed_so_that_q_and_k_do_not_tell_it(server: Server, name: str) -> None:
    made = make(name)
    edited = run_trace(made.network, made.image, intervention=forbid_attention(1, keys=[0], head=1))
    url = f"/explorer/{server.store.register('me', 'edited', TraceSource(edited, 'test'))}"
    for path in ("1.bin", "1/0.npz"):
        answer = server.client.get(f"{url}/{path}")
        assert (answer.status_code, "q and k do not tell it" in answer.text) == (409, True)
    assert server.client.get(f"{url}/0.bin").status_code == 200


@pytest.mark.parametrize("path", ["0.bin", "0/0.bin", "rollout/0.bin", "0/0.npz"])
def test_a_token_that_is_not_kept(server: Server, path: str) -> None:
    answer = server.client.get(f"/explorer/nobodys/{path}")
    assert (answer.status_code, answer.text) == (410, "these numbers are no longer kept: reload the page")
    url, _ = server.offer("ViT")
    assert server.client.get(f"{url}/{path}").status_code == 200
    server.memory.leave("me")
    assert server.client.get(f"{url}/{path}").status_code == 410
    assert server.gated == 1


def test_a_token_of_another_server_is_said_to_be_one(server: Server) -> None:
    url, _ = Server().offer("ViT")
    answer = server.client.get(f"{url}/0.bin")
    assert answer.status_code == 421
    assert "sticky sessions" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_rollout_that_is_too_large(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url, _ = server.offer("ViT")  # 17 tokens
    monkeypatch.setattr(source_module, "ROLLOUT_TOKENS", 16)
    answer = server.client.get(f"{url}/rollout/0.bin")
    assert (answer.status_code, answer.text) == (413, "a rollout of 17 tokens is too large: at most 16")


def archive(content: bytes) -> dict[str, np.ndarray]:
    return dict(np.load(io.BytesIO(content), allow_pickle=False))


def test_the_numbers_of_a_vit_block(server: Server) -> None:
    url, trace = server.offer("ViT with registers, at another size")
    block, numbers = trace.blocks[1], archive(server.client.get(f"{url}/1/1.npz").content)
    names = ("q", "k", "v", "head1.pattern", "entropy", "distance")
    assert set(numbers) == {f"blocks.1.{name}" for name in names}
    assert {array.dtype.str for array in numbers.values()} == {"<f4"}
    for name in ("q", "k", "v"):
        np.testing.assert_array_equal(numbers[f"blocks.1.{name}"], block[name][0])  # (H, N, d)
    np.testing.assert_array_equal(numbers["blocks.1.head1.pattern"], block.pattern(1))  # (N, N)
    assert numbers["blocks.1.entropy"].shape == numbers["blocks.1.distance"].shape == (2,)


def test_the_numbers_of_a_swin_block(server: Server) -> None:
    url, trace = server.offer("Swin, padded")
    block, numbers = trace.swin_blocks[3], archive(server.client.get(f"{url}/3/2.npz").content)
    name = "layers.1.blocks.1"
    assert block.name == name
    np.testing.assert_array_equal(numbers[f"{name}.q"], block["q"])  # (W, H, K, d)
    np.testing.assert_array_equal(numbers[f"{name}.head2.pattern"], block.pattern(2))  # (W, K, K)
    np.testing.assert_array_equal(numbers[f"{name}.tokens"], block.tokens)


def test_a_large_pattern_is_left_out_with_a_note(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url, _ = server.offer("ViT")
    monkeypatch.setattr(source_module, "PATTERN_TOKENS", 16)
    numbers = archive(server.client.get(f"{url}/0/0.npz").content)
    assert "blocks.0.head0.pattern" not in numbers
    assert str(numbers["note"]).startswith("no pattern: 17 tokens are more than 16")


def test_a_files_name_is_safe(server: Server) -> None:
    url, _ = server.offer("ViT", 'x"; \r\nSet-Cookie: a/../ü 图.pt')
    disposition = server.client.get(f"{url}/0/1.npz").headers["content-disposition"]
    assert disposition == 'attachment; filename="vitviz-x-Set-Cookie-a-..-.pt-layer0-head1.npz"'
