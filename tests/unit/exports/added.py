"""A study whose dictionary has one more item of each kind than the shipped one, by rows alone, and patients with answers."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from clinical.dictionary.definition import (
    Code,
    CodeList,
    Coding,
    Definition,
    EventForm,
    Form,
    Item,
    Range,
    StudyEvent,
    Type,
)
from clinical.dictionary.reading import shipped
from clinical.models import FollowUp, Patient
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from studies.models import Study
from tests.factories import INDEX_DATE, CohortFactory, SiteFactory, StudyFactory, fill, fill_many

HISTOLOGIES = ("adeno", "squamous", "large-cell", "other")
GRADES = ("low", "middle", "high")
FEATURES = (
    "ldh", "smoker", *(f"histology = {code}" for code in HISTOLOGIES), "grade", "ldh_ratio", "worst_toxicity",
)  # fmt: skip
BODY = {
    "analytes": {"candidates": [], "keep": 0},
    "covariates": ["ldh", "smoker", "histology", "grade", "ldh_ratio", "worst_toxicity"],
    "forest": {"trees": 50, "min_leaf": 5},
    "importance": {"repeats": 1},
    "selection": {"resamples": 10, "trees": 20},
    "cross_validation": {"folds": 2, "repeats": 1},
    "seed": 7,
}


def more_items() -> Definition:
    """The shipped definition, with items that no code names."""
    known = shipped("nsclc-ici")
    blood = known.form_by_name["blood"]
    added = (
        Item(
            "ldh", Type.DECIMAL, label={"en": "lactate dehydrogenase", "ja": "乳酸脱水素酵素"}, unit="U/L",
            units={"U/L": 1}, range=Range(0, 80, 2000, 20_000), model_may_read=True,
            codings=(Coding("LOINC", "2532-0"),),
        ),
        Item("smoker", Type.YES_NO, model_may_read=True),
        Item("histology", Type.CODE, codes="histology", model_may_read=True),
        Item("grade", Type.CODE, codes="grade", model_may_read=True),
        Item("ldh_ratio", Type.DECIMAL, derived="ldh / 250", unit="1", model_may_read=True),
        Item("sites", Type.CODES, codes="histology"),
        Item("diagnosed", Type.DATE, precision="month"),
        Item("children", Type.INTEGER),
        Item("remark", Type.TEXT),
        Item("name", Type.TEXT, identifier=True),
        Item("scan", Type.FILE),
        Item("part_two", Type.HEADING),
        Item("site", Type.TEXT),
        Item("worst_toxicity", Type.INTEGER, derived="treatment.toxicity[last]", model_may_read=True),
    )  # fmt: skip
    events = []
    for event in known.events:
        events.append(
            replace(event, forms=(EventForm("added"), *event.forms))
            if event.name == "pre"
            else event
        )
    return replace(
        known,
        code_lists=(
            *known.code_lists,
            CodeList("histology", tuple(Code(code) for code in HISTOLOGIES)),
            CodeList("grade", tuple(Code(c, rank=float(n)) for n, c in enumerate(GRADES)), ordered=True),
        ),
        events=(*events, StudyEvent("treatment", (EventForm("adverse", repeats=True),))),
        forms=(
            *known.forms[:1],
            blood,
            Form("added", added),
            Form("adverse", (Item("toxicity", Type.INTEGER, model_may_read=True, range=Range(0, 0, 5, 5)),)),
        ),
    )  # fmt: skip


def study_with_more_items(n: int = 60) -> Study:
    """`n` patients whose risk rises with LDH; the first has an answer of every kind."""
    study = StudyFactory()
    SiteFactory(study=study)
    publish_definition(study=study, definition=more_items(), by=None)
    random = np.random.default_rng(3)
    ldh = np.round(random.lognormal(5.5, 0.5, n), 1)
    days = np.floor(random.exponential(90_000 / ldh)).astype(int) + 1
    cohort = CohortFactory(study=study)
    patients = Patient.objects.bulk_create(
        Patient(study=study, site=study.sites.get(), cohort=cohort, subject_id=f"P{k:03d}", index_date=INDEX_DATE)
        for k in range(n)
    )  # fmt: skip
    fill_many(
        {
            patient: {
                "ldh": float(np.clip(ldh[k], 1, 9999)),
                "smoker": bool(k % 2),
                "histology": HISTOLOGIES[k % 4],
                "grade": GRADES[k % 3],
            }
            for k, patient in enumerate(patients)
        }
    )
    FollowUp.objects.bulk_create(
        FollowUp(
            patient=patient,
            contact_date=INDEX_DATE + timedelta(days=int(min(d, 700))),
            status="dead" if d < 700 else "alive",
        )
        for patient, d in zip(patients, days, strict=True)
    )
    fill(
        patients[0], sites="other|adeno", diagnosed="2019-07", children=2, remark="=1+1", name="Hanako", site="left lung",
    )  # fmt: skip
    for number, patient in enumerate(patients):
        for instance in range(1, number % 3 + 1):
            fill_form(
                patient=patient, event="treatment", form="adverse", form_instance=instance,
                texts={"toxicity": str(instance + 1)}, by=None,
            )  # fmt: skip
    return study
