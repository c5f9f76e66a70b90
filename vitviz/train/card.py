"""The model card: what a person should know before believing a number. All figures come from the facts."""

from __future__ import annotations

from textwrap import fill
from typing import Any

from vitviz.train.gpu_card import taught

WIDTH = 118  # of a line of text

DATA = """\
everyday20: 8,134 photographs of 20 everyday things to train on, 1,165 others held back for validation, 160x160
pixels each. The split is fixed and keeps near-duplicates together. The photographs come from three collections
and are not part of this repository:

| part | source | licence |
|---|---|---|
| 10 kinds of clothing | clothing-dataset-small, Alexey Grigorev | CC0 1.0 |
| 5 flowers | TensorFlow flower_photos, from Flickr | CC BY 2.0, photographers: `LICENSE.txt` of that collection |
| 5 recyclables | TrashNet, Gary Thung | MIT |
"""

LIMITS = """\
- It knows these things and nothing else. Shown anything else (a cat, a street, a face) it still names one of
  them, at best with low confidence; how often, says the part after this one.
- It is small, and trained on few pictures. Clothing of similar cut and containers of glass and plastic are
  confused often; the figure for the merged classes says how often that is the only mistake.
- Recyclables were photographed on a plain background, some objects several times in a row, so the figures for
  them are kinder than new objects would be. Some flowers are labelled wrongly in the source.
- It was made to be looked into, not to decide anything about anybody.
"""

RECIPE = """\
AdamW without decay on biases, norms, tokens, positions and bias tables; cosine learning rate with warm-up, counted
in pixels; label smoothing; gradient clipping; class-balanced sampling (`balance` 1: every class equally often);
random resized crop, mirror and colour, and where their setting is not 0 random erasing, mixup, cutmix and
stochastic depth. What is shipped is a moving average (`ema`) of the weights. `schedule` lists size:epochs, and for a
ViT the share of the patches that it sees. At a size other than 224 a ViT's positions are interpolated.
"""


def card(facts: dict[str, Any]) -> str:
    """The card as Markdown, from what ``export`` gathered."""
    if facts["total"]["complete"]:
        origin = "trained from scratch on the data below and nothing else"
    else:
        origin = "trained on the data below, beginning with weights of which nothing is known"
    return f"""\
# {facts["model"]}

{facts["title"]}: {facts["parameters"]:,} parameters, {origin}.

`{facts["file"]}`: {facts["bytes"]:,} bytes, {facts["dtype"]}, SHA-256
`{facts["sha256"]}`

## How good it is

{_figures(facts)}
{_attention(facts)}
## What it is not good for

{LIMITS}
## Pictures from outside its world

{_outside(facts)}
## How it was trained

{taught(facts) if "teachers" in facts else _training(facts) + chr(10) + RECIPE}
## Data

{DATA}"""


def _attention(facts: dict[str, Any]) -> str:
    """Attention and, where there were other weights before, what these reached."""
    attention, figures, before = facts["attention"], facts["figures"], facts.get("before")
    rows: list[Any] = [
        ("a head's weight on its most-looked-at keys (5 of 197, 1 of 49)", f"{attention['sinks']:.1%}"),
        ("entropy of a query's weights, 1: even", f"{attention['entropy']:.2f}"),
        ("largest size of a score before the softmax", f"{attention['largest_score']:.1f}"),
    ]
    text = f"""\
Attention over the app's {len(facts["samples"])} sample pictures, mean over all heads (`vitviz/train/attention.py`):

{_table(("figure", "value"), rows)}"""
    if before is None:
        return text
    then = before["attention"]
    merged = [(before["top1_coarse"], figures["top1_coarse"])] if figures["top1_coarse"] is not None else []
    rows = [
        ("top-1", f"{before['top1']:.1%}", f"{figures['top1']:.1%}"),
        *(("top-1, merged classes", f"{old:.1%}", f"{new:.1%}") for old, new in merged),
        ("expected calibration error", f"{before['ece']:.3f}", f"{figures['ece']:.3f}"),
        ("... after the temperature", f"{before['ece_scaled']:.3f}", f"{figures['ece_scaled']:.3f}"),
        ("weight on the most-looked-at keys", f"{then['sinks']:.1%}", f"{attention['sinks']:.1%}"),
        ("entropy", f"{then['entropy']:.2f}", f"{attention['entropy']:.2f}"),
        ("largest size of a score", f"{then['largest_score']:.1f}", f"{attention['largest_score']:.1f}"),
    ]
    return f"""\
{text}
The weights that were shipped before these, measured on the same pictures in the same way ({before["how"]}), SHA-256
`{before["sha256"]}`:

{_table(("figure", "before", "now"), rows)}"""


def _outside(facts: dict[str, Any]) -> str:
    figures, samples = facts["figures"], facts["samples"]
    foreign = [sample for sample in samples if not sample["shows"]]
    passed = sum(not sample["unsure"] for sample in foreign)
    known = [sample for sample in samples if sample["shows"]]
    right = sum(sample["answer"] == sample["shows"] for sample in known)
    others = f" Of the {len(known)} others it gets {right} right." if known else ""
    rows = [
        (
            sample["file"],
            sample["shows"] or "none of its classes",
            sample["answer"],
            f"{sample['confidence']:.1%}",
            "unsure" if sample["unsure"] else "",
        )
        for sample in samples
    ]
    return f"""\
Confidence is the largest probability after dividing the logits by the temperature. The app says that the model is
unsure where it is below {figures["unsure_below"]:.3f}, as it is for {figures["unsure_share"]:.0%} of the validation \
pictures (of those, the model gets {figures["top1_unsure"]:.1%} right).
That is no reliable guard: of the app's {len(foreign)} sample pictures whose main thing is none of its classes, {passed}
pass without that warning.{others} None of them comes from the collections below.

{_table(("sample picture", "shows", "answer", "confidence", ""), rows)}{_world(facts)}"""


def _world(facts: dict[str, Any]) -> str:
    """What the distance in feature space is worth, where it was measured."""
    if "world" not in facts:
        return ""
    world, samples = facts["world"], facts["world"]["samples"]
    by_name = {each["name"]: each for each in world["measures"]}
    marked = by_name["distance"]["samples"]
    goal = "This is the goal" if marked == samples else "The goal, all of them, is not reached"
    others = world["foreign"] - samples
    more = f" and {others} others ({world['foreign_from'] or 'a folder'})" if others else ""
    trained = (
        f" Two of them compare with {world['training']:,} training pictures." if world["training"] else ""
    )
    rows = [
        (
            each["name"],
            f"{each['auroc']:.3f} ({each['interval'][0]:.3f} to {each['interval'][1]:.3f})",
            "" if each["name"] == "distance" else f"{each['gap'][0]:+.3f} to {each['gap'][1]:+.3f}",
            f"{each['samples']} of {samples}",
            f"{each['marked']} of {world['foreign']}",
        )
        for each in world["measures"]
    ]
    head = (
        "measure",
        "area under the ROC curve",
        "more than the distance has",
        "samples marked",
        "all marked",
    )
    first = f"""\
The app also says that a picture is **not of the model's world** where what the head reads is further than \
{world["distance_limit"]:.3f} from every class: the squared Mahalanobis distance to the nearest class mean, over the \
number of channels, with the covariance that the classes share (Lee et al., arXiv 1807.03888). \
{world["inside_share"]:.0%} of the validation pictures are nearer. That marks {marked} of the app's {samples} foreign \
sample pictures. {goal}; marked in one of the two ways, unsure or not of its world, are {world["either_samples"]} of \
{samples}, and {world["either_inside"]:.1%} of the validation pictures."""
    second = f"""\
Measured with the {samples} samples{more}; limits come from the validation pictures alone.{trained} An interval holds \
the middle 95 % over bootstrap samples of both kinds of pictures. The distance is used, as the simplest of those that \
none surpasses by more than that."""
    return f"""
{fill(first, WIDTH, break_on_hyphens=False)}

`{world["file"]}` (SHA-256 `{world["sha256"]}`)
holds class means and inverse covariance over the training pictures, and the distances of the validation pictures.

{fill(second, WIDTH, break_on_hyphens=False)}

{_table(head, rows)}"""


def _training(facts: dict[str, Any]) -> str:
    """How the weights came about: one run, or a chain of runs of which each went on from the weights before it."""
    chain = [facts]
    while "earlier" in chain[0]:
        chain.insert(0, chain[0]["earlier"])
    model, summed = facts["model"], facts["total"]
    if len(chain) == 1:
        return _run(model, facts, "are shipped")
    known = "" if summed["complete"] else "at least "
    text = f"""\
In {len(chain)} runs, each of which began with the weights of the one before: {known}{summed["steps"]:,} steps in \
{summed["epochs"]} epochs, {summed["minutes"]:g} minutes in all.
"""
    for number, link in enumerate(chain, 1):
        text += f"\n### Run {number}\n\n"
        if link is facts:
            text += _run(model, link, "are shipped")
        elif "run" in link:
            share = link["figures"]["top1"]
            text += _run(model, link, "went on to the next run") + (
                f"\nIts weights, SHA-256\n`{link['sha256']}`,\nhad {share:.1%} of the validation pictures right.\n"
            )
        else:
            text += f"Nothing is known of it but its weights, SHA-256\n`{link['sha256']}`.\n"
    return text


def _run(model: str, link: dict[str, Any], fate: str) -> str:
    run, recipe = link["run"], link["recipe"]
    shipped = f"The weights of step {run['shipped_step']:,} {fate}."
    if run["steps"] < run["of_steps"]:
        shipped += f" The run was to have {run['of_steps']:,} steps and had not ended."
    for change in run["history"]:
        shipped += f" Until step {change['until_step']:,} the schedule was to be {change['schedule']}."
    settings = [(key, value) for key, value in recipe.items() if key != "model" and value != ""]
    return f"""\
`python -m vitviz.train --model {model} --data everyday20.npz` with the settings below, seed {recipe["seed"]}:
{run["steps"]:,} steps in {run["epochs"]} epochs, {run["minutes"]:g} minutes on {run["device"]} \
(threads: {run["threads"]}). {shipped}

{_table(("setting", "value"), settings)}"""


def _figures(facts: dict[str, Any]) -> str:
    figures, temperature = facts["figures"], facts["temperature"]
    count = len(figures["per_class"])
    rows = [
        (f"top-1, {count} classes", _share(figures["top1"], figures["top1_interval"])),
        (f"mean over the {count} classes", f"{figures['balanced_top1']:.1%}"),
        ("expected calibration error, 15 bins", f"{figures['ece']:.3f}"),
        (f"... with the logits divided by {temperature:.3f}", f"{figures['ece_scaled']:.3f}"),
        ("negative log-likelihood", f"{figures['nll']:.3f}"),
        (f"... with the logits divided by {temperature:.3f}", f"{figures['nll_scaled']:.3f}"),
    ]
    if figures["top1_coarse"] is not None:
        merged = _share(figures["top1_coarse"], figures["top1_coarse_interval"])
        rows.insert(1, (f"top-1, {figures['coarse_classes']} merged classes", merged))
    chosen = "" if "teachers" in facts else ", and which epoch is shipped was chosen on them"
    classes = [
        (name, figures["per_class_pictures"][name], f"{share:.1%}")
        for name, share in figures["per_class"].items()
    ]
    return f"""\
On the {figures["pictures"]:,} validation pictures, prepared exactly as the app prepares a picture:

{_table(("figure", "value"), rows)}
For comparison: a linear probe on the features of a DeiT-Ti trained on ImageNet reaches 83.6 % of the 20 classes.
Merged classes: their probabilities are added, and the largest sum is the answer. The temperature \
{temperature:.3f} is not in the weights. It was fitted on these pictures{chosen}, so new pictures may do a little \
worse. An interval holds the middle 95 % over bootstrap samples of these pictures.

{_table(("class", "pictures", "right"), classes)}"""


def _share(share: float, interval: tuple[float, float]) -> str:
    return f"{share:.1%} ({interval[0]:.1%} to {interval[1]:.1%})"


def _table(head: tuple[str, ...], rows: list[Any]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)
