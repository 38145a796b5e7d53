"""Words beside words."""

from django import template

register = template.Library()


@register.filter
def unlike(second: object, first: object) -> str:
    """A label beside its code, where it says more than the code: "discovery" beside "discovery" says nothing."""
    told = str(second or "")
    return "" if told.casefold() == str(first or "").casefold() else told
