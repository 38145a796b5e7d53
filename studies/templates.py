"""What a new study may begin with. Who gives it says so in its app's ready(); docs/seams.md lists them."""

from typing import Any, Protocol

from accounts.models import User
from studies.models import Study


class Begin(Protocol):
    """Gives a study what the template of a name holds."""

    def __call__(self, *, study: Study, name: str, by: User | None) -> Any: ...


TEMPLATES: dict[str, Begin] = {}


def register_template(name: str, begin: Begin) -> None:
    """Offer a template by its name."""
    TEMPLATES[name] = begin
