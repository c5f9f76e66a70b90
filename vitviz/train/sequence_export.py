"""Ship the best weights of a run on rows of tokens with their card.

``python -m vitviz.train.sequence_export --model translator --run runs/translator``. Three files go into
``assets/weights``, as for the classifiers: ``NAME.safetensors`` (float16), ``NAME.json`` and ``NAME.md``. Figures are
measured on the weights that are shipped, on rows that neither training nor the choice of the weights ever saw. Weights
that miss their model's goal are not shipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from vitviz.analysis.recommendation.flights import flights
from vitviz.analysis.recommendation.heuristics import Heuristics
from vitviz.analysis.recommendation.prediction import last_scores
from vitviz.analysis.recommendation.ranking import figures, ranks
from vitviz.models.bert import Bert
from vitviz.models.build import build_sequence_network
from vitviz.models.gpt import Gpt
from vitviz.models.translator import Translator
from vitviz.train.config import SEQUENCE_RECIPES, SHORT_NAMES, SequenceRecipe
from vitviz.train.novels import Chapter, split_chapters, word_pieces
from vitviz.train.scenes import NEW
from vitviz.train.sequence_card import sequence_card
from vitviz.train.shipping import rounded, ship
from vitviz.train.tasks.continuation import (
    counted_top1,
    measure_continuation,
    pieces_of,
    rows_of,
)
from vitviz.train.tasks.reading import batches_to_ask, measure_reading
from vitviz.train.tasks.translation import exact, learned, sentences_to_ask
from vitviz.zoo.registry import ASSETS
from vitviz.zoo.sequence_models import SequenceEntry, find_sequence_model

ASKED = 1000  # new sentences of each kind
BEGINNINGS = ("She was not at all sure", "Mr. Darcy", "It is")
WRITTEN = 40  # pieces behind each of them
GOALS = {
    "translation": {"exact": 0.99, "held_out": 0.99},
    "recommendation": {"recall10": 0.87, "lead": 0.001},
    "reading": {"top1": 0.32, "top5": 0.51, "nsp": 0.68},
    "continuation": {"lead": 0.02},
}


def figures_of(
    entry: SequenceEntry, network: nn.Module, last: Mapping[str, Any], data: Path | None
) -> dict[str, Any]:
    """The figures of a network after a run whose log ends in the line ``last``."""
    if entry.task == "translation":
        return rounded(
            figures_of_translation(
                cast(Translator, network), last["step"] * SEQUENCE_RECIPES[entry.name].batch
            )
        )
    if entry.task == "recommendation":
        return rounded(figures_of_recommendation(network, entry.config.max_length))
    if data is None:
        raise ValueError(f"{entry.name} is measured on novels: name their folder with --data")
    to_learn, chapters = split_chapters(data)
    if entry.task == "continuation":
        return figures_of_continuation(cast(Gpt, network), to_learn, chapters)
    batches = batches_to_ask(chapters, last["size"], entry.config.vocab_size, len(chapters) * 1000)
    return rounded(
        {"rows": sum(len(batch.random) for batch in batches), **measure_reading(cast(Bert, network), batches)}
    )


def figures_of_translation(network: Translator, learned_from: int) -> dict[str, Any]:
    """Of sentences that are not among the first ``learned_from`` to learn from."""
    seen = learned(learned_from)
    found: dict[str, Any] = {"sentences": ASKED}
    for name, held_out in (("exact", False), ("held_out", True)):
        found[name] = exact(network, sentences_to_ask(NEW, ASKED, held_out, seen))
    return found


def figures_of_continuation(network: Gpt, to_learn: list[Chapter], chapters: list[Chapter]) -> dict[str, Any]:
    """Of chapters that it never saw, beside a rule that only counts; and how it goes on from some beginnings."""
    rows, pieces = rows_of(chapters, network.config.max_length), word_pieces()
    generator = torch.Generator().manual_seed(0)
    written = {
        text: pieces.text(
            network.write(torch.tensor([pieces.ids(text)]), WRITTEN, 0.8, 20, generator)[0].tolist()
        )
        for text in BEGINNINGS
    }
    found = {"rows": len(rows), **measure_continuation(network, rows)}
    found["counted"] = counted_top1(pieces_of(to_learn), rows, network.config.vocab_size)
    return {**rounded(found), "lead": round(found["top1"] - found["counted"], 4), "written": written}


def figures_of_recommendation(network: nn.Module, length: int) -> dict[str, Any]:
    """Of the last flight of every aircraft, beside those of rules that only count."""
    data = flights()
    before, came = [row[:-1] for row in data.rows], torch.stack([row[-1] for row in data.rows]) - 1
    found: dict[str, Any] = {
        "rows": len(before),
        **figures(ranks(last_scores(network, before, length), came)),
    }
    rules = Heuristics(data.learned, len(data.codes)).scores(before)
    found["heuristics"] = {name: figures(ranks(scores, came)) for name, scores in rules.items()}
    found["lead"] = found["recall10"] - max(rule["recall10"] for rule in found["heuristics"].values())
    return found


@torch.inference_mode()
def export_sequence_model(
    model: str, run: Path, out: Path, data: Path | None = None, goal: bool = True
) -> dict[str, Any]:
    """Write weights, JSON and card; what the JSON holds is returned.

    Raises:
        ValueError: the run is of another model, or its weights miss the goal (with ``goal``); nothing is left then.
    """
    entry = find_sequence_model(SHORT_NAMES.get(model, model))
    return ship(
        entry,
        entry.task,
        run,
        out,
        SequenceRecipe,
        build_sequence_network(entry.config),
        lambda network, last: figures_of(entry, network, last, data),
        GOALS[entry.task] if goal else {},
        sequence_card,
    )


def main(arguments: list[str] | None = None) -> int:
    """Export and print what was shipped as one line of JSON; 1 and a sentence where the goal was missed."""
    p = argparse.ArgumentParser(prog="python -m vitviz.train.sequence_export", description=__doc__)
    p.add_argument("--model", required=True, help=", ".join(SEQUENCE_RECIPES))
    p.add_argument("--run", type=Path, help="folder of the run (default: runs/MODEL)")
    p.add_argument("--data", type=Path, help="the folder that it learned from, where it has one")
    p.add_argument("--out", type=Path, default=ASSETS / "weights")
    args = p.parse_args(arguments)
    try:
        facts = export_sequence_model(args.model, args.run or Path("runs") / args.model, args.out, args.data)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps({key: facts[key] for key in ("file", "sha256", "bytes", "figures", "run")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
