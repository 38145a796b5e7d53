"""create_token USER --study CODE --scope read|export [--name NAME]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import ApiToken, User
from studies.management.arguments import find_study
from studies.refusals import Refused
from studies.services.setup import create_study_token


class Command(BaseCommand):
    help = "Make an API token for a user and one study. Its secret is printed once and not kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help="whose token it is: a user name")
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument("--scope", required=True, choices=ApiToken.Scope.values)
        parser.add_argument("--name", default="command line", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(
                f"There is no active user {options['user']!r}. Make one in the admin portal, and "
                "give a role in the study there."
            )
        study = find_study(options["study"])
        try:
            token, secret = create_study_token(
                user=user, study=study, scope=options["scope"], name=options["name"], by=None
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stderr.write(
            f"Token {token.prefix}… of {user.username} for {study.code}, scope {token.scope}. "
            "Keep it now: it is not shown again."
        )
        self.stdout.write(secret)
