"""Measured numbers as people read them."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext as _

from assays.quality.digits import significant
from assays.selectors.plates import Cell
from studies.templatetags.words import unlike

register = template.Library()
register.filter("significant", significant)
LONG = re.compile(r"\d+\.\d{2,}|\d{5,}")


@register.simple_tag
def write_number(number: float | None, text: str = "", digits: int = 4) -> str:
    """A measured number to so many significant digits, with what the instrument wrote on demand; a text that
    is no number ("< 3.2", "OOR <") with its own number shortened, for a limit has as many digits as a value.
    Never cut: half a number is another number."""
    shown = significant(number, digits) if number is not None else shorten_numbers(text, digits)
    exact = text or ("" if number is None else f"{number:.15g}")
    if not shown:
        return "–"
    if shown == exact:
        return conditional_escape(shown)
    return format_html('<span title="{}">{}</span>', exact, shown)


@register.simple_tag
def cell_title(cell: Cell) -> str:
    """What a well's cell tells on demand: where it is, who is in it, its value as written, its flag, how many beads
    were counted, and why it is excluded."""
    well, measured = cell.well, cell.measurement
    named = unlike(well.sample, well.position)
    place = f"{well.position} {named}".strip()
    if measured is None:
        told = ["–"]
    else:
        told = [f"{measured.value_text or '–'} {measured.unit}", measured.get_flag_display()]
        if measured.bead_count is not None:
            told.append(_("%(n)d beads") % {"n": measured.bead_count})
        if cell.lost_factor:
            told.append(_("the dilution factor cannot be read"))
    return f"{place}: {'; '.join([*told, *filter(None, [cell.excluded])])}"


def shorten_numbers(text: str, digits: int) -> str:
    """A text with each of its long numbers to so many significant digits: "< 3.20112" -> "< 3.201"."""
    return LONG.sub(lambda told: significant(float(told[0]), digits), text)
