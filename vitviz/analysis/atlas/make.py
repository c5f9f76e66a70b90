"""Make an atlas: run the shards that have not run, merge, and write what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

import torch

import vitviz
from vitviz.analysis.atlas.atlas import Atlas, Header
from vitviz.analysis.atlas.batch import block_places
from vitviz.analysis.atlas.progress import Progress
from vitviz.analysis.atlas.shards import ShardResult, run_shard
from vitviz.analysis.atlas.thumbnails import BUDGET, thumbnails
from vitviz.tracing.weights import weights_hash
from vitviz.zoo.model import Model


def run_here(progress: Progress, model: Model, workers: int = 1) -> Iterator[ShardResult]:
    """What each shard that waits gives, in this process: ``workers`` shards at once, each on the plan's threads.

    Two shards on a thread each are faster than one on two threads, which wait for one another after every small
    product; and what a shard gives is the same to the last digit however many run beside it.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(progress.plan.threads)
    try:
        if workers == 1:
            for shard in progress.waiting:
                yield run_shard(model, progress.plan.folder, shard, progress.plan.top)
        else:
            yield from _at_once(progress, model, workers)
    finally:
        torch.set_num_threads(before)


def _at_once(progress: Progress, model: Model, workers: int) -> Iterator[ShardResult]:
    """The shards' results as they are ready; no more of them are begun than workers are free."""
    plan, waiting = progress.plan, iter(progress.waiting)
    with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(plan.threads,)) as pool:

        def begin(count: int) -> set[Future[ShardResult]]:
            shards = islice(waiting, count)
            return {pool.submit(run_shard, model, plan.folder, shard, plan.top) for shard in shards}

        running = begin(workers)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= begin(len(done))
            for one in done:
                yield one.result()


def run_all(
    progress: Progress,
    results: Iterator[ShardResult],
    said: Callable[[ShardResult], object] = lambda result: None,
) -> None:
    """Merge the results as they come; ``said`` hears of each once it is on disk."""
    for result in results:
        progress.add(result)
        said(result)


def finished(progress: Progress, model: Model, budget: int = BUDGET) -> Atlas:
    """The atlas, when all shards have run; ``budget`` are the bytes of all thumbnails.

    Raises:
        ValueError: if not one picture opened.
    """
    plan, entry = progress.plan, model.entry
    if progress.partial is None:
        raise ValueError(f"not one picture of {plan.folder} could be opened")
    height, width = entry.preprocessing.height_width
    header = Header(
        model=entry.name,
        title=entry.title,
        weights=weights_hash(model.network),
        preprocessing=str(entry.preprocessing),
        height=height,
        width=width,
        prefix=entry.config.prefix_names,
        blocks=tuple(block_places(model.network, height, width)),
        top=plan.top,
        refused=len(progress.refused),
        made_with=f"vitviz {vitviz.__version__}",
    )
    small = thumbnails(progress.partial, plan.folder, plan.names, entry.preprocessing, budget)
    return Atlas(header, progress.partial, plan.names, small)
