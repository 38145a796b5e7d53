"""Figures as SVG, PNG and PDF, drawn on the server by vl-convert (no browser, no network)."""

from __future__ import annotations

from typing import Any

import vl_convert

from modeling.ciri.figures.theme import Figure

_WIDTH = 680


def render_svg(spec: Figure) -> str:
    """The figure as SVG text."""
    svg: str = vl_convert.vegalite_to_svg(_sized(spec), allowed_base_urls=[])
    return svg


def render_png(spec: Figure, scale: float = 2) -> bytes:
    """The figure as PNG, `scale` pixels to one of the page."""
    png: bytes = vl_convert.vegalite_to_png(_sized(spec), scale=scale, allowed_base_urls=[])
    return png


def render_pdf(spec: Figure) -> bytes:
    """The figure as one page of PDF, vectors and text."""
    pdf: bytes = vl_convert.svg_to_pdf(render_svg(spec))
    return pdf


def _sized(spec: Any) -> Any:
    """A figure that fills its container gets a width of its own."""
    if isinstance(spec, list):
        return [_sized(part) for part in spec]
    if not isinstance(spec, dict):
        return spec
    return {
        key: _WIDTH if key == "width" and value == "container" else _sized(value)
        for key, value in spec.items()
        if key != "datasets"
    } | ({"datasets": spec["datasets"]} if "datasets" in spec else {})
