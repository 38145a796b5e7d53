"""Each unit that a file may use, and what one of it is in the unit that is kept."""

import pytest

from clinical.dictionary.reading import shipped
from clinical.imports.units import DURATIONS, name_of
from imports.units import factor, normal_unit

KEPT = {
    "age": {"years": 1, "months": 0.083333333333},
    "height": {"cm": 1, "m": 100, "in": 2.54},
    "weight": {"kg": 1, "g": 0.001, "lb": 0.45359237},
    "bmi_reported": {"kg/m2": 1},
    "pdl1": {"%": 1, "fraction": 100},
    "albumin": {"g/dL": 1, "g/L": 0.1},
    "neutrophils": {"10^9/L": 1, "/uL": 0.001, "10^3/uL": 1},
    "lymphocytes": {"10^9/L": 1, "/uL": 0.001, "10^3/uL": 1},
    "nlr_reported": {"ratio": 1},
    "bmi": {"kg/m2": 1},
    "nlr": {"ratio": 1},
}
SHIPPED = shipped("nsclc-ici")


def test_every_unit_has_its_factor() -> None:
    items = {i.name: i for form in SHIPPED.forms for i in form.items if i.units}
    assert {name: pytest.approx(units) for name, units in KEPT.items()} == {
        name: item.units for name, item in items.items()
    }
    assert [item.shown_unit for item in items.values()] == [
        next(iter(i.units)) for i in items.values()
    ]
    assert DURATIONS == {"days": 1, "weeks": 7, "months": 30.4375, "years": 365.25}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/µL", "/uL"),
        ("/μL", "/uL"),
        ("kg/m²", "kg/m2"),
        ("× 10⁹/L", "10^9/L"),
        ("10³/µL", "10^3/uL"),
    ],
)
def test_units_as_people_write_them(written: str, read: str) -> None:
    assert normal_unit(written) == read


def test_capitals_do_not_matter_and_an_unknown_unit_has_no_factor() -> None:
    assert factor(SHIPPED.item("albumin").units, "G/L") == 0.1
    assert factor(SHIPPED.item("albumin").units, "mmol/L") is None


def test_a_factor_is_named_by_its_unit() -> None:
    assert name_of(DURATIONS, 7.0) == "weeks"
