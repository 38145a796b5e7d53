"""Django's `makemessages`, which also finds the sentences of readers and of the method."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    # Message("code", "sentence"), and the errors that take the same two.
    xgettext_options = [
        *makemessages.Command.xgettext_options,
        *(f"--keyword={name}:2" for name in ("Message", "Refused", "NotEstimated")),
    ]
