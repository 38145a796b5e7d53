"""What every mapping says: how its file is written, and which warnings of it are right."""

from dataclasses import dataclass

from imports.texts import UNKNOWN, Texts
from plausibility import CODES
from tabular.section import Section

COMMON_KEYS = ("kind", "encoding", "sheet", "unknown", "decimal", "ignore")


@dataclass(frozen=True)
class FileForm:
    """How the file is written, common to all mappings."""

    encoding: str | None
    sheet: str | None
    texts: Texts
    ignore: tuple[str, ...]


@dataclass(frozen=True)
class Accepted:
    """A doubt that somebody says is right."""

    code: str
    column: str


def file_form(root: Section) -> FileForm:
    """The keys that say how the file is written."""
    unknown = UNKNOWN | {text.strip().lower() for text in root.texts("unknown")}
    decimal = root.one_of("decimal", (".", ","), ".") or "."
    return FileForm(
        encoding=root.text("encoding"),
        sheet=root.text("sheet"),
        texts=Texts(decimal=decimal, unknown=frozenset(unknown)),
        ignore=root.texts("ignore"),
    )


def read_accepted(root: Section) -> tuple[Accepted, ...]:
    """The list `accept:` of a mapping: entries of code and column."""
    found = []
    for section in root.sections("accept"):
        section.only(("code", "column"))
        code, column = section.one_of("code", CODES), section.text("column")
        if column is None:
            section.refuse("column", "accept_column")
        if not section.has("code"):
            section.refuse("code", "accept_code", codes=tuple(CODES))
        if code is not None and column is not None:
            found.append(Accepted(code, column))
    return tuple(found)
