"""One step opened: loss, the gradient of one weight by the chain rule, and AdamW's arithmetic, beside torch's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import streamlit as st

from vitviz.app import html, links, networks, people
from vitviz.app.kept import memory, size_of
from vitviz.app.settings import Setting
from vitviz.app.topics.training import lab as labs
from vitviz.app.topics.training import recipe
from vitviz.app.topics.training.step_formulas import adamw_formulas, chain_formula
from vitviz.app.words import say
from vitviz.plot.numbers import fixed, percent, short

if TYPE_CHECKING:
    from vitviz.analysis.training.chain_rule import Place
    from vitviz.analysis.training.opened_step import OpenedStep
    from vitviz.train.lab import LabRun
    from vitviz.train.lab_config import LabConfig

PLACES: tuple[Place, ...] = ("head", "fc2", "fc1")
PLACE: Setting[Place] = Setting("training.place", links.one_of(PLACES))
ROW = Setting("training.row", links.whole)
COLUMN = Setting("training.column", links.whole)
LISTED = 8  # terms of a gradient


@dataclass(frozen=True, eq=False)
class Kept:
    """An opened step: of which run (by its configuration), at which step."""

    config: LabConfig
    number: int
    run: int  # id of the run, 0 of a fresh one
    step: OpenedStep


def opened() -> None:
    """The whole section."""
    st.markdown(say("training.opened_lead"))
    _shown()


@st.fragment
def _shown() -> None:
    with st.spinner(say("running")):
        kept = _kept(anew=False)
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    if labs.mine() is not None and right.button(
        say("training.newest"), key="training.newest", width="stretch"
    ):
        kept = _kept(anew=True)
    step = kept.step
    key = "training.opened_run" if kept.run else "training.opened_fresh"
    left.markdown(
        say(
            key, name=recipe.named(kept.config), number=kept.number, batch=len(step.backward.labels),
            loss=f"{step.torch_loss:.6f}", after=f"{step.loss_after:.6f}",
        )
    )  # fmt: skip
    place, row, column = _weight(step)
    forward, chain = st.columns([1, 1.5], gap="medium")
    with forward:
        _first_picture(step)
    with chain:
        _chain(step, place, row, column)
    _adamw(step, place, row, column)


def _weight(step: OpenedStep) -> tuple[Place, int, int]:
    """Which matrix, and which of its weights."""
    first, second, third = st.columns([2, 1, 1], vertical_alignment="bottom")
    with first:
        place = PLACE.widget(
            lambda key: st.segmented_control(
                say("training.matrix"), PLACES, key=key, format_func=lambda place: f"{place}.weight", required=True
            ),
            PLACES, "head",
        )  # fmt: skip
    rows, columns = step.autograd[step.name(place)].shape
    with second:
        row = _number(ROW, "row", rows, place)
    with third:
        column = _number(COLUMN, "column", columns, place)
    return place, row, column


def _number(setting: Setting[int], name: str, count: int, place: str) -> int:
    return setting.widget(
        lambda key: int(st.number_input(say(f"training.{name}", last=count - 1), 0, count - 1, step=1, key=key)),
        range(count), 0, place,
    )  # fmt: skip


def _first_picture(step: OpenedStep) -> None:
    """p, y and p - y of the batch's first picture."""
    back = step.backward
    label = int(back.labels[0])
    rows = [
        (say(f"scene.kind.{name}"), percent(float(back.probabilities[0, k])), str(int(k == label)),
         fixed(float(back.probabilities[0, k]) - (k == label), 5))
        for k, name in enumerate(_kinds())
    ]  # fmt: skip
    st.markdown(say("training.first_picture"))
    st.html(html.table(rows, [say("training.seed_class"), "p", "y", "p \u2212 y"], numbers=range(1, 4)))
    st.caption(say("training.mean_loss", loss=f"{back.loss:.6f}", gap=_gap(back.loss, step.torch_loss)))


def _chain(step: OpenedStep, place: Place, row: int, column: int) -> None:
    """The gradient of the chosen weight: its largest terms, their sum, and autograd's."""
    back = step.backward
    arriving, inputs = back.terms(place, row, column)
    terms = (arriving * inputs).flatten()
    order = terms.abs().argsort(descending=True)[:LISTED].tolist()
    tokens = 1 if arriving.ndim == 1 else arriving.shape[1]
    st.markdown(say(f"training.chain_{place}"))
    st.markdown(f"${chain_formula(back, place, row, column, order[0])}$")
    rows: list[tuple[str, ...]] = [
        (str(at // tokens), str(at % tokens) if tokens > 1 else "\u2013",
         short(float(arriving.flatten()[at])), short(float(inputs.flatten()[at])), short(float(terms[at])))
        for at in order
    ]  # fmt: skip
    rest = float(terms.sum() - terms[order].sum())
    rows.append((say("training.rest", count=len(terms) - len(order)), "", "", "", short(rest)))
    heads = [say(f"training.term_{name}") for name in ("picture", "token", "arriving", "input", "product")]
    st.html(html.table(rows, heads, numbers=range(1, 5)))
    ours, torchs = float(terms.sum()), float(step.autograd[step.name(place)][row, column])
    nothing = say("training.no_gradient") if not (arriving != 0).any() else ""
    st.markdown(
        f"{say('training.sum', ours=f'{ours:.9f}', torchs=f'{torchs:.9f}', gap=_gap(ours, torchs))} {nothing}"
    )


def _gap(one: float, other: float) -> str:
    return f"{abs(one - other):.1e}" if one != other else "0"


def _adamw(step: OpenedStep, place: Place, row: int, column: int) -> None:
    st.markdown(f"**{say('training.adamw')}**")
    taken = step.steps[step.name(place)]
    for formula in adamw_formulas(taken, row, column, step.length, step.clip):
        st.markdown(rf"$\displaystyle {formula}$")
    agreement = step.agreement
    key = "training.same_bits" if not agreement.differing else "training.other_bits"
    st.markdown(
        say(
            key,
            weights=f"{agreement.weights:,}",
            differing=f"{agreement.differing:,}",
            units=agreement.most_units,
        )
    )


def _kept(anew: bool) -> Kept:
    """The opened step of this person: of their run, or where there is none of a fresh network."""
    from vitviz.train.lab import LabRun

    owner = people.here().owner
    key = labs.step_key(owner)
    lab = labs.mine()
    run = lab.runs[0] if lab is not None and not lab.runs[0].failed else None
    found = cast("tuple[Kept] | None", memory.get(key, owner))
    if found is not None and not anew and found[0].run == (id(run) if run is not None else 0):
        return found[0]
    with networks.gate("light"):
        if lab is not None and run is not None:
            with lab.lock:
                made = _open(run, id(run))
        else:
            made = _open(LabRun(recipe.PLAIN), 0)
    memory.put(key, (made,), size_of((made.step.autograd, made.step.steps)), owner)
    return made


def _open(run: LabRun, number: int) -> Kept:
    """Take the run's next step on copies."""
    from vitviz.analysis.training.opened_step import open_step
    from vitviz.train.lab import CLIP

    images, labels = run.next_batch()
    taken = open_step(
        run.network, run.optimizer, images, labels, CLIP, run.config.post_norm, lr=run.next_lr()
    )
    return Kept(run.config, run.done, number, taken)


def _kinds() -> tuple[str, ...]:
    from vitviz.worlds.things import KINDS

    return KINDS
