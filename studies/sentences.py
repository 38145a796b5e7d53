"""What studies say: code -> sentence."""

from django.utils.translation import gettext_noop

SENTENCES = {
    "created": gettext_noop("study created"),
    "token": gettext_noop("API token created"),
}
