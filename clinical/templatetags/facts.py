"""What is known of a patient, in words."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def truth(value: object) -> str:
    """yes, no, or unknown for whatever is neither true nor false.

    Django's own `yesno` says "no" of a patient without baseline factors: a value that is not there
    comes to a filter as the empty text.
    """
    if value is True:
        return _("yes")
    return _("no") if value is False else _("unknown")
