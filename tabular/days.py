"""Days as people write them -> dates, where they leave no doubt: never guessed.

Whatever the form that a file uses, these are read: 2023-04-15, 2023年4月15日, 令和5年4月10日, R5.4.12 (full
width too). A bare number is a day of a spreadsheet only where somebody says so, and of which system.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from tabular.message import CodedError, Message
from tabular.numbers import half_width

ERAS = {
    "明治": ("M", date(1868, 10, 23), date(1912, 7, 30)),
    "大正": ("T", date(1912, 7, 30), date(1926, 12, 25)),
    "昭和": ("S", date(1926, 12, 25), date(1989, 1, 7)),
    "平成": ("H", date(1989, 1, 8), date(2019, 4, 30)),
    "令和": ("R", date(2019, 5, 1), date.max),
}
"""Era -> its letter, its first and its last day (docs/decisions/0020). The day on which an emperor died
belongs to both eras until 1926; 平成 began on the day after."""
GREGORIAN_FROM = date(1873, 1, 1)
"""Japan's days of 明治 before that are of another calendar."""
LETTERS = {letter: name for name, (letter, _first, _last) in ERAS.items()}
LETTERS |= {"明": "明治", "大": "大正", "昭": "昭和", "平": "平成", "令": "令和"}
LIGATURES = str.maketrans({"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"})
ERA = re.compile(
    rf"(?P<era>{'|'.join(ERAS)}|[MTSHRmtshr]|[明大昭平令])\.?\s*(?P<year>元|[0-9]{{1,2}})"
    r"\s*(?:年\s*(?P<month>[0-9]{1,2})\s*月\s*(?P<day>[0-9]{1,2})\s*日"
    r"|(?P<mark>[./-])\s*(?P<month2>[0-9]{1,2})(?P=mark)\s*(?P<day2>[0-9]{1,2}))"
)
JAPANESE = re.compile(r"([0-9]{4})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日")
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
WEEKDAY = re.compile(r"\s*\([月火水木金土日]\)$")
YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\.0|年)?")
ERA_YEAR = re.compile(rf"({'|'.join(ERAS)}|[MTSHRmtshr])\s*(元|[0-9]{{1,2}})年?")
SERIAL = re.compile(r"([0-9]{1,6})(\.[0-9]+)?")
SYSTEMS = {"excel-1900": date(1899, 12, 30), "excel-1904": date(1904, 1, 1)}
"""What a spreadsheet counts days from."""


class NoDay(CodedError, ValueError):
    """A text that is no day, with the reason."""


def read_day(text: str, form: str = "%Y-%m-%d") -> date:
    """The day that a text names: in the file's own `form` (strptime's; "year" for 1 January of a bare year;
    "excel-1900" or "excel-1904" for the day numbers of a spreadsheet), or as one of those that leave no
    doubt. Raises NoDay."""
    plain = WEEKDAY.sub("", half_width(text[:100].translate(LIGATURES)))
    if form == "year":
        return _year(plain)
    found = _without_doubt(plain)
    if found is not None:
        return found
    if form in SYSTEMS:
        return _serial(plain, form)
    try:
        return datetime.strptime(plain, half_width(form)).date()
    except ValueError as error:
        if SERIAL.fullmatch(plain):
            raise NoDay(
                Message(
                    "bare_number_which_may",
                    "a bare number, which may be a spreadsheet's day number: if so write format: excel-1900 or format: excel-1904 in the mapping, or format the cells as dates",
                )
            ) from error
        raise NoDay(
            Message("not_date_written_as", "not a date written as %(form)s", form=spell(form))
        ) from error


def spell(form: str) -> str:
    """A strptime form as people write it: %Y-%m-%d is YYYY-MM-DD."""
    letters = {
        "%Y": "YYYY",
        "%m": "MM",
        "%d": "DD",
        "%b": "Mon",
        "%y": "YY",
        "%H": "hh",
        "%M": "mm",
    }
    for code, plain in letters.items():
        form = form.replace(code, plain)
    return form


def _without_doubt(plain: str) -> date | None:
    """The day of a text in which year, month and day are told apart by themselves."""
    if found := ISO.fullmatch(plain) or JAPANESE.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if era := ERA.fullmatch(plain):
        return _of_era(era)
    return None


def _of_era(found: re.Match[str]) -> date:
    name, year = _year_of(found["era"], found["year"])
    _letter, first, last = ERAS[name]
    month, day = found["month"] or found["month2"], found["day"] or found["day2"]
    there = _day(year, int(month), int(day))
    if not first <= there <= last:
        until = (
            ""
            if last == date.max
            else Message("and_ended_on", " and ended on %(last)s", last=last.isoformat())
        )
        raise NoDay(
            Message(
                "day_outside_era",
                "%(name)s began on %(first)s%(until)s: this day (%(day)s) lies outside it",
                name=name,
                first=first.isoformat(),
                until=until,
                day=there.isoformat(),
            )
        )
    if there < GREGORIAN_FROM:
        raise NoDay(
            Message(
                "day_before_when_japan", "a day before 1873, when Japan counted by another calendar"
            )
        )
    return there


def _year_of(written: str, of_era: str) -> tuple[str, int]:
    """The name of an era, and the year in which its given year lies."""
    name = written if written in ERAS else LETTERS[written.upper()]
    count = 1 if of_era == "元" else int(of_era)
    if count == 0:
        raise NoDay(Message("era_has_no_year_0", "%(name)s has no year 0", name=name))
    return name, ERAS[name][1].year + count - 1


def _year(plain: str) -> date:
    if era := ERA_YEAR.fullmatch(plain):
        name, year = _year_of(era[1], era[2])
        if year > ERAS[name][2].year:
            raise NoDay(
                Message(
                    "era_ended", "%(name)s ended in %(year)s", name=name, year=ERAS[name][2].year
                )
            )
        return date(year, 1, 1)
    found = YEAR.fullmatch(plain)
    if found is None:
        raise NoDay(Message("not_year_four_digits", "not a year of four digits"))
    return date(int(found[1]), 1, 1)


def check_form(form: str) -> None:
    """Raise NoDay for a form under which no day could be read, or only some of one."""
    if form in (*SYSTEMS, "year"):
        return
    day = date(2001, 12, 31)
    try:
        is_read = datetime.strptime(day.strftime(form), form).date() == day
    except (ValueError, re.error):
        is_read = False
    if not is_read or len(form) > 60:
        raise NoDay(
            Message(
                "form_dates_names_each",
                "a form of dates names each of year, month and day once: %%Y, %%m and %%d",
            )
        )


def _serial(plain: str, system: str) -> date:
    found = SERIAL.fullmatch(plain)
    if found is None:
        raise NoDay(
            Message(
                "not_day_number_spreadsheet",
                "not a day number of a spreadsheet (%(system)s)",
                system=system,
            )
        )
    days = int(found[1])
    if system == "excel-1900" and days <= 60:
        # that system holds 1900 for a leap year: its day 60 never was, and those before it are one off
        raise NoDay(
            Message(
                "day_number_before_march",
                "a day number before March 1900, where spreadsheets disagree",
            )
        )
    return SYSTEMS[system] + timedelta(days)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoDay(
            Message(
                "there_no_day",
                "there is no day %(year)04d-%(month)02d-%(day)02d",
                year=year,
                month=month,
                day=day,
            )
        ) from error
