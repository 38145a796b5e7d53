"""How units are written, and the factor from one to another."""

from collections.abc import Mapping

SAME = str.maketrans({"µ": "u", "μ": "u", "²": "2", "⁹": "^9", "³": "^3", "×": "", " ": ""})


def normal_unit(text: str) -> str:
    """A unit under the spelling used here: `µL` as `uL`, `kg/m²` as `kg/m2`, without blanks."""
    return text.translate(SAME)


def factor(units: Mapping[str, float], unit: str) -> float | None:
    """The factor of a unit, out of those that are known (unit -> factor); None where it is none of them."""
    known = {normal_unit(name).lower(): value for name, value in units.items()}
    return known.get(normal_unit(unit).lower())
