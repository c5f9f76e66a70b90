"""The shift lab of a Swin's run."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vitviz.analysis.swin_shift.geometry import every_shift
from vitviz.web.explorer.of_trace import picture_address
from vitviz.web.swin_shift.lab import Lab, fitted, lab_data, lab_of, lines_of, weights_data
from vitviz.web.swin_shift.setting import (
    LabSetting,
    block_named,
    changed_setting,
    opening_setting,
    own_setting,
    shifted_blocks,
)
from vitviz.web.views.view import State, View
from vitviz.web.words import Speaker

if TYPE_CHECKING:
    from vitviz.analysis.segment_lines import StepLine

MOST_WINDOWS = 4  # of a block whose weights go into a file; of a block with more those of the last one


class ShiftOfRun(View):
    """A block by its name, the map's ``height`` x ``width`` patches, ``window`` and ``shift``, and the ``chosen``
    window."""

    name = "shift"
    page = "swin-shift"
    module = "web/views/shift.js"
    styles = ("web/swin_shift/part.css",)
    plotly = False

    def check(self) -> None:
        """Raise ``ValueError`` for a model without windows."""
        if not self.shown.is_swin:
            raise ValueError("the shift lab shows windows that shift, and only a Swin has such")
        self.lines = lru_cache(self._lines)

    def _lines(self, block: str) -> tuple[StepLine, ...]:
        return lines_of(self.trace, block)

    def opening(self) -> dict[str, Any]:
        """The block whose windows are most like those of the paper's figure."""
        return _state(opening_setting(self.trace))

    def changed(self, before: State, wanted: State) -> dict[str, Any]:
        """Another block with no more said is as the model has it; ``own`` asks for that, too."""
        if wanted.get("own") or wanted.keys() == {"block"}:
            return self.checked({**before, **wanted, "own": True})
        return super().changed(before, {key: value for key, value in wanted.items() if key != "own"})

    def checked(self, state: State) -> dict[str, Any]:
        """A setting within bounds."""
        names = [block.name for block in shifted_blocks(self.trace)]
        if state["block"] not in names:
            raise ValueError(f"there is no shifted block {state['block']!r}: {', '.join(names)}")
        return _state(changed_setting(self.trace, opening_setting(self.trace), state))

    def data(self, state: State, words: Speaker) -> dict[str, Any]:
        """The lab as it is set."""
        return lab_data(self._lab(LabSetting(**state), words), "", words)

    def file_data(self, state: State, words: Speaker) -> dict[str, Any]:
        """The lab in the model's own setting of a block, with that of every other block and the windows' weights."""
        blocks, weights = {}, {}
        for block in shifted_blocks(self.trace):
            own = own_setting(block)
            count = every_shift(own.height, own.width, own.window)[-1].grid.num_windows
            windows = range(count) if count <= MOST_WINDOWS else [count - 1]
            for window in windows:
                lab = self._lab(replace(own, chosen=window), words)
                assert lab.weights is not None
                weights[f"{block.name} {window}"] = weights_data(lab.weights)
            described = lab_data(self._lab(own, words), "", words)
            blocks[block.name] = {**described, "attention": None, "fixed": True}
        chosen = LabSetting(**state)
        own = own_setting(block_named(self.trace, chosen.block))
        setting = replace(own, chosen=min(chosen.chosen, own.chosen))
        kept = {"blocks": blocks, "weights": weights, "none": words.say("swin_shift.no_weights_file")}
        attention = weights.get(f"{setting.block} {setting.chosen}")
        note = "" if attention else kept["none"]
        first = {"setting": asdict(setting), "attention": attention, "attentionNote": note, "kept": kept}
        return {**blocks[setting.block], **first}

    def needs_data(self, before: State, after: State) -> bool:
        """Every other setting has its own windows and weights."""
        return dict(before) != dict(after)

    def image(self, state: State) -> str:
        """The middle of the picture, as wide for its height as the map."""
        return picture_address(fitted(self.shown.seen, LabSetting(**state)))[0]

    def _lab(self, setting: LabSetting, words: Speaker) -> Lab:
        return lab_of(self.trace, setting, self.lines(setting.block), words)


def _state(setting: LabSetting) -> dict[str, Any]:
    return {key: value for key, value in asdict(setting).items() if key != "sequence"}
