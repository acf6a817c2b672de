"""How a system shows itself: text in a terminal, a table and a picture in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from heatsim.system.member import split_path

if TYPE_CHECKING:
    from heatsim.system.system import Connection, System

_HEIGHT, _STEP_X, _STEP_Y, _MARGIN, _INSET = 30, 44, 40, 16, 14
_FILL = {"fmu": "#dbe7f3", "continuous": "#f6f6f6", "sampled": "#fdf1d6"}


def _what(system: System, name: str) -> str:
    member = system.members[name]
    if member.kind == "fmu":
        return str(member.unit.name)  # type: ignore[union-attr]
    if member.kind == "sampled":
        return f"{type(member.unit).__name__} every {member.unit.period:g} s"  # type: ignore[union-attr]
    return type(member.unit).__name__


def as_text(system: System) -> str:
    """Units and connections, one a line."""
    lines = [
        f"System({system.name}): {len(system.members)} units, {len(system.connections)} connections, "
        f"{len(system.inputs)} inputs"
    ]
    for name in system.members:
        ports = system.members[name].ports
        lines.append(
            f"  {name}: {_what(system, name)} ({len(ports['inputs'])} in, {len(ports['outputs'])} out, "
            f"{len(ports['states'])} states)"
        )
    for declared in system.inputs.values():
        lines.append(f"  input {declared.name} [{declared.unit}] {declared.description}".rstrip())
    lines.extend(f"  {_source(c)} -> {c.target}" for c in system.connections)
    for b in system.bonds.values():
        text = ", ".join(f"{role} {path}" for role, path in b.signals.items())
        lines.append(f"  bond {b.name} ({b.kind}): {text}" if text else f"  bond {b.name}: {' + '.join(b.meters)} = 0")
    return "\n".join(lines)


def _source(connection: Connection) -> str:
    """The source with factor and offset, as in `Q_flow * 0.3 + 10`."""
    factor = f" * {connection.factor:.6g}" if connection.factor != 1.0 else ""
    sign = "-" if connection.offset < 0 else "+"
    offset = f" {sign} {abs(connection.offset):.6g}" if connection.offset != 0.0 else ""
    return f"{connection.source}{factor}{offset}"


def as_html(system: System) -> str:
    """The picture and a table of connections."""
    rows = "".join(
        f"<tr><td>{escape(_source(c))}</td><td>→</td><td>{escape(c.target)}</td></tr>" for c in system.connections
    )
    table = f"<details><summary>Connections</summary><table>{rows}</table></details>"
    return f"<b>{escape(system.name)}</b><br>{as_svg(system)}{table}"


@dataclass(frozen=True)
class _Box:
    """A unit or system input on the diagonal: left upper corner, width, text and kind."""

    x: int
    y: int
    width: int
    name: str
    note: str
    kind: str


def as_svg(system: System) -> str:
    """N² chart: units on the diagonal, outputs leave sideways, inputs arrive from above or below.

    Lines to units further on run on the upper right, lines back on the lower left; a dot with the number of signals
    marks where a line turns to its target, so lines without a dot only cross. No line runs behind a box.
    """
    boxes = _boxes(system)
    pairs: dict[tuple[str, str], list[str]] = {}
    for c in system.connections:
        source = c.source if c.source in boxes else split_path(c.source)[0]
        if source not in boxes:
            source = c.source.partition("[")[0]
        target = split_path(c.target)[0]
        if source in boxes and target in boxes:
            pairs.setdefault((source, target), []).append(f"{_source(c)} -> {c.target}")
    width = max((b.x + b.width for b in boxes.values()), default=0) + 3 * _MARGIN
    height = max((b.y + _HEIGHT for b in boxes.values()), default=0) + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" style="max-width:100%;height:auto">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    # those between plants last, so that they lie on top where lines share a way
    ordered = sorted(pairs, key=lambda pair: all(boxes[name].kind == "fmu" for name in pair))
    parts.extend(_line(boxes[source], boxes[target]) for source, target in ordered)
    parts.extend(_picture(box) for box in boxes.values())
    parts.extend(_dot(boxes[source], boxes[target], signals) for (source, target), signals in pairs.items())
    return "".join([*parts, "</svg>"])


def _boxes(system: System) -> dict[str, _Box]:
    entries = [(n, f"[{i.unit}]" if i.unit else "", "input") for n, i in system.inputs.items()]
    entries += [(n, _what(system, n).rpartition(".")[2], m.kind) for n, m in system.members.items()]
    width = int(max((max(7.4 * len(name), 5.8 * len(note)) for name, note, _ in entries), default=0.0)) + 2 * _INSET
    return {
        name: _Box(_MARGIN + i * _STEP_X, _MARGIN + i * _STEP_Y, width, name, note, kind)
        for i, (name, note, kind) in enumerate(entries)
    }


def _corner(a: _Box, b: _Box) -> tuple[int, int]:
    """Where the line from a turns to b; beyond a's right side for units further on, before its left side for others."""
    return (b.x + b.width - _INSET if b.y > a.y else b.x + _INSET), a.y + _HEIGHT // 2


def _line(a: _Box, b: _Box) -> str:
    if a is b:
        return ""
    x, y = _corner(a, b)
    begin = a.x + a.width if b.y > a.y else a.x
    end, back = (b.y, -6) if b.y > a.y else (b.y + _HEIGHT, 6)
    strong = a.kind == "fmu" and b.kind == "fmu"
    colour, width = ("#1f5a94", 2) if strong else ("#8a8a8a", 1)
    return (
        f'<path d="M{begin},{y} H{x} V{end + back}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        f'<path d="M{x - 4},{end + back} h8 L{x},{end} z" fill="{colour}"/>'
    )


def _dot(a: _Box, b: _Box, signals: list[str]) -> str:
    title = f"<title>{escape(chr(10).join(signals))}</title>"
    if a is b:
        return f'<circle cx="{a.x + a.width}" cy="{a.y}" r="4" fill="#555">{title}</circle>'
    x, y = _corner(a, b)
    count = _text(x, y + 3, str(len(signals)), 9, "#fff", "middle")
    colour = "#1f5a94" if a.kind == "fmu" and b.kind == "fmu" else "#666"
    return f'<g><circle cx="{x}" cy="{y}" r="6.5" fill="{colour}"/>{count}{title}</g>'


def _picture(box: _Box) -> str:
    if box.kind == "input":
        right = box.x + box.width - 6
        return _text(right, box.y + 13, box.name, 12, "#06c", "end") + _text(
            right, box.y + 25, box.note, 9, "#555", "end"
        )
    frame = (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{_HEIGHT}" rx="5" fill="{_FILL[box.kind]}" '
        'stroke="#444"/>'
    )
    middle = box.x + box.width / 2
    name = _text(middle, box.y + 13, box.name, 12, "#000", "middle")
    return frame + name + _text(middle, box.y + 25, box.note, 9, "#555", "middle")


def _text(x: float, y: float, text: str, size: int, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
    )
