"""load_demo: once, all or nothing, and with accounts that only this installation knows."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings
from pytest_django import Settings

from accounts.models import User
from assays.models import Analyte, Measurement, Specimen
from clinical.models import FollowUp, Patient
from demo.accounts import ACCOUNTS, describe_accounts, password_of, show_password
from demo.load import load_demo
from imports.models import ImportBatch
from jobs.models import Job
from modeling.models import PrognosticModel
from studies.models import Membership, Study

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def demo() -> Study:
    assert load_demo(n_patients=40)
    return Study.objects.get(code="DEMO")


def test_the_demonstration_is_a_simulated_study_that_came_in_by_imports(demo: Study) -> None:
    assert demo.is_simulated
    assert Patient.objects.filter(study=demo).count() == 40
    assert set(demo.sites.values_list("code", flat=True)) == {"A", "B"}
    assert ImportBatch.objects.filter(study=demo, state="committed").count() == 3
    assert Analyte.objects.filter(measurements__isnull=False).distinct().count() == 93
    specimens = Specimen.objects.filter(study=demo).count()
    assert Measurement.objects.count() == 93 * specimens
    assert FollowUp.objects.filter(status="dead").exists()


def test_its_models_are_defined_and_their_training_asked_for(demo: Study) -> None:
    names = PrognosticModel.objects.filter(study=demo).values_list("name", flat=True)
    assert set(names) == {"preCIRI14", "preCIRI21"}
    assert Job.objects.filter(kind="modeling.train", state="queued").count() == 2


def test_loading_again_changes_nothing(demo: Study) -> None:
    jobs, contacts = Job.objects.count(), FollowUp.objects.count()
    assert not load_demo(n_patients=40)
    assert (Job.objects.count(), FollowUp.objects.count()) == (jobs, contacts)


def test_there_is_an_account_for_every_role(demo: Study) -> None:
    roles = Membership.objects.filter(study=demo).values_list("role", flat=True)
    assert set(roles) == set(Membership.Role.values)
    assert User.objects.filter(is_demonstration=True).count() == len(ACCOUNTS)
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_printed_password_opens_the_account(demo: Study) -> None:
    for shown in describe_accounts():
        assert User.objects.get(username=shown["username"]).check_password(shown["password"])


def test_a_changed_password_is_not_printed(demo: Study) -> None:
    user = User.objects.get(username="demo.stat")
    user.set_password("something only Sae knows")
    user.save()
    assert show_password(user) == "(password changed)"


def test_a_password_hashed_anew_is_still_known(demo: Study) -> None:
    user = User.objects.get(username="demo.stat")
    user.set_password(password_of("demo.stat"))
    assert show_password(user) == password_of("demo.stat")


def test_an_account_that_is_switched_off_shows_no_password(demo: Study) -> None:
    User.objects.filter(username="demo.lab").update(is_active=False)
    assert show_password(User.objects.get(username="demo.lab")) == "(switched off)"


def test_another_installation_has_other_passwords() -> None:
    here = password_of("demo.stat")
    with override_settings(SECRET_KEY="another key of another installation, long enough"):
        assert password_of("demo.stat") != here


def test_the_command_prints_the_accounts_as_json(demo: Study) -> None:
    out = StringIO()
    call_command("load_demo", "--accounts-json", stdout=out)
    assert [account["username"] for account in json.loads(out.getvalue())][-1] == "demo.manager"


def test_a_failure_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.load.MODELS", ("no such template",))
    with pytest.raises(Exception, match="no such template"):
        load_demo(n_patients=40)
    assert not Study.objects.exists()
    assert not User.objects.exists()
