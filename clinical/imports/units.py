"""Units in which a clinical file may give a quantity, and the factor to the unit in which Yogo keeps it."""

# quantity -> {unit in the file: factor to the kept unit}; the kept unit comes first.
UNITS: dict[str, dict[str, float]] = {
    "age": {"years": 1.0, "months": 1 / 12},
    "height_cm": {"cm": 1.0, "m": 100.0, "in": 2.54},
    "weight_kg": {"kg": 1.0, "g": 0.001, "lb": 0.45359237},
    "bmi_reported": {"kg/m2": 1.0},
    "pdl1_tps": {"%": 1.0, "fraction": 100.0},
    "albumin_g_dl": {"g/dL": 1.0, "g/L": 0.1},
    "neutrophils": {"10^9/L": 1.0, "/uL": 0.001, "10^3/uL": 1.0},
    "lymphocytes": {"10^9/L": 1.0, "/uL": 0.001, "10^3/uL": 1.0},
    "nlr_reported": {"ratio": 1.0},
    "duration": {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25},
}


def name_of(quantity: str, factor: float) -> str:
    """The unit of a factor, as a sentence names it."""
    return next(name for name, value in UNITS[quantity].items() if value == factor)
