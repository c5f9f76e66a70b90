"""Inductive bias against data: accuracy of a conv net, a Swin and a ViT from few to many pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from vitviz.analysis.families.inductive_bias import inductive_bias
from vitviz.app import html
from vitviz.app.widgets.chart import chart
from vitviz.app.words import say
from vitviz.plot.data_curves import data_curves
from vitviz.plot.numbers import fixed

if TYPE_CHECKING:
    from vitviz.analysis.families.inductive_bias import BiasCurve


def show_inductive_bias() -> None:
    """The shipped runs as curves, sentences that follow from them, every run in a table, and the recipe of all."""
    curve = inductive_bias()
    st.markdown(say("families.bias_lead", **_sizes(curve)))
    chart(
        "families.bias",
        data_curves.describe(
            {
                say("families.bias_new"): {
                    _name(name): {n: [run.accuracy for run in curve.of(name, n)] for n in curve.counts}
                    for name in curve.networks
                },
                say("families.bias_learned"): {
                    _name(name): {
                        n: [run.accuracy_on_training for run in curve.of(name, n)] for n in curve.counts
                    }
                    for name in curve.networks
                },
            },
            1 / curve.classes,
            x_title=say("families.bias_pictures"),
            y_title=say("families.bias_accuracy"),
            chance_name=say("families.bias_chance"),
            label=say("families.bias_label"),
        ),
    )
    st.markdown("\n".join(f"- {sentence}" for sentence in findings(curve)))
    st.html(_table(curve))
    recipe = {name: f"{value:g}" for name, value in curve.recipe.items()}
    st.caption(say("families.bias_recipe", side=curve.side, **recipe))


def findings(curve: BiasCurve) -> list[str]:
    """What the runs show, in sentences: who leads from how many pictures, whether order turns, what was not learned."""
    orders = [curve.order(count) for count in curve.counts]
    said = []
    for order in orders:
        key = "families.bias_clear" if order.clear else "families.bias_unclear"
        said.append(
            say(
                key,
                count=order.pictures,
                first=_name(order.first),
                second=_name(order.second),
                a=order.of_first,
                b=order.of_second,
            )
        )
    few, many = curve.counts[0], curve.counts[-1]
    conv, vit = curve.networks[0], curve.networks[-1]
    turned = curve.mean(vit, many) > curve.mean(conv, many)
    gaps = {
        "few": few, "many": many, "a": curve.mean(conv, few) - curve.mean(vit, few),
        "b": curve.mean(conv, many) - curve.mean(vit, many),
    }  # fmt: skip
    said.append(say("families.bias_turned" if turned else "families.bias_not_turned", **gaps))
    if unfinished := curve.unfinished():
        names = ", ".join(f"{_name(name)} {count:,}: {learned:.3f}" for name, count, learned in unfinished)
        said.append(say("families.bias_unfinished", steps=int(curve.recipe["steps"]), names=names))
    return said


def _table(curve: BiasCurve) -> str:
    """Every run: a row for each network and number of pictures, a column for each seed."""
    head = [
        say("families.bias_network"), say("families.bias_pictures"),
        *(say("families.bias_seed", seed=seed) for seed in curve.seeds),
        say("families.bias_mean"), say("families.bias_mean_learned"),
    ]  # fmt: skip
    rows = [
        [
            _name(name), f"{count:,}",
            *(fixed(run.accuracy, 3) for run in sorted(curve.of(name, count), key=lambda run: run.seed)),
            fixed(curve.mean(name, count), 3), fixed(curve.mean_on_training(name, count), 3),
        ]
        for name in curve.networks
        for count in curve.counts
    ]  # fmt: skip
    return html.table(rows, head, numbers=range(1, len(head)))


def _sizes(curve: BiasCurve) -> dict[str, str | int]:
    names = ("conv", "swin", "vit")
    found: dict[str, str | int] = dict(zip(names, curve.parameters.values(), strict=True))
    return found | {
        "few": curve.counts[0],
        "many": curve.counts[-1],
        "seeds": len(curve.seeds),
        "classes": curve.classes,
    }


def _name(network: str) -> str:
    """A network's name in the person's language."""
    return say(f"families.bias_name_{network.lower().replace(' ', '_')}")
