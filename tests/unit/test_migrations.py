"""The database is what the models say: a changed rule, column or formula of a model needs its migration."""

import pytest
from django.core.management import call_command

OURS = ("accounts", "jobs", "studies", "imports", "clinical", "assays", "modeling", "exports")


@pytest.mark.django_db
def test_no_model_differs_from_its_migrations() -> None:
    call_command("makemigrations", *OURS, check=True, dry_run=True, verbosity=0)
