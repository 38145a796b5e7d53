"""Code -> text. A text is a msgid of gettext with places such as %(name)s, or, where a number decides its form, a
pair of them, singular and plural, chosen by the parameter n."""

from collections.abc import Mapping

from django.utils.translation import gettext, ngettext

Text = str | tuple[str, str]

_texts: dict[str, Text] = {}


def add_sentences(app: str, texts: Mapping[str, Text]) -> None:
    """Add an app's own sentences, known elsewhere as `app.code`; done once, in its ready()."""
    for code, text in texts.items():
        name = f"{app}.{code}"
        if _texts.setdefault(name, text) != text:
            raise ValueError(f"The code “{name}” has a sentence already.")


def text_of(code: str) -> Text | None:
    """The text of a code; None where this version does not know it."""
    return _texts.get(code)


def codes_of(app: str) -> set[str]:
    """The codes that an app has added, without its name."""
    return {code.partition(".")[2] for code in _texts if code.startswith(f"{app}.")}


def apps_with_sentences() -> list[str]:
    """The apps that have added sentences."""
    return sorted({code.partition(".")[0] for code in _texts})


def codes_that_say(part: str) -> list[str]:
    """Codes whose text, in the language that is active, contains some words."""
    wanted = part.casefold()
    return sorted(code for code, text in _texts.items() if wanted in _speak(text).casefold())


def _speak(text: Text) -> str:
    if isinstance(text, tuple):
        return "\n".join({ngettext(*text, 1), ngettext(*text, 2)})
    return gettext(text)
