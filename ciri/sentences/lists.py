"""How texts and sentences are put together."""

from plausibility.checks import gettext_noop

LISTS: dict[str, str] = {
    "with_comma": gettext_noop("%(first)s, %(then)s"),
    "and_last": gettext_noop("%(others)s and %(last)s"),
    "and_then": gettext_noop("%(first)s %(then)s"),
}
