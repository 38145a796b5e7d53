"""Small multiples within one view: a figure of several panels still takes the width it is given.

Vega-Lite cannot fit faceted or concatenated charts into a container, so the panels are laid out in
the coordinates of one chart: each takes SIDE units along either axis, whatever its own scales say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from modeling.ciri.figures.axes import round_ticks
from modeling.ciri.figures.theme import Theme, inline

SIDE = 100
_GAP = 12  # between columns, in units; rows leave room for a title
_TITLE = 30  # pixels
_PERCENT = ".0%"


@dataclass(frozen=True)
class Panels:
    """Panels in reading order. All share their range of x; those of a row share their range of y.

    titles: one for each; x: (from, to); y: (from, to) of each row; height: pixels of a panel.
    """

    titles: list[str]
    x: tuple[float, float]
    y: list[tuple[float, float]]
    columns: int
    height: int
    y_format: str = _PERCENT

    @property
    def gap(self) -> int:
        """Units between rows."""
        return round(_TITLE * SIDE / self.height)

    @property
    def pixels(self) -> float:
        """The height of the whole view."""
        return (len(self.y) * (SIDE + self.gap) - self.gap) * self.height / SIDE

    def place(self, panel: int, x: float, y: float | None) -> dict[str, float | None]:
        """Where a point of a panel lies: across and up; what is out of range sits on the edge."""
        row, column = divmod(panel, self.columns)
        (left, right), (low, high) = self.x, self.y[row]
        across = min(max((x - left) / (right - left), 0.0), 1.0)
        up = None if y is None else min(max((y - low) / (high - low), 0.0), 1.0)
        return {
            "across": round(column * (SIDE + _GAP) + SIDE * across, 3),
            "up": None if up is None else round(self._foot(row) + SIDE * up, 3),
        }

    def _foot(self, row: int) -> int:
        return (len(self.y) - 1 - row) * (SIDE + self.gap)

    def axes(self, x_title: str, y_title: str) -> dict[str, Any]:
        """The encodings of the two axes, for the layer that carries them."""
        return {"x": self._across(x_title), "y": self._up(y_title)}

    def _across(self, title: str) -> Any:
        pitch, (left, right) = SIDE + _GAP, self.x
        at = [(tick - left) / (right - left) * SIDE for tick in round_ticks(*self.x)]
        columns = min(self.columns, len(self.titles))
        inside = f"datum.value % {pitch}"
        axis = alt.Axis(
            values=[round(column * pitch + tick, 6) for column in range(columns) for tick in at],
            labelExpr=f"format({left} + {right - left} * ({inside}) / {SIDE}, '{_PERCENT}')",
            labelOverlap="greedy",
            labelFlush=True,
            grid=False,
            domain=False,
        )
        scale = alt.Scale(domain=[0, columns * pitch - _GAP], nice=False)
        return alt.X("across:Q", title=title, scale=scale, axis=axis)

    def _up(self, title: str) -> Any:
        pitch = SIDE + self.gap
        upwards = self.y[::-1]  # the axis counts from the lowest row
        row, inside = f"floor(datum.value / {pitch})", f"datum.value % {pitch}"
        lows, spans = [low for low, _ in upwards], [high - low for low, high in upwards]
        value = f"{lows}[{row}] + {spans}[{row}] * ({inside}) / {SIDE}"
        axis = alt.Axis(
            values=[
                round(k * pitch + (tick - low) / (high - low) * SIDE, 6)
                for k, (low, high) in enumerate(upwards)
                for tick in round_ticks(low, high)
            ],
            labelExpr=f"format({value}, '{self.y_format}')",
            grid=False,
            domain=False,
        )
        scale = alt.Scale(domain=[0, len(self.y) * pitch - self.gap], nice=False)
        return alt.Y("up:Q", title=title, scale=scale, axis=axis)

    def ground(self, look: Theme) -> list[Any]:
        """Grid and title of each panel; to be drawn first."""
        lines, titles = [], []
        for panel, title in enumerate(self.titles):
            low, high = self.y[panel // self.columns]
            lines += [self._line(panel, (tick, low), (tick, high)) for tick in round_ticks(*self.x)]
            lines += [
                self._line(panel, (self.x[0], tick), (self.x[1], tick))
                for tick in round_ticks(low, high)
            ]
            titles.append({**self.place(panel, self.x[0], high), "title": title})
        grid = alt.Chart(inline(lines)).mark_rule(color=look.rule)
        heading = alt.Chart(inline(titles)).mark_text(
            align="left", baseline="bottom", dy=-5, fontSize=12, fontWeight="bold", color=look.ink
        )
        return [
            grid.encode(x="across:Q", x2="across2:Q", y="up:Q", y2="up2:Q"),
            heading.encode(x="across:Q", y="up:Q", text="title:N"),
        ]

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> list[dict[str, Any]]:
        """The same straight line in every panel: rows of across, up, across2, up2."""
        return [self._line(panel, start, end) for panel in range(len(self.titles))]

    def _line(
        self, panel: int, start: tuple[float, float], end: tuple[float, float]
    ) -> dict[str, Any]:
        to = self.place(panel, *end)
        return {**self.place(panel, *start), "across2": to["across"], "up2": to["up"]}
