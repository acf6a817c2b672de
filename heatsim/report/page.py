"""Pieces of a report as HTML: escaped text, tables, figures inside the file, and the page around them."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.figure import Figure

_MOST_SVG = 400_000
"""Letters of a drawing from which on it is kept as a picture of points."""
_POINTS_PER_INCH = 170

STYLE = """
:root { --ink: #222; --pale: #666; --line: #d9d9d9; --good: #00785a; --bad: #b34700; --wait: #6b6b6b; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif; color: var(--ink); background: #fff;
  max-width: 66rem; margin: 0 auto; padding: 1.2rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.3rem 0 0.1rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 0.5rem; padding-top: 0.5rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.3rem 0 0.3rem; }
p { margin: 0.4rem 0; max-width: 52rem; } ul { margin: 0.4rem 0; padding-left: 1.2rem; } li { margin: 0.15rem 0; }
.pale, figcaption, caption { color: var(--pale); font-size: 0.9rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.7rem; margin: 1rem 0; padding: 0; }
.tile { border: 1px solid var(--line); border-top: 4px solid var(--ink); padding: 0.45rem 0.9rem 0.55rem;
  min-width: 8rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.25; } .tile span { color: var(--pale); font-size: 0.88rem; }
.tile.good { border-top-color: var(--good); } .tile.bad { border-top-color: var(--bad); }
.tile.wait { border-top-color: var(--wait); } .tile.wide { flex: 1 1 20rem; }
.note { border-left: 4px solid var(--bad); background: #fdf4ee; padding: 0.5rem 0.9rem; margin: 0.8rem 0;
  max-width: none; }
.note.calm { border-left-color: var(--wait); background: #f5f5f5; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.9rem; margin: 0.5rem 0; }
caption { text-align: left; padding-bottom: 0.25rem; }
th, td { text-align: left; vertical-align: top; padding: 0.22rem 1rem 0.22rem 0; border-bottom: 1px solid var(--line); }
th { border-bottom: 1.5px solid var(--ink); vertical-align: bottom; } th.number { white-space: normal; }
 th small { font-weight: normal; color: var(--pale); }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td small { color: var(--pale); line-height: 1.35; display: inline-block; min-width: 14rem; }
tr.first td { font-weight: 600; } td { overflow-wrap: break-word; } .name { white-space: nowrap; }
code, pre { font: 0.88em/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: #f5f5f5; padding: 0.7rem 0.9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0.9rem 0 1.2rem; } figure img { max-width: 100%; height: auto; }
nav { font-size: 0.9rem; margin: 0.6rem 0; } nav a { margin-right: 1rem; } a { color: #0064a4; }
@page { size: A4; margin: 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } .scroll { overflow: visible; }
  figure, table, .tiles, .note { break-inside: avoid; } table.long { break-inside: auto; } tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; } thead { display: table-header-group; } a { color: inherit; text-decoration: none; }
  table { font-size: 8.5pt; } th, td { padding-right: 0.6rem; } td small { min-width: 9rem; }
  .tile, .note { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
_LONG = 25
"""Rows from which on a table may be broken over pages."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, what stands small below it, whether it has numbers, whether it may be broken."""

    name: str
    below: str = ""
    number: bool = False
    wide: bool = False


class Html(str):
    """Text that is HTML already."""


def text(value: object) -> str:
    """Return text as HTML."""
    return value if isinstance(value, Html) else html.escape(str(value), quote=True)


def paragraph(words: str, kind: str = "") -> str:
    """Return a paragraph of plain text; `kind` is a class of the style."""
    # an option of the command line is not broken
    inside = re.sub(r"--[a-z]+(?: [A-Z]+\b)?", lambda option: f'<code class="name">{option[0]}</code>', text(words))
    return f'<p class="{kind}">{inside}</p>' if kind else f"<p>{inside}</p>"


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, caption: str = "", first: bool = False) -> str:
    """Return a table of plain texts; `first`: the first row stands out."""
    heads = "".join(
        f"<th{_kind(column)}>{_breakable(column.name)}"
        + (f"<br><small>{text(column.below)}</small>" if column.below else "")
        + "</th>"
        for column in columns
    )
    lines = [
        "".join(f"<td{_kind(column)}>{text(cell)}</td>" for column, cell in zip(columns, row, strict=True))
        for row in rows
    ]
    body = "".join(f"<tr{' class=first' if first and i == 0 else ''}>{line}</tr>\n" for i, line in enumerate(lines))
    long = ' class="long"' if len(lines) > _LONG else ""
    said = f"<caption>{text(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table{long}>{said}<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>'
    )


def _breakable(name: str) -> str:
    """Return a name that may be broken at its signs."""
    return re.sub(r"(?<=[._:])(?=\w)", "<wbr>", text(name))


def _kind(column: Column) -> str:
    return " class=number" if column.number else "" if column.wide else " class=name"


def tile(number: str, words: str, kind: str = "") -> str:
    """Return a number in large letters with words below."""
    return f'<div class="tile {kind}"><b>{text(number)}</b><span>{text(words)}</span></div>'


def picture(drawn: Figure, caption: str, alternative: str) -> str:
    """Return a figure as part of the page: sharp at any size, or as points when it has very many lines."""
    kind, content = "svg+xml", _svg(drawn)
    if len(content) > _MOST_SVG:
        kind, content = "png", _png(drawn)
    data = base64.b64encode(content).decode()
    width = int(drawn.get_figwidth() * 96)
    said = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><img width="{width}" alt="{text(alternative)}" src="data:image/{kind};base64,{data}">{said}</figure>'
    )


def _svg(drawn: Figure) -> bytes:
    out = io.BytesIO()
    # names inside the drawing that do not change from one report to the next
    with matplotlib.rc_context({"svg.hashsalt": "heatsim", "svg.fonttype": "path"}):
        drawn.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _png(drawn: Figure) -> bytes:
    out = io.BytesIO()
    drawn.savefig(out, format="png", dpi=_POINTS_PER_INCH, metadata={"Software": None})
    return out.getvalue()


def download(label: str, name: str, content: str) -> str:
    """Return a link to a text file that is inside the page."""
    data = base64.b64encode(content.encode("utf-8")).decode()
    return f'<a download="{text(name)}" href="data:text/csv;charset=utf-8;base64,{data}">{text(label)}</a>'


def section(identifier: str, heading: str, *pieces: str) -> str:
    """Return a section with its heading."""
    return f'<section id="{identifier}"><h2>{text(heading)}</h2>\n' + "\n".join(p for p in pieces if p) + "\n</section>"


def document(title: str, top: str, sections: Sequence[tuple[str, str, str]]) -> str:
    """Return the page.

    Parameters
    ----------
    title
        For the window.
    top
        HTML above the first section.
    sections
        Identifier, heading and HTML of each.
    """
    links = "".join(f'<a href="#{identifier}">{text(heading)}</a>' for identifier, heading, _ in sections)
    body = "\n".join(section(identifier, heading, content) for identifier, heading, content in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{top}\n<nav>{links}</nav>\n{body}\n"
        "</body>\n</html>\n"
    )
