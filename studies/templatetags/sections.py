"""Puts a section of another app into the page."""

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

from studies.sections import Section

register = template.Library()


@register.simple_tag(takes_context=True)
def section(context: Context, part: Section) -> SafeString:
    """Render a section's template with its own context on top of the page's."""
    name, values = part
    return get_template(name).render({**context.flatten(), **values}, context.get("request"))  # type: ignore[arg-type]
