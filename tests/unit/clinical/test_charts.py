"""Figures about a study."""

import pytest

from clinical.charts import enrolment_chart

ROWS = [
    {"month": "2024-01-01", "site": "A", "enrolled": 2},
    {"month": "2024-02-01", "site": "A", "enrolled": 3},
    {"month": "2024-02-01", "site": "B", "enrolled": 1},
]


def points(chart: dict) -> list[tuple[str, str, int]]:
    values = chart["data"].get("values") or next(iter(chart["datasets"].values()))
    return [(point["month"], point["site"], point["total"]) for point in values]


def test_enrolment_is_counted_up_by_site() -> None:
    assert points(enrolment_chart(ROWS, "light")) == [
        ("2024-01-01", "A", 2),
        ("2024-02-01", "A", 5),
        ("2024-02-01", "B", 1),
    ]


def test_a_study_without_patients_has_an_empty_figure() -> None:
    assert enrolment_chart([], "light")["mark"]["type"] == "line"


@pytest.mark.parametrize(("theme", "label"), [("light", "#1f2933"), ("dark", "#e8ecf0")])
def test_words_of_the_figure_can_be_read_in_the_theme_of_the_page(theme: str, label: str) -> None:
    config = enrolment_chart(ROWS, theme)["config"]
    assert config["legend"]["labelColor"] == label
    assert {"labelColor", "titleColor", "gridColor"} <= config["axis"].keys()
