"""What a quantity can be at all, and what hardly any patient has."""

from dataclasses import dataclass

BEYOND = float("inf")


@dataclass(frozen=True)
class Quantity:
    """A quantity in the unit in which Yogo keeps it.

    Outside `low` to `high` a value is not this quantity: database, forms and imports refuse it. Outside
    `usual_low` to `usual_high` it may be true, but a person would look twice: somebody confirms it.
    """

    unit: str
    low: float
    high: float
    usual_low: float
    usual_high: float

    @classmethod
    def bounded(
        cls,
        unit: str,
        low: float | None = None,
        usual_low: float | None = None,
        usual_high: float | None = None,
        high: float | None = None,
    ) -> "Quantity":
        """A quantity of which not every bound is known: what is not known to be usual is whatever can be."""
        least = -BEYOND if low is None else low
        most = BEYOND if high is None else high
        return cls(
            unit,
            least,
            most,
            least if usual_low is None else usual_low,
            most if usual_high is None else usual_high,
        )

    def is_possible(self, value: float) -> bool:
        """Whether the value can be this quantity at all."""
        return self.low <= value <= self.high

    @property
    def usual_range(self) -> str:
        """The usual range as text, with its unit."""
        if BEYOND in (self.usual_high, -self.usual_low):
            return f"{self.usual_low:g} … {self.usual_high:g}".replace("inf", "∞")
        unit = "" if self.unit == "ratio" else self.unit
        return f"{self.usual_low:g}–{self.usual_high:g} {unit}".strip()

    def is_usual(self, value: float) -> bool:
        """Whether nobody would look twice at the value."""
        return self.usual_low <= value <= self.usual_high


# What clinical items can be stands in the dictionary of a study; these belong to no dictionary.
QUANTITIES: dict[str, Quantity] = {
    "truth": Quantity("", 0, 1, 0, 1),
    "concentration": Quantity("", 0, BEYOND, 0, BEYOND),
}
