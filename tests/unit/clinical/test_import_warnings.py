"""What a person would see at a glance in a clinical file waits for somebody to say that it is right."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from audit.selectors.trail import TrailFilter, trail_of
from clinical.models import Patient
from imports.models import ImportBatch
from imports.preview import spans
from imports.services.batches import (
    commit_import,
    confirm_warnings,
    preview_import,
    receive_file,
)
from jobs.models import Job
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import StudyFactory, make_member

pytestmark = pytest.mark.django_db
MAPPING = """
subject_id: id
site: {constant: A, create: true}
cohort: {constant: discovery, create: true}
index_date: {column: start}
age: {column: Age}
pdl1: {column: TPS, as: percent}
labs: {pre: {albumin: {column: Alb}, nlr: {column: NLR}, collected_on: {column: drawn}}}
survival:
  overall:
    duration: {column: OS, unit: days}
    event: {column: dead, coding: {1: dead, 0: alive}}
"""
N = 24


def rows(**columns: Any) -> str:
    """Twenty-four patients with nothing strange about them, but for columns given as functions of n."""
    plain: dict[str, Any] = {
        "id": lambda n: f"S{n}",
        "start": lambda n: "2015-01-01",
        "Age": lambda n: 50 + n,
        "TPS": lambda n: 4 * n,
        "Alb": lambda n: 3 + n / 20,
        "NLR": lambda n: 2 + n / 10,
        "drawn": lambda n: "2014-12-31",
        "OS": lambda n: 100 + 20 * n,
        "dead": lambda n: n % 2,
    } | columns
    lines = [",".join(plain)]
    lines += [",".join(str(cell(n)) for cell in plain.values()) for n in range(N)]
    return "\n".join(lines) + "\n"


def previewed(
    study: Study, content: str, accept: str = "", by: Any = None, mapping: str = MAPPING
) -> ImportBatch:
    batch = receive_file(
        study=study,
        name="file.csv",
        content=content.encode(),
        kind="clinical",
        mapping_text=mapping + accept,
        by=by,
    )
    return preview_import(batch=batch, by=by)


def doubts(batch: ImportBatch) -> list[tuple[str, str, str]]:
    return [(one["code"], one["column"], one["rows"]) for one in batch.preview["doubts"]]


CONSTANT = rows(Alb=lambda n: 3.8)
STRANGE = {
    "constant": (CONSTANT, "Alb", ""),
    "constant time": (rows(OS=lambda n: 400), "OS", ""),
    "unusual age": (rows(Age=lambda n: 7 if n == 3 else 60 + n), "Age", "5"),
    "unusual NLR": (rows(NLR=lambda n: 0.04 if n < 2 else n), "NLR", "2–3"),
    "a share for a percentage": (rows(TPS=lambda n: n / 100), "TPS", ""),
    "months as days": (rows(OS=lambda n: 1 + n), "OS", ""),
    "all are dead": (rows(dead=lambda n: 1), "dead", ""),
    "known for the dead alone": (
        rows(dead=lambda n: 1 if n % 2 else "", OS=lambda n: 100 + n if n % 2 else ""),
        "dead",
        "",
    ),
    "blood of another year": (
        rows(drawn=lambda n: "1915-01-01" if n == 1 else "2014-12-31"),
        "drawn",
        "3",
    ),
}
CODES = [
    "constant", "constant", "implausible", "implausible", "unit", "unit",
    "only_events", "outcome_of_events_only", "far_from_index",
]  # fmt: skip


DIED_ON = "follow_up: [{date: {column: died}, status: {constant: dead}}]\n"
SEEN_ON = "follow_up: [{date: {column: seen}, status: {constant: alive}}, {date: {column: died}, status: {constant: dead}}]\n"
HALF_DIED = rows(died=lambda n: "2016-01-01" if n % 2 else "", seen=lambda n: "2015-06-01")


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="ICI")


def test_contacts_of_the_dead_alone_are_told_where_the_status_is_a_constant(study: Study) -> None:
    of_contacts = MAPPING[: MAPPING.index("survival:")]
    batch = previewed(study, HALF_DIED, mapping=of_contacts + DIED_ON)
    assert doubts(batch) == [("outcome_of_events_only", "died", "")]
    batch = previewed(study, HALF_DIED, mapping=of_contacts + SEEN_ON)
    assert doubts(batch) == []
    all_died = HALF_DIED.replace(",,", ",2016-01-01,")
    batch = previewed(study, all_died, mapping=of_contacts + SEEN_ON)
    assert doubts(batch) == [("only_events", "died", "")]


def test_a_plain_file_has_no_warning_and_is_committed(study: Study) -> None:
    batch = previewed(study, rows())
    assert doubts(batch) == []
    assert commit_import(batch=batch, by=None).state == "committed"


@pytest.mark.parametrize(
    ("content", "column", "named", "code"),
    [(*told, code) for told, code in zip(STRANGE.values(), CODES, strict=True)],
    ids=STRANGE,
)
@pytest.mark.alone
def test_what_looks_wrong_is_named_and_waits_until_the_mapping_accepts_it(
    study: Study, content: str, column: str, named: str, code: str
) -> None:
    batch = previewed(study, content)
    assert doubts(batch) == [(code, column, named)]
    with pytest.raises(Refused, match=f"{code}, column “{column}”"):
        commit_import(batch=batch, by=None)
    assert not Patient.objects.exists()
    accept = f"accept: [{{code: {code}, column: {column}}}]\n"
    batch = commit_import(batch=previewed(study, content, accept), by=None)
    assert batch.state == "committed"
    assert [(e["code"], e["column"], e["by"]) for e in batch.accepted] == [(code, column, "")]


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ("accept: [{code: constant, column: Age}]", "no warning “constant” of the column “Age”"),
        ("accept: [{code: unit, column: Alb}]", "no warning “unit” of the column “Alb”"),
        ("accept: [{code: all, column: Alb}]", "“all” is not known here; use one of constant"),
        ("accept: [{code: constant}]", "name the column"),
        ("accept: [{column: Alb}]", "name the code"),
        ("accept: all", "write a list of sections"),
        ("accept: [all]", "write a list of sections"),
        ("accept: [{code: constant, column: Alb, all: true}]", "this key is not known here"),
    ],
)
def test_an_entry_that_accepts_nothing_is_refused(study: Study, accept: str, words: str) -> None:
    batch = previewed(study, CONSTANT, accept + "\n")
    assert batch.state == "refused"
    assert words in batch.message


def test_each_warning_needs_its_own_entry(study: Study) -> None:
    content = rows(Alb=lambda n: 3.8, Age=lambda n: 5)
    batch = previewed(study, content, "accept: [{code: constant, column: Alb}]\n")
    with pytest.raises(Refused) as refusal:
        commit_import(batch=batch, by=None)
    assert "2 warnings are not confirmed" in str(refusal.value)
    assert "constant, column “Age”" in str(refusal.value)
    assert "column “Alb”" not in str(refusal.value)


def test_days_passed_as_months_are_named_beside_the_rows_that_lie_in_the_future(
    study: Study,
) -> None:
    batch = previewed(study, rows(OS=lambda n: 20_000 if n == 0 else 300 + n))
    assert doubts(batch) == [("unit", "OS", "2")]
    assert "the longest of 24 durations is 54.8 years" in batch.preview["doubts"][0]["why"]
    assert batch.state == "refused"


def test_too_few_outcomes_to_doubt_that_are_all_events_are_told_without_asking(
    study: Study,
) -> None:
    content = rows(dead=lambda n: 1 if n % 3 else "", OS=lambda n: 100 + n if n % 3 else "")
    few = "".join(content.splitlines(keepends=True)[:7])
    batch = previewed(study, few)
    assert doubts(batch) == []
    told = "dead: all 4 known outcomes are events, and for 2 patients none is known"
    assert any(str(note).startswith(told) for note in batch.preview["notes"])
    assert commit_import(batch=batch, by=None).state == "committed"


@pytest.mark.parametrize(
    ("albumin", "hint"),
    [(38, " In g/L it would be 3.8 g/dL: is the unit right?"), (900, "")],
)
def test_a_value_that_cannot_be_is_rejected_with_the_unit_in_which_it_could(
    study: Study, albumin: float, hint: str
) -> None:
    batch = previewed(study, rows(Alb=lambda n: albumin if n == 0 else 3 + n / 20))
    (row,) = [row for row in batch.preview["rows"] if row["problems"]]
    ((column, _value, why),) = row["problems"]
    told = f"{albumin:g} g/dL lies outside the plausible range from 0.5 to 8.{hint}"
    assert (row["row"], column, why) == (2, "Alb", told)


def test_nineteen_rows_are_not_enough_to_call_a_column_constant(study: Study) -> None:
    assert doubts(previewed(study, "".join(CONSTANT.splitlines(keepends=True)[:20]))) == []
    assert len(doubts(previewed(study, "".join(CONSTANT.splitlines(keepends=True)[:21])))) == 1


def test_what_a_person_confirms_is_kept_with_who_and_when_and_in_the_trail(study: Study) -> None:
    manager = make_member(study, "manager", username="keiko")
    batch = previewed(study, CONSTANT, by=manager)
    for wrong in ([("constant", "Age")], [("all", "Alb")], []):
        with pytest.raises(Refused):
            confirm_warnings(batch=batch, warnings=wrong, by=manager)
    with pytest.raises(NotAllowed):
        confirm_warnings(
            batch=batch, warnings=[("constant", "Alb")], by=make_member(study, "monitor")
        )
    batch = confirm_warnings(batch=batch, warnings=[("constant", "Alb")], by=manager)
    (entry,) = batch.accepted
    assert (entry["code"], entry["column"], entry["by"]) == ("constant", "Alb", "keiko")
    assert commit_import(batch=batch, by=manager).state == "committed"
    told = [
        (event.who, new)
        for event in trail_of(study, TrailFilter(kind="imports.ImportBatch"), 50)
        for name, _old, new in event.changes
        if name == "accepted warnings"
    ]
    assert [who for who, _new in told] == ["keiko"]
    assert told[0][1].endswith("by: keiko, code: constant, column: Alb")


@pytest.mark.alone
def test_the_command_prints_warnings_and_commits_only_what_is_accepted(
    study: Study, tmp_path: Path
) -> None:
    (tmp_path / "file.csv").write_text(CONSTANT)
    (tmp_path / "map.yaml").write_text(MAPPING)
    arguments = ["import_clinical", str(tmp_path / "file.csv"), "--study", "ICI", "--mapping"]
    out = StringIO()
    call_command(*arguments, str(tmp_path / "map.yaml"), "--dry-run", stdout=out)
    assert (
        "Warning (to confirm): constant, column “Alb”: all 24 known values are 3.8"
        in out.getvalue()
    )
    with pytest.raises(CommandError, match="1 warning is not confirmed"):
        call_command(*arguments, str(tmp_path / "map.yaml"), stdout=StringIO())
    assert not Patient.objects.exists()
    (tmp_path / "map.yaml").write_text(MAPPING + "accept:\n  - {code: constant, column: Alb}\n")
    out = StringIO()
    call_command(*arguments, str(tmp_path / "map.yaml"), "--json", stdout=out)
    result = json.loads(out.getvalue())
    assert [(w["code"], w["column"]) for w in result["warnings"]] == [("constant", "Alb")]
    assert result["accepted"][0]["code"] == "constant"
    assert Patient.objects.count() == N


def signed_in(study: Study, role: str, **user: Any) -> Client:
    client = Client()
    client.force_login(make_member(study, role, **user))
    return client


def address(name: str, batch: ImportBatch) -> str:
    return reverse(f"imports:{name}", args=["ICI", batch.pk])


@pytest.mark.alone
def test_on_the_page_each_warning_is_ticked_before_the_file_can_be_loaded(study: Study) -> None:
    batch = previewed(study, rows(Alb=lambda n: 3.8, dead=lambda n: 1))
    client = signed_in(study, "manager", username="keiko")
    page = client.get(address("import", batch)).content.decode()
    assert 'name="warning" value="constant:Alb"' in page
    assert 'name="warning" value="only_events:dead"' in page
    assert address("commit_import", batch) not in page
    page = client.post(address("commit_import", batch), follow=True).content.decode()
    assert "2 warnings are not confirmed" in page
    there = address("confirm_warnings", batch)
    page = client.post(there, follow=True).content.decode()
    assert "nothing was ticked" in page
    page = client.post(there, {"warning": "constant:Alb"}, follow=True).content.decode()
    assert "keiko, 20" in page
    assert address("commit_import", batch) not in page
    listed = reverse("imports:imports", args=["ICI"])
    assert "waits for confirmation" in client.get(listed).content.decode()
    page = client.post(there, {"warning": "only_events:dead"}, follow=True).content.decode()
    assert address("commit_import", batch) in page
    page = client.get(listed).content.decode()
    assert "ready to commit" in page
    assert "waits for confirmation" not in page
    client.post(address("commit_import", batch))
    assert Patient.objects.count() == N
    assert "confirmed" in client.get(address("import", batch)).content.decode()


def test_a_job_is_not_asked_to_commit_what_is_not_confirmed(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.web.batches.LARGE", 10)
    batch = previewed(study, CONSTANT)
    client = signed_in(study, "manager")
    page = client.post(address("commit_import", batch), follow=True).content.decode()
    assert "1 warning is not confirmed" in page
    assert not Job.objects.filter(kind="imports.commit").exists()


def test_whoever_only_reads_sees_the_warnings_and_confirms_none(study: Study) -> None:
    batch = previewed(study, CONSTANT)
    client = signed_in(study, "monitor")
    page = client.get(address("import", batch)).content.decode()
    assert "not confirmed" in page
    assert 'name="warning"' not in page
    answer = client.post(address("confirm_warnings", batch), {"warning": "constant:Alb"})
    assert answer.status_code in (403, 404)


def test_rows_are_named_in_short() -> None:
    assert spans([9, 2, 3, 4, 7, 8, 3]) == "2–4, 7–9"
    assert spans([]) == ""
