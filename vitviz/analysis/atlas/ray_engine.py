"""Shards of an atlas on Ray Data: the same code on as many processes and machines as there are. Only this needs Ray."""

from __future__ import annotations

import io
import json
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from vitviz.analysis.atlas.files import open_arrays
from vitviz.analysis.atlas.partial import from_arrays, to_arrays
from vitviz.analysis.atlas.shards import Plan, Shard, ShardResult, run_shard
from vitviz.tracing.weights import weights_hash

MISSING = "--engine ray needs Ray Data, which is not installed: pip install 'vitviz[ray]'"
OBJECT_STORE = 256 << 20  # bytes, where Ray is started here: what is in it are shards' results of a few MiB
Row = dict[str, Any]


class ShardRunner:
    """What each worker is: it loads the model once and runs shards one by one.

    ``weights`` is the SHA-256 of the weights that the command has.

    Raises:
        RuntimeError: if the worker's weights are others, as on a machine with another version of a hub's model.
    """

    def __init__(
        self, source: str, revision: str | None, weights: str, folder: str, top: int, threads: int
    ) -> None:
        from vitviz.zoo.load import load_model

        torch.set_num_threads(threads)
        self.model = load_model(source, revision=revision)
        self.folder, self.top = Path(folder), top
        if weights_hash(self.model.network) != weights:
            raise RuntimeError(f"a worker of Ray has other weights of {source} than this machine")

    def __call__(self, rows: dict[str, np.ndarray[Any, Any]]) -> dict[str, list[Any]]:
        """A batch of Ray's: shards as JSON in, results as bytes out."""
        results = [run_shard(self.model, self.folder, _shard(str(text)), self.top) for text in rows["shard"]]
        return {"result": [_packed(result) for result in results]}


def run_on_ray(
    plan: Plan,
    waiting: Sequence[Shard],
    source: str,
    revision: str | None,
    weights: str,
    workers: int,
) -> Iterator[ShardResult]:
    """The results of shards as workers finish them; in ``workers`` processes.

    A Ray that runs already, or the cluster that the variable RAY_ADDRESS names, is used as it is. Otherwise one is
    started for this: on this machine alone, without a dashboard, and ended with it.

    Raises:
        ImportError: without Ray.
    """
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError(MISSING) from error
    if not waiting:
        return
    threads = plan.threads
    started = not ray.is_initialized()
    if started:
        _start(ray, workers * threads)
    try:
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        rows = [{"shard": json.dumps([one.number, one.first, one.names])} for one in waiting]
        ready = ray.data.from_items(rows, override_num_blocks=min(len(rows), 4096)).map_batches(
            ShardRunner,
            fn_constructor_args=(source, revision, weights, str(plan.folder), plan.top, threads),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=min(workers, len(rows))),
            num_cpus=threads,
        )
        for row in ready.iter_rows():
            yield _unpacked(row["result"])
    finally:
        if started:
            ray.shutdown()


def _start(ray: Any, cpus: int) -> None:
    """A Ray of this process's own, unless RAY_ADDRESS names a cluster; it sends no usage statistics."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if os.environ.get("RAY_ADDRESS"):
        ray.init(log_to_driver=False)
        return
    ray.init(
        address="local",
        num_cpus=cpus,
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        object_store_memory=OBJECT_STORE,
        log_to_driver=False,
        logging_level="error",
    )


def _shard(text: str) -> Shard:
    number, first, names = json.loads(text)
    return Shard(number, first, tuple(names))


def _packed(result: ShardResult) -> bytes:
    arrays = {} if result.partial is None else to_arrays(result.partial)
    about = json.dumps({"number": result.number, "refused": result.refused})
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, about=np.frombuffer(about.encode(), np.uint8), **arrays)
    return buffer.getvalue()


def _unpacked(data: bytes) -> ShardResult:
    arrays = open_arrays(io.BytesIO(data))
    about = json.loads(arrays.pop("about").tobytes().decode())
    partial = from_arrays(arrays) if arrays else None
    return ShardResult(about["number"], partial, tuple((name, why) for name, why in about["refused"]))
