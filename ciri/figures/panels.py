"""Small multiples within one view: a figure of several panels still takes the width it is given.

Vega-Lite cannot fit faceted or concatenated charts into a container, so the panels are laid out in
the coordinates of one chart: each takes SIDE units along either axis, whatever its own scales say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from ciri.figures.axes import round_ticks
from ciri.figures.theme import Theme, inline

SIDE = 100
_GAP = 12  # between columns, in units; rows leave room for a title
_TITLE = 30  # pixels
_NUMBER = ".3~f"

Range = tuple[float, float]


@dataclass(frozen=True)
class Panels:
    """Panels in reading order. All share their range of x; those of a row share their range of y.

    titles: one for each panel; x: (from, to), marked at x_ticks; y: (from, to) of each row; height:
    pixels of a panel.
    """

    titles: list[str]
    x: Range
    x_ticks: list[float]
    y: list[Range]
    columns: int
    height: int

    @property
    def pixels(self) -> float:
        """The height of the whole view."""
        return self._height * self.height / SIDE

    @property
    def _pitch(self) -> int:
        """Units from the foot of a row to that of the next."""
        return SIDE + round(_TITLE * SIDE / self.height)

    @property
    def _height(self) -> int:
        return (len(self.y) - 1) * self._pitch + SIDE

    def place(self, panel: int, x: float, y: float | None) -> dict[str, float | None]:
        """Where a point of a panel lies, across and up; what is out of range sits on the edge."""
        row, column = divmod(panel, self.columns)
        across = column * (SIDE + _GAP) + _units(x, self.x)
        foot = (len(self.y) - 1 - row) * self._pitch
        up = None if y is None else round(foot + _units(y, self.y[row]), 3)
        return {"across": round(across, 3), "up": up}

    def line(self, panel: int, start: Range, end: Range) -> dict[str, float | None]:
        """A straight line in a panel: across, up, across2, up2."""
        to = self.place(panel, *end)
        return {**self.place(panel, *start), "across2": to["across"], "up2": to["up"]}

    def ground(self, look: Theme) -> list[Any]:
        """Grid and title of each panel; to be drawn first."""
        lines, titles = [], []
        for panel, title in enumerate(self.titles):
            low, high = self.y[panel // self.columns]
            lines += [self.line(panel, (x, low), (x, high)) for x in self.x_ticks]
            lines += [
                self.line(panel, (self.x[0], y), (self.x[1], y)) for y in round_ticks(low, high)
            ]
            titles.append({**self.place(panel, self.x[0], high), "title": title})
        heading = alt.Chart(inline(titles)).mark_text(
            align="left", baseline="bottom", dy=-5, fontWeight="bold", color=look.ink
        )
        return [
            lines_of(lines, color=look.rule),
            heading.encode(x="across:Q", y="up:Q", text="title:N"),
        ]

    def axes(self, x_title: str, y_title: str) -> dict[str, Any]:
        """The encodings x and y of the layer that carries the axes."""
        return {"x": self._across(x_title), "y": self._up(y_title)}

    def _across(self, title: str) -> Any:
        pitch, (left, right) = SIDE + _GAP, self.x
        columns = min(self.columns, len(self.titles))
        inside = f"(datum.value % {pitch}) / {SIDE}"
        starts, ends = f"datum.value % {pitch} == 0", f"datum.value % {pitch} == {SIDE}"
        axis = alt.Axis(
            values=[
                round(column * pitch + _units(tick, self.x), 3)
                for column in range(columns)
                for tick in self.x_ticks
            ],
            labelExpr=f"format({left} + {right - left} * {inside}, '{_NUMBER}')",
            # The ends of neighbours would meet, so they keep within their panels.
            labelAlign={"condition": [
                {"test": starts, "value": "left"}, {"test": ends, "value": "right"}
            ], "value": "center"},
            labelFlush=False,
            labelOverlap=False,
            tickCount=columns * len(self.x_ticks),  # or every other is dropped on a narrow screen
            grid=False,
            domain=False,
        )  # fmt: skip
        scale = alt.Scale(domain=[0, columns * pitch - _GAP], nice=False)
        return alt.X("across:Q", title=title, scale=scale, axis=axis)

    def _up(self, title: str) -> Any:
        upwards = self.y[::-1]  # the axis counts from the lowest row
        row, inside = f"floor(datum.value / {self._pitch})", f"datum.value % {self._pitch}"
        lows, spans = [low for low, _ in upwards], [high - low for low, high in upwards]
        value = f"{lows}[{row}] + {spans}[{row}] * ({inside}) / {SIDE}"
        marks = [
            round(k * self._pitch + _units(tick, one), 3)
            for k, one in enumerate(upwards)
            for tick in round_ticks(*one)
        ]
        axis = alt.Axis(
            values=marks,
            tickCount=len(marks),
            labelExpr=f"format({value}, '{_NUMBER}')",
            grid=False,
            domain=False,
        )
        scale = alt.Scale(domain=[0, self._height], nice=False)
        return alt.Y("up:Q", title=title, scale=scale, axis=axis)


def _units(value: float, over: Range) -> float:
    """0 to SIDE along a range."""
    low, high = over
    return SIDE * min(max((value - low) / (high - low), 0.0), 1.0)


def lines_of(rows: list[dict[str, float | None]], **style: Any) -> Any:
    """Straight lines (see Panels.line) as a layer."""
    rules = alt.Chart(inline(rows)).mark_rule(**style)
    return rules.encode(x="across:Q", x2="across2:Q", y="up:Q", y2="up2:Q")
