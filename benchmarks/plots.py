"""Draw figures as bars in an SVG file, with no library: what a table says, seen at a glance.

    from plots import bars
    path.write_text(bars("Lookup", "us", {"ours": {"p50": 3.0}, "others": {"p50": 900.0}}, log=True))

Every bar has its figure beside it, so that nobody has to read lengths, and the file describes itself to
those who cannot see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import floor, log10

COLOURS = ("#b4532a", "#3f6b8c", "#8a8f3c", "#7a5a86", "#6b6b6b")
"""One for each kind of bar in a group."""
WIDTH = 960
LABEL = 300
"""Pixels kept on the left for the names of groups."""
FIGURE = 90
"""Pixels kept on the right for figures."""
BAR = 16
GAP = 10
TOP = 62
STYLE = 'role="img" aria-labelledby="title about" font-family="system-ui, sans-serif" font-size="12"'

Groups = Mapping[str, Mapping[str, float]]
"""For each group, figures by kind."""


def short(figure: float) -> str:
    """Three digits that count."""
    if figure == 0:
        return "0"
    digits = 2 - floor(log10(abs(figure)))
    return f"{round(figure, digits):,.{max(0, min(digits, 4))}f}"


def lengths(groups: Groups, *, log: bool, most: float | None) -> dict[float, float]:
    """How long each figure's bar is, from 0 to 1."""
    figures = sorted({figure for kinds in groups.values() for figure in kinds.values()})
    if not log:
        end = most or figures[-1] or 1.0
        return {figure: figure / end for figure in figures}
    least = floor(log10(min(figure for figure in figures if figure > 0)))
    span = (log10(figures[-1]) - least) or 1.0
    return {figure: (log10(figure) - least) / span if figure > 0 else 0.0 for figure in figures}


def bars(title: str, unit: str, groups: Groups, *, log: bool = False, most: float | None = None) -> str:
    """An SVG of one bar for each figure; `log` for figures of different orders, `most` ends the scale."""
    kinds = list(dict.fromkeys(kind for each in groups.values() for kind in each))
    colour = {kind: COLOURS[place % len(COLOURS)] for place, kind in enumerate(kinds)}
    long = lengths(groups, log=log, most=most)
    room = WIDTH - LABEL - FIGURE
    drawn, y = legend(colour), TOP
    for name, each in groups.items():
        middle = y + len(each) * BAR / 2
        drawn.append(f'<text x="{LABEL - 8}" y="{middle + 4:.0f}" text-anchor="end">{escape(name)}</text>')
        for kind, figure in each.items():
            size = max(1.0, long[figure] * room)
            drawn.append(
                f'<rect x="{LABEL}" y="{y}" width="{size:.1f}" height="{BAR - 3}" fill="{colour[kind]}"/>'
            )
            drawn.append(f'<text x="{LABEL + size + 6:.1f}" y="{y + BAR - 5}">{short(figure)}</text>')
            y += BAR
        y += GAP
    head = f"{title} ({unit}{'; each step is as many times as much' if log else ''})"
    said = "; ".join(f"{name}: {told(each)}" for name, each in groups.items())
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" {STYLE}>'
    lines = [
        opened,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(f"{unit}. {said}.")}</desc>',
        f'<rect width="{WIDTH}" height="{y}" fill="#fdfcfa"/>',
        f'<text x="{GAP}" y="22" font-size="15" font-weight="600">{escape(head)}</text>',
        *drawn,
        "</svg>\n",
    ]
    return "\n".join(lines)


def told(each: Mapping[str, float]) -> str:
    """The figures of a group in words."""
    return ", ".join(f"{kind} {short(figure)}" for kind, figure in each.items())


def legend(colour: Mapping[str, str]) -> list[str]:
    """Which colour is which kind."""
    drawn, x = [], LABEL
    for kind, paint in colour.items():
        drawn.append(f'<rect x="{x}" y="36" width="12" height="12" fill="{paint}"/>')
        drawn.append(f'<text x="{x + 18}" y="46">{escape(kind)}</text>')
        x += 40 + 7 * len(kind)
    return drawn
