"""What stands in the wells: by usual names, by a layout, by the study's own names; and the concentrations that our
own curve gives where the instrument gave none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assays.models import Measurement, PanelPolicy, PlateRun, Specimen, Well, WellName
from assays.selectors.readings import readings
from assays.services.judging import judge_plate
from clinical.models import Patient
from clinical.services.definitions import ensure_published
from imports.models import ImportBatch
from imports.services.batches import commit_import
from studies.models import Study
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.plates import catalogue, previewed
from tests.unit.formats.files import as_csv, xponent

pytestmark = pytest.mark.django_db

A, B, C, D = 20.0, 20_000.0, 500.0, -1.1
LEVELS = [4000 / 3**k for k in range(8)]
HEAD = ("INSTRUMENT TYPE", "SERIAL NUMBER", "PLATE NAME", "WELL LOCATION", "WELL TYPE", "SAMPLE ID")
DRAWN = {"S1": ("A2", 150.0), "S2": ("B2", 900.0), "S3": ("C2", 30.0)}


def fluorescence(concentration: float) -> float:
    """FI = A + (B - A) / (1 + (x / C)^D), written out by hand."""
    return A + (B - A) / (1 + (concentration / C) ** D)


def intelliflex() -> bytes:
    """A plate of fluorescence on which nothing but positions tells what stood where."""
    wells = [(f"{row}1", fluorescence(x)) for row, x in zip("ABCDEFGH", LEVELS, strict=True)]
    wells += [(well, fluorescence(x)) for well, x in DRAWN.values()]
    wells += [("D2", A)]
    properties = ("ANALYTE NAME", "REGION", "MEDIAN", "COUNT")
    rows = [[*HEAD, "DILUTION", *(f"R19: RP1 {name}" for name in properties)]]
    for well, seen in wells:
        told = [
            "INTELLIFLEX",
            "IF1",
            "P9",
            well,
            "U1",
            f"Unknown {well}",
            "4" if "2" in well else "",
        ]
        rows.append([*told, "IL-6", "19", f"{seen:.10f}", "60"])
    return as_csv(rows)


LAYOUT = "\n".join(
    [
        "well,subject,timepoint,type,expected",
        *(f"{row}1,,,standard,{x:.10f}" for row, x in zip("ABCDEFGH", LEVELS, strict=True)),
        *(f"{well},{subject},pre,," for subject, (well, _x) in DRAWN.items()),
        "D2,,,blank,",
    ]
)


@pytest.fixture
def study() -> Study:
    catalogue()
    study = StudyFactory(code="ICI")
    for subject in DRAWN:
        make_patient(study, subject_id=subject)
    return study


def test_a_layout_gives_concentrations_to_a_plate_of_fluorescence(study: Study) -> None:
    """Standards lie on a curve written out above, so a sample of 150 pg/mL, diluted four times, is 600."""
    batch = previewed(study, intelliflex(), layout=LAYOUT, mapping="unit: pg/mL")
    assert batch.state == "previewed", batch.message
    assert any("our own curve” in the rules" in note for note in batch.preview["notes"])
    commit_import(batch=batch, by=None)
    run = PlateRun.objects.get()
    expected = Measurement.objects.filter(well__sample_type="standard").order_by("well_id")
    assert list(expected.values_list("expected", flat=True)) == pytest.approx(LEVELS)
    PanelPolicy.objects.create(study=study, panel=run.panel, concentration="refit")
    judge_plate(plate_run=PlateRun.objects.get(), by=None)
    found = readings(Patient.objects.filter(study=study), "pre", None)
    values = dict(zip(found["subject"], found["value"], strict=True))
    assert values == pytest.approx({s: 4 * x for s, (_well, x) in DRAWN.items()}, rel=1e-4)
    assert set(found["flag"]) == {"in_range"}


def test_a_column_of_a_layout_may_be_of_one_analyte(study: Study) -> None:
    layout = "well,type,expected,Expected IL1B,dilution\nD1,standard,5,7,1:3\nE1,sample,,,\n"
    commit_import(batch=previewed(study, xponent(), layout=layout, mapping=""), by=None)
    rows = Measurement.objects.filter(well__position="D1").order_by("analyte__symbol")
    assert list(rows.values_list("analyte__symbol", "expected", "dilution", "value_text")) == [
        ("IL1B", 7.0, 3.0, "3.25"),
        ("IL6", 5.0, 3.0, "< 0.5"),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("D1,,,standrd,,", "write sample, standard, control or blank"),
        ("D1,,,standard,-4,", "a number, 0 or more"),
        ("D1,,,sample,4,", "only a standard or a control"),
        ("D1,,,standard,4,0", "no dilution factor above 0: write 400, 1:400"),
        ("D1,S1,pre,standard,4,", "names a subject for a well that holds a standard"),
        ("A1,S1,pre,,,", "names a subject for a well that holds a blank"),
        ("D9,,,standard,4,", "names a well or sample that this plate does not have"),
    ],
)
def test_what_a_layout_cannot_mean_is_told(study: Study, row: str, said: str) -> None:
    layout = f"well,subject,timepoint,type,expected,dilution\n{row}\n"
    batch = previewed(study, xponent(), layout=layout)
    assert batch.state == "refused"
    assert said in batch.message
    layout = "well,type,expected IL-99\nD1,standard,4\n"
    assert "the plate has no analyte" in previewed(study, xponent(), layout=layout).message


def test_guesses_are_asked_and_a_person_may_say_otherwise(study: Study) -> None:
    content = xponent().replace(b"S-1", b"NC").replace(b"S-2", b"Healthy control")
    asked = previewed(study, content).preview["wells"]
    assert [(q["name"], q["kind"], q["is_guess"]) for q in asked] == [
        ("NC", "control", True),
        ("Healthy control", "sample", False),
    ]
    batch = previewed(study, content, mapping="wells: {NC: sample, Healthy control: control}")
    assert batch.preview["wells"] == []
    commit_import(batch=batch, by=None)
    kinds = dict(Well.objects.values_list("sample", "sample_type"))
    assert (kinds["NC"], kinds["Healthy control"]) == ("sample", "control")
    assert not any("by their names" in note for note in PlateRun.objects.get().notes)


def test_a_specimen_of_the_study_is_no_control_whatever_it_is_called(study: Study) -> None:
    patient = Patient.objects.get(subject_id="S1")
    ensure_published(study)
    Specimen.objects.create(
        study=study, patient=patient, label="NC", timepoint="pre", material="plasma"
    )
    batch = previewed(study, xponent().replace(b"S-1", b"NC"))
    commit_import(batch=batch, by=None)
    assert Well.objects.get(sample="NC").specimen.patient == patient  # type: ignore[union-attr]


def test_a_studys_own_names_are_known(study: Study) -> None:
    WellName.objects.create(study=study, name="Lot 7 serum", sample_type="control")
    batch = previewed(study, xponent().replace(b"S-1", b"lot 7  Serum 1:50"))
    assert batch.preview["wells"] == []
    commit_import(batch=batch, by=None)
    assert Well.objects.get(position="D1").sample_type == "control"


def test_a_plate_without_standards_or_blanks_is_asked_about_and_not_excluded(study: Study) -> None:
    content = xponent().replace(b"Standard1", b"K-8").replace(b"Background0", b"K-9")
    content = content.replace(b"Standard Expected Concentration", b"Another block")
    content = content.replace(b"S-1", b"P-1").replace(b"S-2", b"P-2")
    batch = previewed(study, content)
    assert batch.state == "previewed"
    for what in ("standards", "blanks"):
        assert any(f"seems to have no {what}" in note for note in batch.preview["notes"])
    commit_import(batch=batch, by=None)
    assert any("seems to have no standards" in note for note in PlateRun.objects.get().notes)


def test_an_entry_of_the_mapping_that_no_well_bears_is_refused(study: Study) -> None:
    batch = previewed(study, xponent(), mapping="wells: {RP-7: control}")
    assert "no well of this plate bears this name" in batch.message
    assert "no type of well" in previewed(study, xponent(), mapping="wells: {S-1: pool}").message


def test_the_page_asks_and_the_study_remembers(study: Study) -> None:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    content = xponent().replace(b"S-1", b"RP-7 1:50").replace(b"S-2", b"NC")
    batch = previewed(study, content)
    page = client.get(f"/studies/ICI/data/{batch.pk}/").content.decode()
    assert "What stands in the wells" in page
    sent = {"name-0": "NC", "kind-0": "sample", "other-name": "RP-7 1:50", "other-kind": "control"}
    answer = client.post(f"/studies/ICI/data/{batch.pk}/wells/", sent | {"remember": "1"})
    again = ImportBatch.objects.latest("pk")
    assert answer["Location"] == f"/studies/ICI/data/{again.pk}/"
    assert again.preview["wells"] == []
    names = dict(WellName.objects.values_list("name", "sample_type"))
    assert names == {"NC": "sample", "RP-7": "control"}
    later = previewed(study, content.replace(b"plate 1", b"plate 2"))
    assert dict(later.preview["plate"]["wells"]) == {
        "sample": 1, "standard": 1, "control": 2, "blank": 1,
    }  # fmt: skip
    sent = {"other-name": "H12", "other-kind": "x"}
    refused = client.post(f"/studies/ICI/data/{later.pk}/wells/", sent)
    assert refused.status_code == 422
    assert "“x” is no type of well" in refused.content.decode()
    assert 'value="H12"' in refused.content.decode()
    assert ImportBatch.objects.latest("pk") == later


def test_what_was_chosen_for_wells_stands_there_still_where_it_is_refused(study: Study) -> None:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    batch = previewed(study, xponent().replace(b"S-2", b"NC"))
    sent = {"name-0": "NC", "kind-0": "sample", "other-name": "no such well", "other-kind": "blank"}
    page = client.post(f"/studies/ICI/data/{batch.pk}/wells/", sent, follow=True)
    told = " ".join(page.content.decode().split())
    assert "no well of this plate bears this name" in told


def test_a_plates_page_says_what_stood_in_its_wells(study: Study) -> None:
    """The plate comes without a layout; its standards are told on its page, by a table and by the form."""
    layout = LAYOUT.replace("standard", "sample").replace("blank", "sample")
    layout = "\n".join(",".join(line.split(",")[:4]) for line in layout.splitlines())
    batch = previewed(study, intelliflex(), layout=layout, mapping="unit: pg/mL")
    commit_import(batch=batch, by=None)
    run = PlateRun.objects.get()
    PanelPolicy.objects.create(study=study, panel=run.panel, concentration="refit")
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    address = f"/studies/ICI/plates/{run.pk}/wells/"
    rows = [f"{row}1,standard,{x:.10f}" for row, x in zip("ABCDEFGH", LEVELS, strict=True)][1:]
    table = SimpleUploadedFile("t.csv", "\n".join(["well,type,expected", *rows]).encode())
    client.post(address, {"file": table, "reason": "as pipetted", "confirmed": "1"})
    one = {"position": "A1", "kind": "standard", "expected": f"{LEVELS[0]:.10f}", "dilution": ""}
    client.post(address, one | {"reason": "as pipetted", "confirmed": "1"})
    assert Well.objects.filter(sample_type="standard").count() == 8
    found = readings(Patient.objects.filter(study=study), "pre", None)
    values = dict(zip(found["subject"], found["value"], strict=True))
    assert values == pytest.approx({s: 4 * x for s, (_well, x) in DRAWN.items()}, rel=1e-4)
    wrong = one | {"position": "A2", "reason": "x"}
    page = client.post(address, wrong, follow=True).content.decode()
    assert "A2 holds a specimen" in page
    types, layout = page.split('id="types"')[1].split('action="', 3)[1::2]
    for kept in (
        'value="A2"',
        f'value="{LEVELS[0]:.10f}"',
        'value="standard" selected',
        'value="x"',
    ):
        assert kept in types
    assert 'value="A2"' not in layout  # the form of the specimens is another one
    for said in ("[]", '{"A1": [1]}', '{"A1": ["standard", null, {"": "x"}]}', "nonsense"):
        page = client.post(address, {"said": said, "reason": "x"}, follow=True).content.decode()
        assert "got lost" in page
