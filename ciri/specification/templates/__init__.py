"""Model specifications to start from, as YAML files beside this module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ciri.errors import Refused

_FOLDER = Path(__file__).parent

TEMPLATES = ("preCIRI14", "preCIRI21", "edtCIRI19", "clinical7")


def template(name: str) -> dict[str, Any]:
    """The mapping of a shipped specification, ready for `parse_specification`.

    Parameters
    ----------
    name : str
        One of TEMPLATES.

    Returns
    -------
    dict
        As read from its YAML file.

    Raises
    ------
    ValueError
        For a name that is not in TEMPLATES.
    """
    if name not in TEMPLATES:
        raise Refused(
            "unknown_template",
            "There is no template %(name)s; choose one of %(templates)s.",
            name=repr(name),
            templates=", ".join(TEMPLATES),
        )
    body: dict[str, Any] = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return body
