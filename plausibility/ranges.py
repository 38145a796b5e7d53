"""One table of ranges: what can be at all, and what hardly any patient with advanced cancer has."""

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


# The usual ranges are wide on purpose: none of the 538 + 108 patients of the two published cohorts lies
# outside (their BMI goes up to 50.4 and their NLR to 71), and a value in the wrong unit does.
QUANTITIES: dict[str, Quantity] = {
    "age": Quantity("years", 0, 120, 16, 105),
    "height": Quantity("cm", 50, 250, 120, 220),
    "weight": Quantity("kg", 10, 350, 25, 250),
    "bmi": Quantity("kg/m2", 8, 100, 11, 75),
    "pdl1": Quantity("%", 0, 100, 0, 100),
    "albumin": Quantity("g/dL", 0.5, 8, 1, 6.5),
    "neutrophils": Quantity("10^9/L", 0, 300, 0.05, 150),
    "lymphocytes": Quantity("10^9/L", 0, 500, 0.01, 100),
    "nlr": Quantity("ratio", 0, 500, 0.05, 250),
    "ecog": Quantity("", 0, 5, 0, 4),  # 5 is dead
    "truth": Quantity("", 0, 1, 0, 1),
    "concentration": Quantity("", 0, BEYOND, 0, BEYOND),
}
