"""What imports say, and what is wrong with a mapping: code -> sentence. The codes of mappings come from
`tabular.section`, from here, and from the apps, each of which adds its own."""

from django.utils.translation import gettext_noop

from imports.texts import quote
from sentences import Sentence
from sentences import storable as _
from tabular.section import Problem

SENTENCES = {
    "reading": gettext_noop("reading the file"),
    "received": gettext_noop("import %(file)s"),
    "again": gettext_noop("import %(file)s again"),
    "previewed": gettext_noop("preview of %(file)s"),
    "confirmed": gettext_noop("warnings of %(file)s confirmed"),
    "dropped": gettext_noop("import %(file)s dropped"),
}

OF_MAPPINGS = {
    "unknown_key": gettext_noop("this key is not known here; use %(keys)s."),
    "no_text": gettext_noop("write a text."),
    "not_one_of": gettext_noop("“%(value)s” is not known here; use one of %(choices)s."),
    "no_flag": gettext_noop("write true or false."),
    "no_list": gettext_noop("write a list."),
    "no_texts": gettext_noop("write a list of texts."),
    "no_table": gettext_noop("write one line per value, such as “1: male”."),
    "no_section": gettext_noop("write a section of keys and values."),
    "no_sections": gettext_noop("write a list of sections, each beginning with “- ”."),
    "no_whole": gettext_noop("write a whole number from %(low)d to %(high)d."),
    "no_number": gettext_noop("write a number from %(low)g to %(high)g."),
    "too_many": gettext_noop("this has %(n)d entries; at most %(most)d are read."),
    "no_name": gettext_noop("“%(value)s” is no name."),
    "name_too_long": gettext_noop("a name has at most %(most)d characters."),
    "not_among": gettext_noop("“%(value)s” is not known here; use one of %(choices)s."),
    "twice": gettext_noop("this names %(names)s more than once."),
    "column_or_constant": gettext_noop("name either a column or a constant."),
    "coding": gettext_noop(
        "“%(code)s” is coded as “%(meaning)s”; use one of %(choices)s, or unknown."
    ),
    "unit": gettext_noop("the unit “%(unit)s” is not known here; use one of %(units)s."),
    "date_format": gettext_noop(
        "write it with %%Y, %%m and %%d, such as %%d/%%m/%%Y; or use year: true; or excel-1900 or "
        "excel-1904 for the day numbers of a spreadsheet."
    ),
    "accept_column": gettext_noop("name the column, as the warning does."),
    "accept_code": gettext_noop("name the code of the warning: %(codes)s."),
}


def say(problem: Problem) -> Sentence:
    """A problem with its place, in the reader's language."""
    place = f"{problem.where}: " if problem.where else ""
    sentence = Sentence(f"mapping.{problem.code}", **problem.parameters)
    return place + sentence + say_near(problem.near)


def say_near(names: tuple[str, ...]) -> Sentence | str:
    """“ Did you mean …?” for known names that are close; else nothing."""
    return " " + _("Did you mean %(names)s?") % {"names": quote(names)} if names else ""
