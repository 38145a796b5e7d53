"""Words beside words."""

from django import template

register = template.Library()


@register.filter
def unlike(second: object, first: object) -> str:
    """A label beside its code, where it says more than the code: "discovery" beside "discovery" says nothing."""
    told = str(second or "")
    return "" if told.casefold() == str(first or "").casefold() else told


@register.simple_tag
def badge(state: str, **kinds: str) -> str:
    """The class of a badge: {% badge job.state error="failed" accent="queued running" %}; "" where none fits."""
    return next((f"badge-{kind}" for kind, states in kinds.items() if state in states.split()), "")
