"""The switches of a run, and what a run is called by those that are not as in the plain one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from vitviz.app import links
from vitviz.app.settings import Setting
from vitviz.app.words import say
from vitviz.train.lab_config import BATCHES, NOISES, PICTURES, LabConfig

T = TypeVar("T")
FLAGS = ("no_positions", "no_warmup", "tenfold", "post_norm", "mean")
SWITCHES: dict[str, Setting[bool]] = {name: Setting(f"training.{name}", links.flag) for name in FLAGS}
NOISE: Setting[float] = Setting("training.noise", links.one_of(NOISES))
BATCH: Setting[int] = Setting("training.batch", links.one_of(BATCHES))
COUNT: Setting[int] = Setting("training.pictures", links.one_of(PICTURES))
BESIDE: Setting[bool] = Setting("training.beside", links.flag)
PLAIN = LabConfig()


def choose(fixed: bool) -> list[LabConfig]:
    """Show the switches, which are ``fixed`` while there is a run; the one or two runs that they ask for."""
    flags = {
        name: _toggle(setting, name, column, fixed)
        for (name, setting), column in zip(SWITCHES.items(), st.columns(len(SWITCHES)), strict=True)
    }
    noise, batch, count, beside = st.columns([1, 1, 1, 1.3], vertical_alignment="bottom")
    with noise:
        share = _one_of(NOISE, NOISES, PLAIN.noise, "noise", lambda value: f"{100 * value:.0f} %", fixed)
    with batch:
        size = _one_of(BATCH, BATCHES, PLAIN.batch, "batch", str, fixed)
    with count:
        pictures = _one_of(COUNT, PICTURES, PLAIN.pictures, "pictures", lambda value: f"{value:,}", fixed)
    config = LabConfig(
        positions=not flags["no_positions"], warmup=not flags["no_warmup"], tenfold=flags["tenfold"],
        post_norm=flags["post_norm"], pool="avg" if flags["mean"] else "token",
        noise=share, batch=size, pictures=pictures,
    )  # fmt: skip
    with beside:
        two = BESIDE.widget(
            lambda key: st.toggle(
                say("training.beside_plain" if config != PLAIN else "training.beside_seed"),
                key=key, disabled=fixed,
            ),
            None, False,
        )  # fmt: skip
    return [config, PLAIN if config != PLAIN else replace(PLAIN, seed=1)] if two else [config]


def named(config: LabConfig) -> str:
    """What a run differs in from the plain one, in words."""
    changed = config.changed()
    names = {
        "positions": "no_positions", "warmup": "no_warmup", "tenfold": "tenfold", "post_norm": "post_norm",
        "pool": "mean",
    }  # fmt: skip
    said = [say(f"training.{names[name]}") for name in changed if name in names]
    if "noise" in changed:
        said.append(f"{say('training.noise')} {100 * config.noise:.0f} %")
    said += [
        f"{say(f'training.{name}')} {changed[name]}" for name in ("batch", "pictures") if name in changed
    ]
    if "seed" in changed:
        said.append(say("training.other_seed"))
    return ", ".join(said) or say("training.plain")


def _toggle(
    setting: Setting[bool], name: str, column: st.delta_generator.DeltaGenerator, fixed: bool
) -> bool:
    with column:
        return setting.widget(
            lambda key: st.toggle(
                say(f"training.{name}"), key=key, disabled=fixed, help=say(f"training.{name}_help")
            ),
            None,
            False,
        )


def _one_of(
    setting: Setting[T], options: tuple[T, ...], default: T, name: str, text: Callable[[T], str], fixed: bool
) -> T:
    return setting.widget(
        lambda key: st.segmented_control(
            say(f"training.{name}"), options, key=key, format_func=text, required=True, disabled=fixed,
            help=say(f"training.{name}_help"),
        ),
        options, default,
    )  # fmt: skip
