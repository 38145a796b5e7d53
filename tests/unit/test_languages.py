"""A page says that it is in a language only where all of it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from config.languages import select_languages
from tests.factories import UserFactory
from tests.unit.tracked import parsed, python_files

KNOWN = [("en", "English"), ("ja", "Japanese"), ("zh-hant", "Chinese")]


def catalogue(folder: Path, locale: str, name: str = "django.mo") -> None:
    (folder / locale / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    (folder / locale / "LC_MESSAGES" / name).write_bytes(b"")


def test_a_language_is_offered_when_its_compiled_catalogue_is_there(tmp_path: Path) -> None:
    assert select_languages(KNOWN, [tmp_path]) == [("en", "English")]
    catalogue(tmp_path, "ja", "django.po")  # not compiled: Django would not read it
    assert select_languages(KNOWN, [tmp_path]) == [("en", "English")]
    catalogue(tmp_path, "ja")
    assert [code for code, _name in select_languages(KNOWN, [tmp_path])] == ["en", "ja"]
    catalogue(tmp_path, "zh_Hant")
    assert select_languages(KNOWN, [tmp_path / "none", tmp_path]) == KNOWN


def test_what_is_offered_is_what_the_locale_folders_hold() -> None:
    there = {code for code, _name in select_languages(KNOWN, map(Path, settings.LOCALE_PATHS))}
    assert {code for code, _name in settings.LANGUAGES} == there & {"en", "ja"}


@pytest.mark.django_db
@pytest.mark.skipif("ja" in dict(settings.LANGUAGES), reason="Japanese is there")
@pytest.mark.parametrize("page", ["/", "/account/login/", "/admin/", "/nowhere/"])
@pytest.mark.parametrize("asked", ["ja", "ja-JP,ja;q=0.9,en;q=0.1"])
def test_a_japanese_browser_is_answered_in_english_that_says_so(page: str, asked: str) -> None:
    client = Client(headers={"Accept-Language": asked})
    if page != "/account/login/":
        client.force_login(UserFactory(is_staff=True, is_superuser=page == "/admin/"))
    answer = client.get(page, follow=True)
    text = answer.content.decode()
    assert '<html lang="en"' in text
    assert answer.headers.get("Content-Language", "en") == "en"
    # Neither words nor dates nor numbers of Django's own Japanese catalogue.
    spoken = text.replace("予後", "")  # the name of the house
    assert not any("\u3040" <= letter <= "\u9fff" for letter in spoken)


@pytest.mark.django_db
@pytest.mark.skipif("ja" in dict(settings.LANGUAGES), reason="Japanese is there")
def test_a_cookie_cannot_ask_for_a_language_that_is_not_offered() -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ja"
    assert '<html lang="en"' in client.get(reverse("account_login")).content.decode()
    assert not translation.get_language().startswith("ja")


APPS = (
    "accounts",
    "assays",
    "audit",
    "clinical",
    "exports",
    "imports",
    "jobs",
    "modeling",
    "studies",
)
# Errors that are told to programmers, or to whoever types a command, in English.
IN_ENGLISH = {
    *("ValueError", "TypeError", "RuntimeError", "LookupError", "KeyError", "NotImplementedError"),
    *("ImproperlyConfigured", "CommandError", "AttributeError"),
}
TOLD_BY_GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "Sentence", "storable_plural"}


def _plain_words(node: ast.AST, at_least: int = 2) -> Iterator[int]:
    """The lines of texts of several words that no catalogue knows."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TOLD_BY_GETTEXT:
        return
    text = node.value if isinstance(node, ast.Constant) else None
    if isinstance(text, str) and len(text.split()) >= at_least:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _plain_words(child, at_least)


def test_nothing_is_refused_in_english_alone() -> None:
    plain = [
        f"{name}:{line}"
        for name in python_files(*(f"{app}/*.py" for app in APPS))
        if not name.startswith(("assays/formats/", "clinical/dictionary/"))
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and getattr(node.exc.func, "id", getattr(node.exc.func, "attr", "")) not in IN_ENGLISH
        for argument in node.exc.args
        for line in _plain_words(argument)
    ]
    assert plain == []


SHOWN = ("web", "presentation")
A_SENTENCE = 4  # words; keys of rows have fewer


def test_no_constant_of_what_draws_pages_is_in_english_alone() -> None:
    plain = [
        f"{name}:{line}"
        for name in python_files(*(f"{app}/{part}/*.py" for app in APPS for part in SHOWN))
        for statement in parsed(name).body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for line in _plain_words(statement.value, A_SENTENCE)
    ]
    assert plain == []
