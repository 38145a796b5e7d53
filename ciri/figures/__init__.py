"""The figures of a model, as Vega-Lite specifications: page, file and notebook draw the same one."""

from typing import Any

import lazy_loader

from ciri.errors import NotInstalled

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if error.name not in ("altair", "vl_convert"):
            raise
        raise NotInstalled(
            "figures_not_installed",
            "Figures need the package %(package)s; install ciri with its extra, as in pip install "
            "'./ciri[figures]'.",
            package=error.name,
        ) from error
