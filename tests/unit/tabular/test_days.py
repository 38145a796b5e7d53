"""Days are read where they leave no doubt, and refused with a reason where they do not exist.

The eras' days: 昭和 to 1989-01-07, 平成 1989-01-08 to 2019-04-30, 令和 from 2019-05-01 (Cabinet Orders 1/1989 and
143/2019); 45000 is 2023-03-15 in the 1900 system of spreadsheets and 1462 days less in that of 1904.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabular.days import ERAS, NoDay, check_form, read_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和5年4月10日", (2023, 4, 10)),
        ("令和５年４月１０日", (2023, 4, 10)),
        ("R5.4.12", (2023, 4, 12)),
        ("Ｒ５．４．１２", (2023, 4, 12)),
        ("r05/04/12", (2023, 4, 12)),
        ("令5.4.12", (2023, 4, 12)),
        ("㋿元年5月1日", (2019, 5, 1)),
        ("令和元年5月1日", (2019, 5, 1)),
        ("平成31年4月30日", (2019, 4, 30)),
        ("H1.1.8", (1989, 1, 8)),
        ("昭和64年1月7日", (1989, 1, 7)),
        ("S50-2-28", (1975, 2, 28)),
        ("大正15年12月25日", (1926, 12, 25)),
        ("昭和元年12月25日", (1926, 12, 25)),
        ("2023年4月15日", (2023, 4, 15)),
        ("2023年4月15日(土)", (2023, 4, 15)),
        ("2023-04-15", (2023, 4, 15)),
        ("2023-04-15 00:00:00", (2023, 4, 15)),
    ],
)
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "excel-1900"])
def test_a_day_without_doubt_is_read_whatever_form_the_file_uses(
    text: str, day: tuple[int, int, int], form: str
) -> None:
    assert read_day(text, form) == date(*day)


@pytest.mark.parametrize(
    ("text", "form", "why"),
    [
        ("平成31年5月1日", "%Y-%m-%d", "平成 began on 1989-01-08 and ended on 2019-04-30"),
        ("令和元年4月30日", "%Y-%m-%d", "令和 began on 2019-05-01"),
        ("S64.1.8", "%Y-%m-%d", "昭和 began on 1926-12-25 and ended on 1989-01-07"),
        ("令和0年1月1日", "%Y-%m-%d", "no year 0"),
        ("昭和50年2月29日", "%Y-%m-%d", "no day 1975-02-29"),
        ("2023年2月30日", "%Y-%m-%d", "no day 2023-02-30"),
        ("2023-13-01", "%Y-%m-%d", "no day 2023-13-01"),
        ("明治5年12月2日", "%Y-%m-%d", "another calendar"),
        ("R5.4-12", "%Y-%m-%d", "not a date written as YYYY-MM-DD"),
        ("04/05/2023", "%Y-%m-%d", "not a date written as YYYY-MM-DD"),
        ("2023-04-15 13:30:00", "%Y-%m-%d", "not a date written as YYYY-MM-DD"),
        ("45000", "%Y-%m-%d", "format: excel-1900 or format: excel-1904"),
        ("60", "excel-1900", "before March 1900"),
        ("yesterday", "excel-1904", "not a day number"),
        ("23", "year", "four digits"),
        ("平成33年", "year", "平成 ended in 2019"),
        ("٢٠٢٣-٠٤-١٥", "%Y-%m-%d", "not a date"),
        ("9" * 5_000, "%Y-%m-%d", "not a date"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(text: str, form: str, why: str) -> None:
    with pytest.raises(NoDay, match=why):
        read_day(text, form)


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("45000", "excel-1900", (2023, 3, 15)),
        ("45000.5", "excel-1900", (2023, 3, 15)),
        ("43538", "excel-1904", (2023, 3, 15)),
        ("61", "excel-1900", (1900, 3, 1)),
        ("0", "excel-1904", (1904, 1, 1)),
        ("2019", "year", (2019, 1, 1)),
        ("2019.0", "year", (2019, 1, 1)),
        ("２０１９年", "year", (2019, 1, 1)),
        ("令和5年", "year", (2023, 1, 1)),
        ("15／04／2023", "%d/%m/%Y", (2023, 4, 15)),
        ("20230415", "%Y%m%d", (2023, 4, 15)),
    ],
)
def test_a_form_that_somebody_named_is_followed(text, form, day) -> None:
    assert read_day(text, form) == date(*day)


@given(st.dates(date(1873, 1, 1), date(2110, 12, 31)))
def test_every_day_since_1873_is_read_back_from_each_of_its_spellings(day: date) -> None:
    eras = [(name, *told) for name, told in ERAS.items() if told[1] <= day <= told[2]]
    assert eras
    for name, letter, first, _last in eras:
        year = day.year - first.year + 1
        for text in (
            f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日",
            f"{letter}{year}.{day.month:02d}.{day.day:02d}",
        ):
            assert read_day(text) == day
    assert read_day(f"{day.year}年{day.month}月{day.day}日") == day
    assert (
        read_day(str((day - date(1904, 1, 1)).days), "excel-1904") == day
        if day.year > 1904
        else True
    )


@given(st.sampled_from(list(ERAS)), st.integers(1, 400))
def test_no_day_outside_an_era_is_read_in_it(name: str, days: int) -> None:
    _letter, first, last = ERAS[name]
    for day in (first - timedelta(days), *([last + timedelta(days)] if last < date.max else [])):
        year = day.year - first.year + 1
        with pytest.raises(NoDay):
            read_day(f"{name}{year}年{day.month}月{day.day}日")


@settings(max_examples=200)
@given(st.text(max_size=30) | st.text(st.sampled_from("令和年月日R0123456789./-元 "), max_size=16))
def test_any_text_is_a_day_or_a_sentence(text: str) -> None:
    for form in ("%Y-%m-%d", "year", "excel-1900", "excel-1904"):
        try:
            found = read_day(text, form)
        except NoDay as error:
            found, said = None, str(error)
            if not said:
                raise
        if found is not None and not isinstance(found, date):
            raise TypeError(found)


@pytest.mark.parametrize(
    "form", ["%Y %Y", "%d/%d", "%", "%Y", "%m/%d", "%H:%M", "%Z", "year: 1", "%Y" * 50]
)
def test_a_form_that_names_no_whole_day_is_refused(form: str) -> None:
    with pytest.raises(NoDay):
        check_form(form)


@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%y.%m.%d", "%Y年%m月%d日", "%j %Y", "excel-1904"]
)
def test_usual_forms_are_taken(form: str) -> None:
    check_form(form)
