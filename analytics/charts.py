"""Charts as SVG: drawn offline by Vega, the same every time, readable in the dark and on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Final

import altair as alt
import msgspec
import vl_convert

# Okabe and Ito's colours, which people who see colours differently can tell apart; shapes and
# words say the same again. Each is a variable of the page, so that the dark page can change it.
INK: Final = "#1d2733"
MUTED: Final = "#56616e"
LINE: Final = "#c5ccd4"
PAPER: Final = "#ffffff"
BETTER: Final = "#0072b2"
WORSE: Final = "#d55e00"
SAME: Final = "#117a65"
_VARIABLES: Final = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    PAPER: "--paper",
    BETTER: "--better",
    WORSE: "--worse",
    SAME: "--same",
}
_LOOKS: Final = {
    "did better": (BETTER, "circle"),
    "did worse": (WORSE, "diamond"),
    "recorded more": (INK, "triangle-up"),
    "recorded less": (INK, "triangle-down"),
    "about the same": (SAME, "square"),
    "cannot tell": (MUTED, "stroke"),
}
_WIDTH: Final = 300
_ROW: Final = 66
_MARGIN: Final = 16
_HEADING: Final = 28
_FONT: Final = "sans-serif"
SIMULATED: Final = "SIMULATED"


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a forest plot; without an estimate only its words are drawn."""

    label: str
    verdict: str
    words: str
    estimate: float | None
    low: float | None
    high: float | None


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar; None is drawn as the word hidden."""

    label: str
    percent: float | None


def forest(
    rows: Sequence[Interval], *, unit: str, worth_having: float | None, simulated: bool
) -> str:
    """The SVG of differences with their 95% intervals, one below another, nought marked.

    `worth_having` is half the width of the grey band: the smallest difference that matters.
    """
    placed = [{**msgspec.structs.asdict(row), "y": number + 0.5} for number, row in enumerate(rows)]
    reach = _reach(rows, worth_having)
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    x = alt.X("estimate:Q", scale=scale, axis=alt.Axis(title=unit, tickCount=5, grid=False))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, len(rows)], reverse=True, nice=False), axis=None)
    drawn = [row for row in placed if row["estimate"] is not None]
    ground = [{"y": row["y"], "from": -reach, "to": reach, "zero": 0} for row in drawn]
    middle = [{**row, "from": -worth_having, "to": worth_having} for row in ground if worth_having]
    layers = [
        _strip(ground, y, scale, opacity=0.22),
        *([_strip(middle, y, scale, opacity=0.55)] if middle else []),
        _zero_ticks(ground, y, scale),
        alt.Chart(_data(drawn))
        .mark_rule(strokeWidth=2, color=INK, yOffset=16)
        .encode(
            x=alt.X("low:Q", scale=scale),
            x2="high:Q",
            y=y,
        ),
        alt.Chart(_data(drawn))
        .mark_point(size=90, filled=True, opacity=1, yOffset=16, stroke=PAPER, strokeWidth=1.5)
        .encode(x=x, y=y, color=_colours(), shape=_shapes()),
        _words(placed, y, "label", dy=-18, color=INK, size=13, weight="bold"),
        _words(placed, y, "words", dy=-2, color=MUTED, size=12, weight="normal"),
    ]
    chart = alt.layer(*layers).properties(width=_WIDTH, height=_ROW * len(rows))
    return _svg(chart, simulated)


def bars(rows: Sequence[Bar], *, simulated: bool) -> str:
    """The SVG of shares in every 100, longest possible bar 100."""
    placed = [
        {
            "label": row.label,
            "from": 0.0,
            "to": 100.0,
            "percent": row.percent or 0.0,
            "shown": "hidden" if row.percent is None else f"{row.percent:.0f}",
            "y": number + 0.5,
        }
        for number, row in enumerate(rows)
    ]
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, len(rows)], reverse=True, nice=False), axis=None)
    x = alt.X("from:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=None)
    data = _data(placed)
    whole = alt.Chart(data).mark_bar(orient="horizontal", size=6, color=LINE, yOffset=9)
    part = alt.Chart(data).mark_bar(orient="horizontal", size=6, color=BETTER, yOffset=9)
    number = (
        alt.Chart(data)
        .mark_text(align="right", dy=-6, fontSize=13, fontWeight="bold", color=INK)
        .encode(x=alt.value(_WIDTH), y=y, text="shown:N")
    )
    labels = _words(placed, y, "label", dy=-6, color=INK, size=13, weight="normal")
    chart = alt.layer(
        whole.encode(x=x, x2="to:Q", y=y), part.encode(x=x, x2="percent:Q", y=y), labels, number
    )
    return _svg(chart.properties(width=_WIDTH, height=38 * len(rows)), simulated)


def standing(svg: str, *, title: str) -> str:
    """`svg` as a file of its own: on white, under its title."""
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    width, height = (float(each) for each in size.groups()) if size else (_WIDTH, _WIDTH)
    wide, tall = width + 2 * _MARGIN, height + 2 * _MARGIN + _HEADING
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{wide:g}" height="{tall:g}" '
        f'viewBox="0 0 {wide:g} {tall:g}"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        f'<text x="{_MARGIN + 4}" y="{_MARGIN + 14}" font-family="{_FONT}" font-size="14" '
        f'font-weight="bold" fill="{INK}">{escape(title)}</text>'
        + svg.replace("<svg ", f'<svg x="{_MARGIN}" y="{_MARGIN + _HEADING}" ', 1)
        + "</svg>"
    )


def inline(svg: str, *, key: str, name: str, description: str) -> str:
    """`svg` to stand inside a page: one picture with its text alternative, ids of its own.

    Colours become variables of the page, and the size follows the column.
    """
    body = re.sub(r'\s(?:role|aria-[a-z]+)="[^"]*"', "", svg)
    body = re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(f'"{colour}"', f'"var({variable})"')
    found = re.search(r'viewBox="([^"]+)"', body)
    box = found.group(1) if found else ""
    inside = body[body.index(">") + 1 :]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{box}"'
        f' aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{escape(name)}</title>'
        f'<desc id="{key}-desc">{escape(description)}</desc>{inside}'
    )


def _reach(rows: Sequence[Interval], worth_having: float | None) -> float:
    ends = [abs(end) for row in rows for end in (row.low, row.high) if end is not None]
    return 1.08 * max([*ends, worth_having or 0.0, 1.0])


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _strip(rows: list[dict[str, Any]], y: alt.Y, scale: alt.Scale, *, opacity: float) -> Any:
    """A grey lane behind each interval, so that the words above stand on clean paper."""
    x = alt.X("from:Q", scale=scale)
    lane = alt.Chart(_data(rows)).mark_bar(
        orient="horizontal", size=20, color=LINE, opacity=opacity, yOffset=16
    )
    return lane.encode(x=x, x2="to:Q", y=y)


def _zero_ticks(rows: list[dict[str, Any]], y: alt.Y, scale: alt.Scale) -> Any:
    tick = alt.Chart(_data(rows)).mark_tick(size=20, thickness=1, color=MUTED, yOffset=16)
    return tick.encode(x=alt.X("zero:Q", scale=scale), y=y)


def _colours() -> alt.Color:
    scale = alt.Scale(domain=list(_LOOKS), range=[colour for colour, _ in _LOOKS.values()])
    return alt.Color("verdict:N", scale=scale, legend=None)


def _shapes() -> alt.Shape:
    shapes = [shape if shape != "stroke" else "cross" for _, shape in _LOOKS.values()]
    return alt.Shape("verdict:N", scale=alt.Scale(domain=list(_LOOKS), range=shapes), legend=None)


def _words(
    rows: list[dict[str, Any]], y: alt.Y, field: str, *, dy: int, color: str, size: int, weight: Any
) -> Any:
    return (
        alt.Chart(_data(rows))
        .mark_text(align="left", dy=dy, color=color, fontSize=size, fontWeight=weight)
        .encode(x=alt.value(0), y=y, text=f"{field}:N")
    )


def _svg(chart: Any, simulated: bool) -> str:
    mark = f"{SIMULATED} DATA: no real child is in this picture" if simulated else ""
    title = alt.TitleParams(
        text=mark, anchor="start", frame="group", color=MUTED, fontSize=11, offset=10
    )
    finished = chart.properties(background="transparent", padding=4)
    finished = (finished.properties(title=title) if simulated else finished).configure(font=_FONT)
    finished = finished.configure_view(stroke=None).configure_axis(
        gridColor=LINE,
        domain=False,
        ticks=False,
        labelColor=MUTED,
        titleColor=MUTED,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        titlePadding=10,
        labelPadding=6,
    )
    return str(vl_convert.vegalite_to_svg(finished.to_json(validate=False)))
