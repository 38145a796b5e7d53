"""The first and the last day of each era, by the calendar and not by the table that the reader holds.

明治 began on 1868-10-23 and ended on 1912-07-30, the first day of 大正, which ended on 1926-12-25, the first day of
昭和; for the later ones see `test_days.py`.
"""

from datetime import date

import pytest

from tabular.days import NoDay, check_form, read_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("明治6年1月1日", (1873, 1, 1)),
        ("明治45年7月30日", (1912, 7, 30)),
        ("大正元年7月30日", (1912, 7, 30)),
        ("大正15年12月25日", (1926, 12, 25)),
        ("昭和元年12月25日", (1926, 12, 25)),
        ("昭和64年1月7日", (1989, 1, 7)),
        ("平成元年1月8日", (1989, 1, 8)),
        ("平成31年4月30日", (2019, 4, 30)),
        ("令和元年5月1日", (2019, 5, 1)),
        *((f"{letter}2.3.4", (year, 3, 4)) for letter, year in zip("TSHR", (1913, 1927, 1990, 2020), strict=True)),
        *((f"{letter}2.3.4", (year, 3, 4)) for letter, year in zip("大昭平令", (1913, 1927, 1990, 2020), strict=True)),
        *((f"{one}2年3月4日", (year, 3, 4)) for one, year in zip("㍽㍼㍻㋿", (1913, 1927, 1990, 2020), strict=True)),
        ("㍾41年3月4日", (1908, 3, 4)),
        ("明41-3-4", (1908, 3, 4)),
        ("m41/3/4", (1908, 3, 4)),
    ],
)  # fmt: skip
def test_a_day_of_an_era(text: str, day: tuple[int, int, int]) -> None:
    assert read_day(text) == date(*day)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("明治元年10月22日", "明治 began on 1868-10-23 and ended on 1912-07-30"),
        ("明治元年10月23日", "before 1873"),
        ("明治5年12月31日", "before 1873"),
        ("明治45年7月31日", "(1912-07-31) lies outside it"),
        ("大正元年7月29日", "大正 began on 1912-07-30 and ended on 1926-12-25"),
        ("大正15年12月26日", "(1926-12-26) lies outside it"),
        ("昭和元年12月24日", "昭和 began on 1926-12-25 and ended on 1989-01-07"),
        ("昭和64年1月8日", "(1989-01-08) lies outside it"),
        ("平成元年1月7日", "平成 began on 1989-01-08 and ended on 2019-04-30"),
        ("平成31年5月1日", "(2019-05-01) lies outside it"),
        ("令和元年4月30日", "令和 began on 2019-05-01: this day (2019-04-30) lies outside it"),
    ],
)
def test_a_day_outside_its_era_is_told_with_the_eras_days(text: str, why: str) -> None:
    with pytest.raises(NoDay) as caught:
        read_day(text)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("name", "last", "year"),
    [("明治", 45, 1912), ("大正", 15, 1926), ("昭和", 64, 1989), ("平成", 31, 2019)],
)
def test_the_last_year_of_an_era_and_one_more(name: str, last: int, year: int) -> None:
    assert read_day(f"{name}{last}年", "year") == date(year, 1, 1)
    with pytest.raises(NoDay, match=f"{name} ended in {year}"):
        read_day(f"{name}{last + 1}年", "year")


@pytest.mark.parametrize(
    "time", ["", " 00:00", "T00:00", " 00:00:00", " 00:00:00.0", "T00:00:00.000"]
)
def test_midnight_beside_a_day_is_no_time(time: str) -> None:
    assert read_day(f"2023-04-15{time}") == date(2023, 4, 15)


@pytest.mark.parametrize("weekday", "月火水木金土日")
def test_a_weekday_behind_a_day_is_nothing(weekday: str) -> None:
    assert read_day(f"2023年4月15日 ({weekday})") == date(2023, 4, 15)
    assert read_day(f"2023年4月15日（{weekday}）") == date(2023, 4, 15)


def test_a_year_of_two_centuries_is_one_and_no_other() -> None:
    assert read_day("1900", "year") == date(1900, 1, 1)
    assert read_day("2099年", "year") == date(2099, 1, 1)
    for text in ("1899", "2100", "2019.5"):
        with pytest.raises(NoDay, match="four digits"):
            read_day(text, "year")


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("60", "excel-1904", (1904, 3, 1)),
        ("1", "excel-1904", (1904, 1, 2)),
        ("61.75", "excel-1900", (1900, 3, 1)),
        ("999999", "excel-1900", (4637, 11, 25)),
    ],
)
def test_day_numbers_of_a_spreadsheet(text: str, form: str, day: tuple[int, int, int]) -> None:
    assert read_day(text, form) == date(*day)


def test_a_form_is_told_as_people_write_it() -> None:
    with pytest.raises(NoDay) as caught:
        read_day("x", "%d.%b.%y %H:%M, %Y-%m")
    assert str(caught.value) == "not a date written as DD.Mon.YY hh:mm, YYYY-MM"


def test_a_form_of_as_many_letters_as_are_taken_and_one_more() -> None:
    form = "%Y-%m-%d" + " " + "x" * 51
    assert len(form) == 60
    check_form(form)
    with pytest.raises(NoDay):
        check_form(form + "x")
