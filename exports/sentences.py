"""What exports say: code -> sentence."""

from django.utils.translation import gettext_noop

SENTENCES = {
    "analysis_dataset": gettext_noop("analysis dataset by %(via)s"),
    "forms": gettext_noop("forms by %(via)s"),
    "frozen_dataset": gettext_noop("frozen dataset of %(version)s by %(via)s"),
    "handed_out": gettext_noop("dataset handed out whole"),
}
