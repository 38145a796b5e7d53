"""Puts a section of another app into the page."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from studies.sections import Section

register = template.Library()


@register.simple_tag(takes_context=True)
def section(context: Context, part: Section) -> SafeString:
    """Render a section's template with its own context on top of the page's."""
    name, values = part
    page: dict[str, Any] = {str(key): value for key, value in context.flatten().items()}
    return mark_safe(get_template(name).render(page | values, context["request"]))  # noqa: S308 - rendered by a template
