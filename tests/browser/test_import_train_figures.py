"""The main job in the browser: import two files, define and train a model, look at the figures."""

import io
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from playwright.sync_api import Page, expect

from accounts.models import User
from clinical.models import Patient
from modeling.models import ModelVersion
from studies.models import Membership
from tests.browser.conftest import SCREENSHOTS
from tests.browser.pictures import take_picture
from tests.factories import StudyFactory

SYMBOLS = ["SPP1", "CX3CL1", "IL11", "IL6", "CXCL8", "CCL2"]
CLINICAL_MAPPING = """
kind: clinical
subject_id: id
site: {constant: A, create: true}
cohort: {column: cohort, create: true, kinds: {discovery: discovery, validation: validation}}
index_date: {column: start}
age: {column: age, unit: years}
survival:
  overall:
    duration: {column: days, unit: days}
    event: {column: died, coding: {"1": dead, "0": alive}}
"""
ASSAY_MAPPING = """
kind: assay
layout: wide
sample: sample
subject: id
timepoint: {constant: pre}
unit: pg/mL
panel: {name: Six-plex, scale: concentration}
plate: {constant: P1}
material: plasma
create_analytes: true
analytes:
""" + "".join(f"  {s}: {{symbol: {s}, name: {s}}}\n" for s in SYMBOLS)
SPECIFICATION = """
endpoint: OS
timepoint: pre
analytes: {candidates: all, keep: 3, scale: log2}
covariates: [age]
forest: {trees: 60, min_leaf: 5}
importance: {repeats: 2}
seed: 1
"""


def files() -> tuple[bytes, bytes]:
    """A clinical and an assay file of 80 subjects in whom the first analyte carries the risk."""
    rng = np.random.default_rng(5)
    n = 80
    z = rng.normal(size=(n, len(SYMBOLS)))
    days = np.ceil(rng.exponential(600 * np.exp(-1.2 * z[:, 0]))).clip(1, 1500).astype(int)
    subjects = [f"S{k:03d}" for k in range(n)]
    clinical = pd.DataFrame(
        {
            "id": subjects,
            "cohort": ["discovery"] * 50 + ["validation"] * 30,
            "start": "2020-01-06",
            "age": rng.integers(45, 80, n),
            "days": days,
            "died": (days < 1500).astype(int),
        }
    )
    assay = pd.DataFrame(np.round(np.exp(3 + z), 2), columns=SYMBOLS).astype(str)
    assay.loc[rng.choice(n, 8), "IL6"] = "<1.2"
    assay.insert(0, "sample", [f"{s}-pre" for s in subjects])
    assay.insert(1, "id", subjects)
    return _csv(clinical), _csv(assay)


def _csv(frame: pd.DataFrame) -> bytes:
    text = io.StringIO()
    frame.to_csv(text, index=False)
    return text.getvalue().encode()


def import_file(page: Page, kind: str, name: str, content: bytes, mapping: str) -> None:
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("link", name=re.compile("Import a file")).first.click()
    page.select_option("select[name=kind]", kind)
    page.set_input_files(
        "input[name=file]", {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.fill("textarea[name=mapping]", mapping)
    page.get_by_role("button", name="Show the preview").click()
    take_picture(page, SCREENSHOTS / f"import-{kind}.png")
    page.get_by_role("button", name=re.compile("^Commit")).click()
    expect(page.locator("main")).to_contain_text(re.compile("committed", re.IGNORECASE))


def test_from_two_files_to_four_figures(
    page: Page, sign_in: Callable[[User], None], person: User, celery_worker: object
) -> None:
    study = StudyFactory(code="WALK")
    for role in ("manager", "laboratory", "statistician"):
        Membership.objects.create(user=person, study=study, role=role)
    clinical, assay = files()
    sign_in(person)
    import_file(page, "clinical", "clinical.csv", clinical, CLINICAL_MAPPING)
    assert Patient.objects.filter(study=study).count() == 80
    import_file(page, "assay", "assay.csv", assay, ASSAY_MAPPING)

    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("link", name="Define a model").click()
    page.fill("input[name=name]", "three")
    page.fill("textarea[name=specification]", SPECIFICATION)
    page.get_by_role("button", name="Keep the specification").click()
    page.get_by_role("button", name="Train now").click()
    page.get_by_role("link", name=re.compile("ersion 1")).first.click(timeout=90_000)

    charts = page.locator(".chart svg.marks")
    expect(charts).to_have_count(5, timeout=15_000)  # each is drawn when its data have come
    assert page.locator(".chart .message-error").count() == 0
    expect(page.locator("main")).to_contain_text("C-index, validation cohort")
    take_picture(page, SCREENSHOTS / "version.png")
    version = ModelVersion.objects.get(model__study=study)
    assert version.report["selected"][0] == "SPP1"

    with page.expect_download() as download:
        page.locator("#figure-kaplan-meier").get_by_role("link", name="SVG").click()
    assert download.value.suggested_filename == "WALK-three-v1-kaplan-meier.svg"
