"""Arguments that several commands take."""

from django.core.management.base import CommandError

from studies.models import Study


def find_study(code: str) -> Study:
    """The study of a code, or a sentence that says how to find or make one."""
    study = Study.objects.filter(code=code).first()
    if study is None:
        known = ", ".join(Study.objects.values_list("code", flat=True)[:20]) or "none yet"
        raise CommandError(
            f"There is no study {code!r}. Known studies: {known}. "
            "Make one with: ./yogo manage create_study CODE --title TITLE"
        )
    return study
