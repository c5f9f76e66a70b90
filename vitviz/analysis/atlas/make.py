"""Make an atlas: run the shards that have not run, merge, and write what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

import vitviz
from vitviz.analysis.atlas.atlas import Atlas, Header
from vitviz.analysis.atlas.batch import block_places
from vitviz.analysis.atlas.progress import Progress
from vitviz.analysis.atlas.shards import ShardResult, run_shard
from vitviz.analysis.atlas.thumbnails import BUDGET, thumbnails
from vitviz.tracing.weights import weights_hash
from vitviz.zoo.model import Model


def run_here(progress: Progress, model: Model) -> Iterator[ShardResult]:
    """What each shard that waits gives, one after another in this process."""
    before = torch.get_num_threads()
    torch.set_num_threads(progress.plan.threads)
    try:
        for shard in progress.waiting:
            yield run_shard(model, progress.plan.folder, shard, progress.plan.top)
    finally:
        torch.set_num_threads(before)


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
