"""The two published cohorts come in with the shipped mappings, twice, with the same counts."""

import os
from datetime import date
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import call_command

from assays.models import Measurement, Specimen
from clinical.models import FollowUp, Patient
from clinical.selectors.outcomes import Outcome, outcomes

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = Path(os.environ.get("YOGO_REAL_DATA", ROOT.parent / "shared" / "data"))
EXAMPLES = ROOT / "examples"
DAYS_IN_MONTH = 30.4375

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not REAL_DATA.is_dir(),
        reason="The real files are not here; set YOGO_REAL_DATA to the folder that holds them.",
    ),
]


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*(str(a) for a in arguments), stdout=out)
    return out.getvalue()


def derived(code: str, endpoint: str) -> dict[str, Outcome | None]:
    patients = Patient.objects.filter(study__code=code)
    names = dict(patients.values_list("pk", "subject_id"))
    found = outcomes(patients, endpoint=endpoint, as_of=date(2026, 11, 1))
    return {names[pk]: outcome for pk, outcome in found.items()}


def test_538_patients_come_in_and_their_outcome_is_the_files() -> None:
    file = REAL_DATA / "ici_clinical" / "nsclc_ici_538.csv"
    arguments = (file, "--study", "ICI", "--mapping", EXAMPLES / "nsclc_ici" / "clinical.yaml")
    run("create_study", "ICI", "--title", "NSCLC on ICI")
    assert "Rows: 538 new" in run("import_clinical", *arguments)
    assert "538 unchanged" in run("import_clinical", *arguments)
    patients = Patient.objects.filter(study__code="ICI")
    assert patients.filter(cohort__kind="discovery").count() == 331
    assert patients.filter(cohort__kind="validation").count() == 207
    assert FollowUp.objects.filter(status="dead").count() == 322
    assert patients.filter(filled_forms__values__has_key="pdl1").count() == 324
    rows = pd.read_csv(file).set_index("subject_id")
    for endpoint in ("OS", "PFS"):
        expected = {
            subject: Outcome(round(months * DAYS_IN_MONTH), bool(event))
            for subject, months, event in zip(
                rows.index, rows[f"{endpoint}_Months"], rows[f"{endpoint}_Event"], strict=True
            )
        }
        assert derived("ICI", endpoint) == expected


def test_prince_comes_in_with_28_proteins_before_treatment() -> None:
    folder = REAL_DATA / "prince_olink"
    clinical = folder / "PICI0002_ph2_clinical.csv"
    proteins = folder / "NatureMed_Olink_select_proteins.csv"
    run("create_study", "PRINCE", "--title", "PRINCE")
    mapping = ("--study", "PRINCE", "--mapping", EXAMPLES / "prince" / "clinical.yaml")
    assert "Rows: 108 new" in run("import_clinical", clinical, *mapping)
    assert "108 unchanged" in run("import_clinical", clinical, *mapping)
    assert FollowUp.objects.filter(status="dead").count() == 80
    mapping = ("--study", "PRINCE", "--mapping", EXAMPLES / "prince" / "assay.yaml")
    assert "Rows: 3159 new" in run("import_assay", proteins, *mapping)
    assert "3159 unchanged" in run("import_assay", proteins, *mapping)
    assert Measurement.objects.count() == 3159
    assert Measurement.objects.values("analyte").distinct().count() == 28
    assert Specimen.objects.filter(timepoint="pre").count() == Specimen.objects.count() == 103
    twice = Measurement.objects.filter(replicate=2).values_list("analyte__symbol", flat=True)
    assert set(twice) == {"IL6", "IL10", "LAMP3"}


def test_the_outcome_of_prince_is_the_files_but_for_what_the_mapping_leaves_out() -> None:
    clinical = REAL_DATA / "prince_olink" / "PICI0002_ph2_clinical.csv"
    run("create_study", "PRINCE", "--title", "PRINCE")
    mapping = ("--study", "PRINCE", "--mapping", EXAMPLES / "prince" / "clinical.yaml")
    run("import_clinical", clinical, *mapping)
    rows = pd.read_csv(clinical, dtype={"Deidentified.ID": str}).set_index("Deidentified.ID")
    os_days, os_event = rows["clinical.observation.os"], rows["clinical.observation.os.event"]
    assert derived("PRINCE", "OS") == {
        subject: Outcome(int(os_days[subject]), bool(os_event[subject])) for subject in rows.index
    }
    pfs = rows["clinical.observation.pfs"].sub(1).clip(lower=0)  # its first day is day 1
    event = rows["clinical.observation.pfs.event"]
    found = derived("PRINCE", "PFS")
    differing = {s for s in rows.index if found[s] != Outcome(int(pfs[s]), bool(event[s]))}
    # Their progression lies after the last day of overall survival.
    assert differing == {"35", "42", "77", "111", "128"}
