"""./yogo manage build_frontend: the browser's chart library, made from the wheel that brings it."""

from importlib.metadata import version
from typing import Any

import vl_convert
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Build the front-end pieces that are not kept in the repository."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.FRONTEND_BUILD / "vendor"
        script, stamp = folder / "vega.js", folder / "vega.version"
        built_from = version("vl-convert-python")
        if script.is_file() and stamp.is_file() and stamp.read_text() == built_from:
            return
        folder.mkdir(parents=True, exist_ok=True)
        # The bundle is a list of statements; in a function they leave no name behind but this one.
        bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
        script.write_text(f"(() => {{\n{bundle}\n}})();\n", encoding="utf-8")
        stamp.write_text(built_from)
