"""From what was measured to what a forest reads, number by number."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ciri.dataset.frozen import FrozenTable
from ciri.dataset.transform import Transform
from ciri.specification.specification import Specification, parse_specification

Row = tuple[str, str, float | None, str, float | None]


def specification(**body: Any) -> Specification:
    analytes = {"keep": 1} | body.pop("analytes", {})
    return parse_specification({"analytes": analytes} | body)


def table(*rows: Row, subjects: str = "abcd", **covariates: list[Any]) -> FrozenTable:
    """Measurements as (subject, analyte, value, flag, limit); repeats are numbered as they come."""
    people = pd.DataFrame(
        {"subject": list(subjects), "site": "s", "cohort": "c", "role": "train", "time": 9.0, "event": True}
        | covariates
    )  # fmt: skip
    seen: dict[tuple[str, str], int] = {}
    measured = []
    for subject, analyte, value, flag, limit in rows:
        seen[subject, analyte] = seen.get((subject, analyte), 0) + 1
        measured.append((subject, analyte, seen[subject, analyte], value, flag, limit))
    columns = ["subject", "analyte", "replicate", "value", "flag", "limit"]
    return FrozenTable.freeze(people, pd.DataFrame(measured, columns=columns))


def column(found: pd.DataFrame, name: str) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 9) for value in found[name]]


def scaled(told: Specification, rows: FrozenTable, training: str = "abcd") -> list[float | None]:
    return column(Transform.fit(told, rows, set(training), ["IL6"]).raw(rows), "IL6")


IN_RANGE = [("a", "IL6", 8.0, "in_range", None), ("b", "IL6", 2.0, "in_range", None)]


def test_concentrations_are_read_as_their_base_two_logarithm() -> None:
    assert scaled(specification(), table(*IN_RANGE)) == [3.0, 1.0, None, None]


def test_values_that_are_logarithms_already_stay_as_they_are() -> None:
    rows = table(*IN_RANGE, ("c", "IL6", -1.5, "in_range", None))
    assert scaled(specification(analytes={"scale": "none"}), rows) == [8.0, 2.0, -1.5, None]


@pytest.mark.parametrize(
    ("rule", "factor"), [("lloq/2", 0.5), ("lloq/sqrt2", 0.5**0.5), ("lloq", 1.0)]
)
def test_below_a_limit_the_limit_counts_by_the_rule(rule: str, factor: float) -> None:
    rows = table(*IN_RANGE, ("c", "IL6", None, "below_lloq", 1.0))
    wanted = round(float(np.log2(factor)), 9)
    assert scaled(specification(analytes={"below_lloq": rule}), rows) == [3.0, 1.0, wanted, None]
    # On a logarithmic scale the same share of the limit is so much less.
    npx = specification(analytes={"below_lloq": rule, "scale": "none"})
    assert scaled(npx, rows) == [8.0, 2.0, round(float(1.0 + np.log2(factor)), 9), None]


def test_above_a_limit_the_limit_itself_counts() -> None:
    rows = table(*IN_RANGE, ("c", "IL6", None, "above_uloq", 64.0))
    assert scaled(specification(), rows) == [3.0, 1.0, 6.0, None]


def test_where_the_limit_is_not_told_the_training_rows_extremes_stand_in() -> None:
    rows = table(
        *IN_RANGE, ("c", "IL6", None, "below_lloq", None), ("d", "IL6", None, "above_uloq", None)
    )
    assert scaled(specification(analytes={"below_lloq": "lloq"}), rows) == [3.0, 1.0, 1.0, 3.0]
    # Learnt from the training rows alone: of a, whose 8 is both the lowest and the highest.
    found = scaled(specification(analytes={"below_lloq": "lloq"}), rows, training="acd")
    assert found == [3.0, 1.0, 3.0, 3.0]


def test_extremes_are_of_values_in_range_only() -> None:
    rows = table(
        *IN_RANGE,
        ("a", "IL6", 0.25, "extrapolated", None),
        ("c", "IL6", None, "below_lloq", None),
    )
    fitted = Transform.fit(specification(), rows, set("abcd"), ["IL6"])
    assert (fitted.analytes[0].lowest, fitted.analytes[0].highest) == (2.0, 8.0)


def test_extrapolated_values_count_and_missing_and_excluded_ones_do_not() -> None:
    rows = table(
        ("a", "IL6", 4.0, "extrapolated", None),
        ("b", "IL6", 4.0, "excluded", None),
        ("c", "IL6", 4.0, "missing", None),
        ("d", "IL6", 16.0, "in_range", None),
    )
    assert scaled(specification(), rows) == [2.0, None, None, 4.0]


def test_a_concentration_of_zero_or_less_counts_as_below_the_limit() -> None:
    rows = table(
        *IN_RANGE, ("c", "IL6", 0.0, "in_range", 1.0), ("d", "IL6", -3.0, "extrapolated", None)
    )
    # The limit is 1, of which half counts; for d it is the lowest in range above zero, 2.
    assert scaled(specification(), rows) == [3.0, 1.0, -1.0, 0.0]


def test_a_limit_of_zero_is_no_limit_for_a_concentration() -> None:
    rows = table(*IN_RANGE, ("c", "IL6", None, "below_lloq", 0.0))
    assert scaled(specification(), rows) == [3.0, 1.0, 0.0, None]


def test_repeats_are_averaged_on_the_models_scale_or_the_first_counts() -> None:
    rows = table(
        ("a", "IL6", 2.0, "in_range", None),
        ("a", "IL6", 8.0, "in_range", None),
        ("a", "IL6", None, "missing", None),
        ("b", "IL6", None, "missing", None),
        ("b", "IL6", 16.0, "in_range", None),
    )
    assert scaled(specification(), rows)[:2] == [2.0, 4.0]
    assert scaled(specification(analytes={"repeats": "first"}), rows)[:2] == [1.0, 4.0]


def test_one_analytes_values_are_not_anothers() -> None:
    rows = table(
        *IN_RANGE, ("a", "SPP1", 32.0, "in_range", None), ("b", "X", 1.0, "in_range", None)
    )
    fitted = Transform.fit(specification(), rows, set("abcd"), ["SPP1", "IL6"])
    found = fitted.raw(rows)
    assert list(found.columns) == ["SPP1", "IL6"]
    assert list(found.index) == list("abcd")
    assert column(found, "SPP1") == [5.0, None, None, None]
    assert column(found, "IL6") == [3.0, 1.0, None, None]
    only = fitted.restrict(["IL6"])
    assert list(only.raw(rows).columns) == ["IL6"]


# Covariates

KNOWN = {
    "age": [60.0, None, 70.0, 80.0],
    "sex": ["female", "male", None, "male"],
    "stage": ["I", "II", "III", "I-III"],
    "pdl1": [0.5, 1.0, 49.0, None],
    "pdl1_class": [None, None, None, ">=50"],
}


def test_covariates_become_the_numbers_that_the_method_states() -> None:
    told = specification(covariates=["age", "sex", "stage", "pdl1"])
    found = Transform.fit(told, table(**KNOWN), set("abcd"), []).raw(table(**KNOWN))
    assert list(found.columns) == ["age", "sex", "stage", "pdl1"]
    assert column(found, "age") == [60.0, None, 70.0, 80.0]
    assert column(found, "sex") == [0.0, 1.0, None, 1.0]
    assert column(found, "stage") == [1.0, 2.0, 3.0, 2.0]
    assert column(found, "pdl1") == [0.5, 1.0, 49.0, None]
    late = table(stage=["IV", "recurrence", None, "I"])
    assert column(Transform.fit(told, late, set("abcd"), []).raw(late), "stage")[:2] == [4.0, 5.0]


def test_pdl1_by_class_begins_at_one_and_at_fifty_percent_and_takes_the_reported_class_else() -> (
    None
):
    told = specification(covariates=["pdl1"], pdl1="category")
    rows = table(**KNOWN)
    fitted = Transform.fit(told, rows, set("abcd"), [])
    assert column(fitted.raw(rows), "pdl1") == [0.0, 1.0, 1.0, 2.0]
    edges = table(pdl1=[0.99, 49.99, 50.0, None], pdl1_class=[">=50", ">=50", "<1", None])
    assert column(fitted.raw(edges), "pdl1") == [0.0, 1.0, 2.0, None]


def test_native_leaves_the_unknown_unknown() -> None:
    told = specification(covariates=["age"])
    fitted = Transform.fit(told, table(**KNOWN), set("abcd"), [])
    assert column(fitted.apply(table(**KNOWN)), "age") == [60.0, None, 70.0, 80.0]


def test_median_fills_with_the_training_median_and_marks_what_had_gaps_in_training() -> None:
    told = specification(covariates=["age", "bmi"], missing="median")
    rows = table(age=[60.0, None, 70.0, 90.0], bmi=[20.0, 21.0, 22.0, None])
    fitted = Transform.fit(told, rows, set("abc"), [])  # d is not of the training
    found = fitted.apply(rows)
    assert list(found.columns) == ["age", "age is missing", "bmi"]
    assert column(found, "age") == [60.0, 65.0, 70.0, 90.0]
    assert column(found, "age is missing") == [0.0, 1.0, 0.0, 0.0]
    assert column(found, "bmi") == [20.0, 21.0, 22.0, 21.0]
    plain = fitted.apply(rows, indicators=False)
    assert list(plain.columns) == ["age", "bmi"]


def test_of_an_analyte_that_nobody_of_the_training_has_there_is_no_median() -> None:
    told = specification(missing="median")
    rows = table(("d", "IL6", 4.0, "in_range", None))
    fitted = Transform.fit(told, rows, set("abc"), ["IL6"])
    assert fitted.analytes[0].median is None
    found = fitted.apply(rows)
    assert column(found, "IL6") == [None, None, None, 2.0]
    assert column(found, "IL6 is missing") == [1.0, 1.0, 1.0, 0.0]


def test_the_median_of_an_analyte_is_on_the_models_scale() -> None:
    fitted = Transform.fit(specification(), table(*IN_RANGE), set("abcd"), ["IL6"])
    assert fitted.analytes[0].median == 2.0
    assert fitted.analytes[0].gaps is True
    whole = Transform.fit(specification(), table(*IN_RANGE), set("ab"), ["IL6"])
    assert whole.analytes[0].gaps is False


# Keeping


def test_a_transform_is_the_same_again_from_its_plain_values() -> None:
    told = specification(
        covariates=["age", "pdl1"], pdl1="category", missing="median",
        analytes={"below_lloq": "lloq", "repeats": "first", "scale": "none"},
    )  # fmt: skip
    fitted = Transform.fit(told, table(*IN_RANGE, **KNOWN), set("abcd"), ["IL6"])
    assert Transform.from_dict(fitted.to_dict()) == fitted
    kept = (fitted.scale, fitted.below_lloq, fitted.repeats, fitted.readings, fitted.missing)
    assert kept == ("none", "lloq", "first", (("pdl1", "category"),), "median")


def test_part_of_a_transform_keeps_what_it_learnt() -> None:
    told = specification(covariates=["age"])
    rows = table(*IN_RANGE, ("c", "SPP1", 4.0, "in_range", None), **KNOWN)
    fitted = Transform.fit(told, rows, set("abcd"), ["IL6", "SPP1"])
    part = fitted.restrict(["SPP1"])
    assert part.analytes == (fitted.analytes[1],)
    assert part.covariates == fitted.covariates
    assert fitted.restrict(["SPP1"], covariates=False).covariates == ()


def test_a_name_that_is_both_an_analyte_and_a_covariate_is_refused() -> None:
    with pytest.raises(ValueError, match="both an analyte and a covariate"):
        Transform.fit(specification(covariates=["age"]), table(), set("abcd"), ["age"])


def test_three_repeats_count_by_their_mean_and_the_training_by_its_median() -> None:
    repeats = [("a", "IL6", value, "in_range", None) for value in (2.0, 8.0, 32768.0)]
    assert scaled(specification(), table(*repeats))[0] == round(19 / 3, 9)
    told = specification(covariates=["age"], missing="median")
    fitted = Transform.fit(told, table(age=[60.0, 62.0, 90.0, None]), set("abcd"), [])
    assert fitted.covariates[0].median == 62.0


def test_small_numbers_above_zero_are_numbers() -> None:
    rows = table(
        ("a", "IL6", 0.5, "in_range", None), ("b", "IL6", 0.25, "extrapolated", 2.0),
        ("c", "IL6", None, "below_lloq", None),
    )  # fmt: skip
    fitted = Transform.fit(specification(), rows, set("abcd"), ["IL6"])
    assert (fitted.analytes[0].lowest, fitted.analytes[0].highest) == (0.5, 0.5)
    assert column(fitted.raw(rows), "IL6") == [-1.0, -2.0, -2.0, None]


def test_on_a_logarithmic_scale_negative_numbers_are_the_lowest_like_any_other() -> None:
    rows = table(
        ("a", "IL6", -1.5, "in_range", None), ("b", "IL6", 2.0, "in_range", None),
        ("c", "IL6", None, "below_lloq", None), ("d", "IL6", None, "below_lloq", -3.0),
    )  # fmt: skip
    told = specification(analytes={"scale": "none", "below_lloq": "lloq"})
    assert scaled(told, rows) == [-1.5, 2.0, -1.5, -3.0]


def test_category_is_of_pdl1_alone() -> None:
    told = specification(covariates=["age", "pdl1"], pdl1="category")
    rows = table(**KNOWN)
    assert column(Transform.fit(told, rows, set("abcd"), []).raw(rows), "age")[0] == 60.0
