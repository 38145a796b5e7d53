"""Loading the demonstration study: through the same imports and services as real data."""

import io
from pathlib import Path

import pandas as pd
from django.db import connection, transaction

from accounts.models import User
from assays.management.commands.load_analytes import CATALOGUE
from assays.services.catalogue import load_analytes
from ciri import template
from demo.accounts import ACCOUNTS, create_account
from demo.simulate import simulate_study
from imports.services.batches import commit_import, preview_import, receive_file
from modeling.models import PrognosticModel
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Cohort, Study
from studies.services.setup import add_cohort, add_member, add_site, create_study

CODE = "DEMO"
TITLE = "Demonstration: cytokines before immunotherapy (simulated patients)"
SITES = {"A": "Hospital A (simulated)", "B": "Hospital B (simulated)"}
MODELS = ("preCIRI14", "preCIRI21")
MAPPINGS = Path(__file__).parent / "mappings"


def load_demo(*, n_patients: int = 222) -> bool:
    """Make the demonstration study with its people and patients, and ask for its models.

    All or nothing, once: returns False, having done nothing, where the study is already there.
    Follow-up ends yesterday, so that the study looks alive whenever it is loaded; durations, and so
    the models, are the same on any day.
    """
    with transaction.atomic():
        _one_loader_at_a_time()
        if Study.objects.filter(code=CODE).exists():
            return False
        study = create_study(code=CODE, title=TITLE, is_simulated=True)
        people = _with_people(study)
        _load_patients(study, people, n_patients)
        for name in MODELS:
            define_model(study=study, name=name, body=template(name), by=people["demo.stat"])
        for model in PrognosticModel.objects.filter(study=study).order_by("name"):
            request_training(model=model, by=people["demo.stat"])
    return True


def _one_loader_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('yogo demonstration study'))")


def _with_people(study: Study) -> dict[str, User]:
    """Sites, cohorts and one account per role."""
    sites = {
        code: add_site(study=study, code=code, name=name, by=None) for code, name in SITES.items()
    }
    for kind in (Cohort.Kind.DISCOVERY, Cohort.Kind.VALIDATION):
        add_cohort(study=study, code=kind.value, kind=kind.value, by=None)
    people = {}
    for account in ACCOUNTS:
        user = User.objects.filter(username=account.username, is_demonstration=True).first()
        people[account.username] = user = user or create_account(account)
        site = sites[account.site] if account.site else None
        add_member(study=study, user=user, role=account.role, site=site, by=None)
    return people


def _load_patients(study: Study, people: dict[str, User], n_patients: int) -> None:
    """The simulated tables, as the files that a manager and a laboratory would bring."""
    load_analytes(text=CATALOGUE.read_text(encoding="utf-8"), by=None)
    yesterday = study.today() - pd.Timedelta(days=1)
    simulated = simulate_study(n_patients, last_day=yesterday)
    manager, laboratory = people["demo.manager"], people["demo.lab"]
    _import(study, "clinical", simulated.clinical, kind="clinical", by=manager)
    _import(study, "follow_up", simulated.follow_up, kind="clinical", by=manager)
    _import(study, "measurements", simulated.measurements, kind="assay", by=laboratory)


def _import(study: Study, name: str, table: pd.DataFrame, *, kind: str, by: User) -> None:
    written = io.StringIO()
    table.to_csv(written, index=False, date_format="%Y-%m-%d")
    batch = receive_file(
        study=study,
        name=f"simulated_{name}.csv",
        content=written.getvalue().encode(),
        kind=kind,
        mapping_text=(MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8"),
        by=by,
    )
    batch = preview_import(batch=batch, by=by)
    commit_import(batch=batch, by=by)
