"""Which sheet and which encoding an assay file and its table of samples are read in."""

import pytest

from assays.models import Measurement, Specimen
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from studies.refusals import Refused
from tests.unit.formats.files import workbook
from tests.unit.imports.test_assay import LONG, LONG_ROWS, SAMPLES, WIDE
from tests.unit.imports.test_assay import study as study  # the fixture

pytestmark = pytest.mark.django_db

HEAD = ["sample", "subject", "day", "plate", "IL-6", "osteopontin"]
BOOK = workbook(
    {
        "first": [HEAD, ["A1", "S1", "D0", "P1", "1.5", "2"]],
        "second": [HEAD, ["A2", "S2", "D0", "P1", "7", "8"]],
    }
)


def asked(study: Study, content: bytes, mapping: str, **more: object) -> ImportBatch:
    batch = receive_file(
        study=study, name=more.pop("name", "plate.xlsx"), content=content, kind="assay",
        mapping_text=mapping, by=None, **more,
    )  # fmt: skip
    return preview_import(batch=batch, by=None)


def loaded(study: Study, content: bytes, mapping: str, **more: object) -> list[tuple[str, str]]:
    commit_import(batch=asked(study, content, mapping, **more), by=None)
    rows = Measurement.objects.order_by("pk").values_list("specimen__label", "value_text")
    return list(rows)


def test_the_sheet_of_the_mapping_is_read_and_the_one_that_a_person_chose_before_it(
    study: Study,
) -> None:
    with pytest.raises(Refused, match="second"):
        commit_import(batch=asked(study, BOOK, WIDE), by=None)
    assert loaded(study, BOOK, WIDE + "sheet: second\n") == [("A2", "7"), ("A2", "8")]
    chosen = asked(study, BOOK, WIDE + "sheet: second\n", sheet="first")
    assert chosen.preview["counts"]["new"] == 1
    assert chosen.state == "previewed"


def test_a_file_is_read_in_the_encoding_of_its_mapping(study: Study) -> None:
    head = "sample,subject,day,plate,プレート,IL-6,osteopontin\n"
    content = (head + "A1,S1,D0,P1,x,1.5,2\n").encode("cp932")
    mapping = WIDE + "encoding: cp932\nignore: [プレート]\n"
    found = loaded(study, content, mapping, name="plate.csv")
    assert found == [("A1", "1.5"), ("A1", "2")]
    wrong = asked(study, content, mapping.replace("cp932", "latin-1"), name="again.csv")
    assert wrong.state == "refused"
    assert "プレート" in wrong.message


def test_the_table_of_samples_has_a_sheet_of_its_own(study: Study) -> None:
    rows = [line.split(",") for line in SAMPLES[1].decode().splitlines()]
    book = workbook({"old": [rows[0], ["A1", "S2", "D0"]], "new": rows})
    mapping = LONG + "  sheet: new\n"
    samples = ("samples.xlsx", book)
    batch = asked(study, LONG_ROWS.encode(), mapping, name="olink.csv", samples=samples)
    commit_import(batch=batch, by=None)
    assert Specimen.objects.get(label="A1").patient.subject_id == "S1"
    asked_for = asked(study, LONG_ROWS.encode(), LONG, name="more.csv", samples=samples)
    assert asked_for.preview["sheets"]["part"] == "samples"
    over = asked(
        study, LONG_ROWS.encode(), mapping, name="over.csv", samples=samples, samples_sheet="old"
    )
    assert "is already recorded with" in str(over.preview["rows"][0]["problems"][0][2])  # of S2


def test_a_table_of_samples_that_nobody_asked_for_is_refused(study: Study) -> None:
    content = workbook({"only": [HEAD, ["A1", "S1", "D0", "P1", "1.5", "2"]]})
    batch = asked(study, content, WIDE, samples=SAMPLES)
    assert batch.state == "refused"
    assert "no section samples" in batch.message
