"""What a person set in the shift lab, kept in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitviz.app.settings import Setting
from vitviz.web.swin_shift.setting import LabSetting, changed_setting, opening_setting, shifted_blocks

if TYPE_CHECKING:
    from vitviz.tracing.trace import Trace
    from vitviz.zoo.registry import ModelEntry

LAB = Setting("swin_shift.lab", LabSetting.read)


def current(model: ModelEntry, trace: Trace) -> LabSetting:
    """What this person set; to begin with the block whose windows are most like those of the paper's figure."""
    own = opening_setting(trace)
    chosen = LAB.get(own, model.name)
    return chosen if chosen.block in {block.name for block in shifted_blocks(trace)} else own


def choose(model: ModelEntry, trace: Trace, wanted: dict[str, Any]) -> None:
    """Take over what the browser part asks for; numbers out of range are brought back into it."""
    LAB.set(changed_setting(trace, current(model, trace), wanted), model.name)
