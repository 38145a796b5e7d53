"""What rules and curves say: a code with its parameters, and the English sentence of each code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a sentence for translators, by the name that they look for; there is no Django here."""
    return text


SENTENCES = {
    "vendor_warns": gettext_noop("%(remark)s"),
    "few_beads": gettext_noop("%(count)g beads, fewer than %(fewest)d"),
    "repeats_differ": gettext_noop(
        "repeats differ by a CV of %(cv).1f %% (median of %(specimens)d specimens), more than %(limit)g %%"
    ),
    "levels_recovered": gettext_noop(
        "%(well)d of %(levels)d levels of the standards are recovered within %(low)g–%(high)g %%"
    ),
    "share_out_of_range": gettext_noop(
        "%(share).0f %% of the samples are out of range, more than %(limit)g %%"
    ),
    "beyond_hook": gettext_noop("fluorescence %(fluorescence)s: %(hook)s"),
    "hook": gettext_noop(
        "the fluorescence of the standards falls by %(fall).0f %% above %(peak)s (a hook): readings from "
        "%(fluorescence)s on may belong to either side of it"
    ),
    "outside_kit": gettext_noop(
        "control “%(control)s” reads %(read)s, outside the kit's %(range)s"
    ),
    "outside_kit_of_several": gettext_noop(
        "control “%(control)s” reads %(read)s, outside the kit's %(range)s (%(outside)d of %(controls)d controls "
        "are outside)"
    ),
    "number": gettext_noop("%(number)s"),
    "below_range": gettext_noop("below range"),
    "above_range": gettext_noop("above range"),
    "at_most": gettext_noop("at most %(high)s"),
    "at_least": gettext_noop("at least %(low)s"),
    "from_to": gettext_noop("%(low)s–%(high)s"),
    "controls_above": gettext_noop(
        "controls lie %(distance).1f %% above their target, more than %(limit)g %%; the target is the median of "
        "%(plates)d plates"
    ),
    "controls_below": gettext_noop(
        "controls lie %(distance).1f %% below their target, more than %(limit)g %%; the target is the median of "
        "%(plates)d plates"
    ),
    "several_controls_above": gettext_noop(
        "controls lie %(distance).1f %% above their target (median of %(controls)d controls), more than "
        "%(limit)g %%; the target is the median of %(plates)d plates"
    ),
    "several_controls_below": gettext_noop(
        "controls lie %(distance).1f %% below their target (median of %(controls)d controls), more than "
        "%(limit)g %%; the target is the median of %(plates)d plates"
    ),
    "no_standards": gettext_noop("no standards"),
    "few_levels": gettext_noop("levels of standards: %(levels)d, fewer than %(fewest)d"),
    "flat_standards": gettext_noop("the fluorescence of the standards hardly differs"),
    "not_converged": gettext_noop("the fit did not converge"),
    "dark_standards": gettext_noop(
        "standards without net fluorescence above zero are left out of our curve: %(levels)s (wells: %(wells)d)"
    ),
    "dark_standards_in_all": gettext_noop(
        "standards without fluorescence above zero are left out of our curve: %(levels)s (wells: %(wells)d)"
    ),
    "trusted_from": gettext_noop(
        "our curve is trusted from %(end)s on: the standards beyond (%(levels)s) are not given back within "
        "%(low)g–%(high)g %%"
    ),
    "trusted_up_to": gettext_noop(
        "our curve is trusted up to %(end)s: the standards beyond (%(levels)s) are not given back within "
        "%(low)g–%(high)g %%"
    ),
    "no_standard_given_back": gettext_noop("it gives back no standard within %(low)g–%(high)g %%"),
}


@dataclass(frozen=True)
class Said:
    """A code of SENTENCES and what stands in its places: plain values, or another `Said`."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return SENTENCES[self.code] % dict(self.parameters)
