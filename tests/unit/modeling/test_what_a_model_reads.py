"""What of a study reaches the frozen table, and what does not: one patient after another, by hand."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assays.models import Analyte, Measurement, Panel, PlateRun, Specimen
from ciri import Covariate, FrozenTable, parse_specification
from ciri.covariates.shipped import COVARIATES
from clinical.models import FollowUp, Patient
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import ensure_published
from modeling.models import FrozenDataset
from modeling.selectors.covariates import covariate_values, readable_items, unread_covariates
from modeling.selectors.inputs import study_table, training_counts, unknown_analytes
from modeling.sentences import of_method
from modeling.services.datasets import freeze
from studies.models import Study
from tests.factories import CohortFactory, SiteFactory, StudyFactory, day, fill, make_patient

pytestmark = pytest.mark.django_db
LATE = date(2024, 1, 1)


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    SiteFactory(study=study, code="tokyo")
    for code, kind in (("DISC", "discovery"), ("VALID", "validation"), ("extra", "prospective")):
        CohortFactory(study=study, code=code, kind=kind)
    return study


def enrol(
    study: Study,
    name: str,
    cohort: str = "DISC",
    *,
    days: int = 100,
    dead: bool = True,
    **more: Any,
) -> Patient:
    found = study.cohorts.get(code=cohort)
    patient = make_patient(study, cohort=found, subject_id=name, **more)
    if days:
        FollowUp.objects.create(
            patient=patient, contact_date=day(days), status="dead" if dead else "alive"
        )
    return patient


def table(
    study: Study, *, as_of: date = LATE, require_outcome: bool = True, **body: Any
) -> FrozenTable:
    specification = parse_specification(
        {"covariates": ["age"], "analytes": {"candidates": []}} | body
    )
    return study_table(study, specification, as_of=as_of, require_outcome=require_outcome)


def rows(table: FrozenTable, *columns: str) -> list[tuple[Any, ...]]:
    frame = table.subjects[["subject", *columns]]
    return [tuple(row) for row in frame.itertuples(index=False)]


def measure(patient: Patient, symbol: str, value: float | None, **more: Any) -> Measurement:
    told = {"timepoint": "pre", "flag": "in_range", "limit": None} | more
    timepoint = told.pop("timepoint")
    panel, _ = Panel.objects.get_or_create(name="panel")
    plate, _ = PlateRun.objects.get_or_create(study=patient.study, panel=panel, name="table")
    ensure_published(patient.study)
    specimen, _ = Specimen.objects.get_or_create(
        study=patient.study,
        label=f"{patient.subject_id}-{timepoint}",
        defaults={"patient": patient, "timepoint": timepoint, "material": "plasma"},
    )
    analyte, _ = Analyte.objects.get_or_create(symbol=symbol, defaults={"name": symbol})
    return Measurement.objects.create(
        specimen=specimen, analyte=analyte, plate_run=plate, value=value,
        value_text="" if value is None else str(value), unit="pg/mL", **told,
    )  # fmt: skip


# Who


def test_each_patient_has_the_role_of_its_cohort_and_its_own_outcome(study: Study) -> None:
    enrol(study, "a", "DISC", days=100, dead=True)
    enrol(study, "b", "VALID", days=250, dead=False)
    enrol(study, "c", "extra", days=30, dead=True)
    assert rows(table(study), "site", "cohort", "role", "time", "event") == [
        ("a", "tokyo", "DISC", "train", 100.0, True),
        ("b", "tokyo", "VALID", "validate", 250.0, False),
        ("c", "tokyo", "extra", "other", 30.0, True),
    ]


def test_the_endpoint_of_the_specification_decides_which_outcome(study: Study) -> None:
    patient = enrol(study, "a", days=0)
    FollowUp.objects.create(
        patient=patient, contact_date=day(90), status="alive", progression_date=day(60),
        disease_assessed=True,
    )  # fmt: skip
    assert rows(table(study, endpoint="OS"), "time", "event") == [("a", 90.0, False)]
    assert rows(table(study, endpoint="PFS"), "time", "event") == [("a", 60.0, True)]


def test_patients_of_another_study_are_not_in_it(study: Study) -> None:
    enrol(study, "a")
    other = StudyFactory()
    make_patient(other, subject_id="b")
    assert rows(table(study)) == [("a",)]


def test_only_what_had_happened_by_the_day_is_in_it_the_day_itself_included(study: Study) -> None:
    enrol(study, "a", days=100)
    enrol(study, "b", days=400, index_date=day(300))
    assert rows(table(study, as_of=day(99))) == []
    assert rows(table(study, as_of=day(100)), "time", "event") == [("a", 100.0, True)]
    known = table(study, as_of=day(300), require_outcome=False)
    assert rows(known) == [("a",), ("b",)]
    assert rows(table(study, as_of=day(299), require_outcome=False)) == [("a",)]


def test_without_an_index_date_a_patient_is_in_no_dataset_and_counted_so(study: Study) -> None:
    enrol(study, "a", days=100)
    make_patient(study, subject_id="s", index_date=None)
    assert rows(table(study)) == [("a",)]
    assert rows(table(study, require_outcome=False)) == [("a",)]
    held = freeze(study, parse_specification({}), as_of=LATE)
    assert held.patients == 1
    (told,) = held.left_out
    assert (told["subject"], str(of_method(told["reason"]))) == ("s", "no index date")


def test_without_an_outcome_a_patient_is_left_out_of_training_and_kept_for_scoring(
    study: Study,
) -> None:
    enrol(study, "a", days=0)
    trained = table(study)
    assert (rows(trained), trained.left_out) == ([], [{"subject": "a", "reason": "no outcome"}])
    assert rows(table(study, require_outcome=False), "role") == [("a", "other")]


def test_a_patient_who_was_enrolled_on_the_day_itself_is_scored(study: Study) -> None:
    enrol(study, "today", days=0)
    enrol(study, "tomorrow", days=0, index_date=day(1))
    assert rows(table(study, as_of=day(0), require_outcome=False)) == [("today",)]


def test_counts_are_those_of_the_table(study: Study) -> None:
    enrol(study, "a", "DISC")
    enrol(study, "b", "DISC", dead=False)
    enrol(study, "c", "VALID")
    enrol(study, "d", "DISC", index_date=day(50), days=200)
    specification = parse_specification({"covariates": ["age"], "analytes": {"candidates": []}})
    for as_of in (LATE, day(120), day(49)):
        wanted = study_table(study, specification, as_of=as_of, require_outcome=True).counts()
        assert training_counts(study, specification, as_of=as_of) == wanted
    assert training_counts(study, specification, as_of=LATE)["train"] == 3


# Covariates


def test_every_factor_reaches_its_own_column(study: Study) -> None:
    patient = enrol(study, "a")
    fill(
        patient, age=61.5, sex="female", stage="IV", ecog=1, height=200, weight=80, pdl1=49, pretreated=True,
        combination=False, albumin=3.9, nlr_reported=2.5,
    )  # fmt: skip
    columns = ("age", "sex", "stage", "bmi", "pdl1", "pdl1_class", "pretreated", "combination", "albumin", "nlr", "ecog")  # fmt: skip
    assert rows(table(study), *columns) == [
        ("a", 61.5, "female", "IV", 20.0, 49.0, "1-49", 1.0, 0.0, 3.9, 2.5, "1")
    ]


def test_a_table_says_what_its_covariates_are_and_keeps_the_old_order(study: Study) -> None:
    fill(enrol(study, "a"), age=61.5)
    frozen = table(study)
    names = [one.name for one in frozen.covariates]
    assert names == [one.name for one in COVARIATES]
    item = collected_by(study).definition.item("age")
    assert frozen.covariate("age") == Covariate(
        "age", unit="a", low=0, usual_low=16, usual_high=105, high=120, item=str(item.oid), version=1
    )  # fmt: skip
    assert frozen.covariate("stage").ranks == {
        "I": 1, "II": 2, "III": 3, "I-III": 2, "IV": 4, "recurrence": 5,
    }  # fmt: skip
    assert frozen.covariate("sex").ranks == {"female": 0.0, "male": 1.0}
    assert frozen.covariate("pretreated").kind == "truth"
    assert FrozenTable.from_bytes(frozen.to_bytes()).covariates == frozen.covariates


def test_a_covariate_that_cannot_be_read_is_named_with_the_reason(study: Study) -> None:
    def told(*names: str) -> list[str]:
        specification = parse_specification({"covariates": names, "analytes": {"candidates": []}})
        return [str(one) for one in unread_covariates(specification, collected_by(study))]

    assert told("age", "ecog", "pdl1_class") == []
    assert told("albumine", "xyz") == [
        "The study does not collect albumine. Did you mean albumin?",
        "The study does not collect xyz. A model may read age, sex, stage, ecog, bmi, pdl1, pdl1_class, pretreated, "
        "combination, albumin, nlr.",
    ]
    assert told("height") == [
        "height is collected, but the study's dictionary does not let a model read it."
    ]


def test_the_covariates_are_read_in_one_query(study: Study) -> None:
    for name in "abc":
        fill(enrol(study, name), age=61.5, albumin=3.9)
    collected = collected_by(study)
    names = [one.name for one in readable_items(collected.definition)]
    with CaptureQueriesContext(connection) as queries:
        frame = covariate_values(study.patients.all(), collected, names, "edt")
    assert (len(queries), len(frame), frame["age"].tolist()) == (1, 3, [61.5] * 3)
    assert frame["albumin"].isna().all()


def test_laboratory_factors_are_those_of_the_timepoint(study: Study) -> None:
    patient = enrol(study, "a")
    fill(patient, albumin=3.9)
    fill(patient, "edt", albumin=2.7)
    assert rows(table(study), "albumin") == [("a", 3.9)]
    assert rows(table(study, timepoint="edt"), "albumin") == [("a", 2.7)]


def test_what_nobody_entered_is_unknown_and_keeps_the_patient(study: Study) -> None:
    enrol(study, "a")
    fill(enrol(study, "b"), age="")
    fill(enrol(study, "c"), albumin=4.0, age="UNK")
    frame = table(study).subjects.set_index("subject")
    assert list(frame.index) == ["a", "b", "c"]
    assert frame[["age", "nlr", "pdl1", "pretreated", "combination"]].isna().all(axis=None)
    assert frame["albumin"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("percent", "told"), [(0.9, "<1"), (1, "1-49"), (49.9, "1-49"), (50, ">=50")]
)
def test_the_classes_of_pdl1_begin_at_one_and_at_fifty_percent(
    study: Study, percent: float, told: str
) -> None:
    fill(enrol(study, "a"), pdl1=percent)
    assert rows(table(study), "pdl1_class") == [("a", told)]


# Measurements

READS = {"analytes": {"candidates": ["IL6", "SPP1"], "keep": 1}}


def measured(table: FrozenTable) -> list[tuple[Any, ...]]:
    found = table.measurements.astype(object).where(table.measurements.notna(), None)
    return [tuple(row) for row in found[["subject", "analyte", "value", "flag", "limit"]].values]


def test_only_the_candidates_at_the_timepoint_are_read(study: Study) -> None:
    patient = enrol(study, "a")
    measure(patient, "IL6", 1.0)
    measure(patient, "CXCL8", 2.0)
    measure(patient, "IL6", 3.0, timepoint="edt")
    assert measured(table(study, **READS)) == [("a", "IL6", 1.0, "in_range", None)]
    assert [row[2] for row in measured(table(study, timepoint="edt", **READS))] == [3.0]
    everything = {"analytes": {"candidates": "all", "keep": 2}}
    assert [row[1] for row in measured(table(study, **everything))] == ["CXCL8", "IL6"]


def test_a_clinical_model_reads_no_measurement(study: Study) -> None:
    measure(enrol(study, "a"), "IL6", 1.0)
    assert measured(table(study)) == []


def test_a_value_beyond_a_limit_keeps_the_limit_and_a_number_beside_the_mark_is_used(
    study: Study,
) -> None:
    a, b, c = (enrol(study, name) for name in "abc")
    measure(a, "IL6", None, flag="below_lloq", limit=0.5)
    measure(b, "IL6", None, flag="above_uloq", limit=900.0)
    measure(c, "IL6", 0.25, flag="below_lloq", limit=0.5)
    measure(c, "SPP1", 950.0, flag="above_uloq", limit=900.0)
    assert measured(table(study, **READS)) == [
        ("a", "IL6", None, "below_lloq", 0.5),
        ("b", "IL6", None, "above_uloq", 900.0),
        ("c", "IL6", 0.25, "extrapolated", 0.5),
        ("c", "SPP1", 950.0, "extrapolated", 900.0),
    ]


@pytest.mark.alone
def test_a_candidate_that_the_catalogue_lacks_is_named(study: Study) -> None:
    Analyte.objects.create(symbol="IL6", name="x")
    told = {"analytes": {"candidates": ["IL6", "NOSUCH", "il6"], "keep": 1}}
    assert unknown_analytes(parse_specification(told)) == ["NOSUCH", "il6"]
    assert unknown_analytes(parse_specification({"analytes": {"keep": 3}})) == []


# The frozen dataset


def test_a_dataset_says_what_it_holds_and_the_same_content_is_stored_once(study: Study) -> None:
    enrol(study, "a", "DISC")
    enrol(study, "b", "DISC", dead=False)
    enrol(study, "c", "VALID")
    enrol(study, "d", "DISC", days=0)
    specification = parse_specification(
        {
            "covariates": ["age"],
            "analytes": {"candidates": []},
            "endpoint": "OS",
            "timepoint": "edt",
        }
    )
    held = freeze(study, specification, as_of=LATE)
    assert (held.patients, held.training_patients, held.events, held.training_events) == (
        3,
        2,
        2,
        1,
    )
    assert (held.as_of, held.timepoint, held.endpoint) == (LATE, "edt", "OS")
    assert held.left_out == [{"subject": "d", "reason": {"code": "no_outcome", "with": {}}}]
    read = FrozenTable.from_bytes(bytes(held.content))
    assert read.content_hash == held.content_hash
    assert isinstance(read.subjects, pd.DataFrame)
    assert freeze(study, specification, as_of=date(2024, 2, 2)) == held
    FollowUp.objects.filter(patient__subject_id="b").update(contact_date=day(101))
    assert freeze(study, specification, as_of=LATE) != held
    assert FrozenDataset.objects.filter(study=study).count() == 2
