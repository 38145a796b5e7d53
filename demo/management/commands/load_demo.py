"""./yogo manage load_demo [--patients N] [--accounts-json]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.accounts import describe_accounts
from demo.load import CODE, load_demo
from studies.refusals import Refused


class Command(BaseCommand):
    help = (
        "Load the demonstration study of simulated patients and ask for the training of its models. "
        "Does nothing where it is already there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=222, metavar="N")
        parser.add_argument(
            "--accounts-json", action="store_true", help="print the demo accounts as JSON only"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_demo(n_patients=options["patients"])
        except (Refused, ValueError) as error:
            raise CommandError(f"The demonstration study was not loaded: {error}") from error
        if options["accounts_json"]:
            self.stdout.write(json.dumps(describe_accounts()))
            return
        state = "loaded; its models are trained by the worker" if loaded else "already there"
        self.stdout.write(f"Demonstration study {CODE} (simulated patients): {state}.")
        for line in accounts_table():
            self.stdout.write(line)


def accounts_table() -> list[str]:
    """The demo accounts as aligned lines; empty where there are none."""
    accounts = describe_accounts()
    if not accounts:
        return []
    width = max(len(account["username"]) for account in accounts)
    return ["Demo accounts (user name, password, role):"] + [
        f"  {account['username']:<{width}}  {account['password']:<19}  {account['role']}"
        for account in accounts
    ]
