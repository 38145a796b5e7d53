"""Figures as SVG, PNG and PDF, drawn on the server by vl-convert (no browser, no network)."""

from __future__ import annotations

import textwrap
from typing import Any

import vl_convert

from ciri.figures.theme import Figure

_WIDTH = 680
_LETTERS = 100  # of a line over a figure of that width


def render_svg(spec: Figure) -> str:
    """The figure as SVG text.

    Parameters
    ----------
    spec : dict
        A figure.

    Returns
    -------
    str
        SVG.
    """
    svg: str = vl_convert.vegalite_to_svg(_size(_name_patients(spec)), allowed_base_urls=[])
    return svg


def render_png(spec: Figure, scale: float = 2) -> bytes:
    """The figure as PNG.

    Parameters
    ----------
    spec : dict
        A figure.
    scale : float, default 2
        Pixels to one of the page.

    Returns
    -------
    bytes
        PNG.
    """
    png: bytes = vl_convert.vegalite_to_png(
        _size(_name_patients(spec)), scale=scale, allowed_base_urls=[]
    )
    return png


def render_pdf(spec: Figure) -> bytes:
    """The figure as one page of PDF, vectors and text.

    Parameters
    ----------
    spec : dict
        A figure.

    Returns
    -------
    bytes
        PDF.
    """
    pdf: bytes = vl_convert.svg_to_pdf(render_svg(spec))
    return pdf


def _name_patients(spec: Figure) -> Figure:
    """A figure over which it stands on whom it rests, where it says so (`usermeta`, patients)."""
    patients = spec.get("usermeta", {}).get("patients")
    if not patients:
        return spec
    title: Any = spec.get("title")
    found = title if isinstance(title, dict) else {"text": title or ""}
    lines = textwrap.wrap(patients, _LETTERS)
    heading = found["text"]
    if not heading:  # a title without letters is not drawn, nor what stands under it
        heading, *lines = lines
    faint = spec["config"]["title"]["subtitleColor"]
    small = {"fontSize": 11, "fontWeight": "normal", "color": faint}
    under = {"subtitle": lines, "subtitleFontSize": 11, "subtitleLineHeight": 14, "offset": 10}
    told = {"anchor": "start", **small, **found, "text": heading, **under}
    return spec | {"title": told}


def _size(spec: Any) -> Any:
    """A figure that fills its container gets a width of its own."""
    if isinstance(spec, list):
        return [_size(part) for part in spec]
    if not isinstance(spec, dict):
        return spec
    return {
        key: _WIDTH if key == "width" and value == "container" else _size(value)
        for key, value in spec.items()
        if key != "datasets"
    } | ({"datasets": spec["datasets"]} if "datasets" in spec else {})
