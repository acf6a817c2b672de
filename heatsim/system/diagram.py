"""How a system shows itself: text in a terminal, a table and a picture in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from heatsim.system.member import split_path

if TYPE_CHECKING:
    from heatsim.system.system import System

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 170, 54, 90, 40


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
    for c in system.connections:
        factor = f" * {c.factor:g}" if c.factor != 1.0 else ""
        offset = f" + {c.offset:g}" if c.offset != 0.0 else ""
        lines.append(f"  {c.source}{factor}{offset} -> {c.target}")
    lines.extend(f"  bond {b.name}: {' + '.join(b.meters)} = 0" for b in system.bonds.values())
    return "\n".join(lines)


def as_html(system: System) -> str:
    """The picture and a table of connections."""
    rows = "".join(
        f"<tr><td>{escape(c.source)}</td><td>→</td><td>{escape(c.target)}</td></tr>" for c in system.connections
    )
    table = f"<details><summary>Connections</summary><table>{rows}</table></details>"
    return f"<b>{escape(system.name)}</b><br>{as_svg(system)}{table}"


def as_svg(system: System) -> str:
    """Boxes for units, arrows with the number of signals between them; left to right in the order of addition."""
    names = list(system.members)
    columns = max(1, round(len(names) ** 0.5))
    place = {
        n: (30 + (i % columns) * (_WIDTH + _GAP_X), 30 + (i // columns) * (_HEIGHT + _GAP_Y))
        for i, n in enumerate(names)
    }
    width = 60 + columns * (_WIDTH + _GAP_X) - _GAP_X
    height = 60 + -(-max(len(names), 1) // columns) * (_HEIGHT + _GAP_Y) - _GAP_Y
    pairs: dict[tuple[str, str], list[str]] = {}
    fed: dict[str, list[str]] = {}
    for c in system.connections:
        source, target = split_path(c.source)[0], split_path(c.target)[0]
        if source in place and target in place and source != target:
            pairs.setdefault((source, target), []).append(f"{c.source} -> {c.target}")
        elif not source and target in place:
            fed.setdefault(target, []).append(c.source)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" ',
        'font-family="sans-serif" font-size="12"><defs>',
        '<marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">',
        '<path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
    ]
    parts.extend(_arrow(place[source], place[target], signals) for (source, target), signals in pairs.items())
    for name, (x, y) in place.items():
        parts.append(f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="#f4f6f8" stroke="#444"/>')
        parts.append(_text(x + 8, y + 18, name, 12, "#000"))
        parts.append(_text(x + 8, y + 34, _what(system, name).split(".")[-1][:28], 10, "#555"))
        parts.append(_text(x + 8, y + 48, ", ".join(fed.get(name, []))[:34], 9, "#06c"))
    return "".join([*parts, "</svg>"])


def _text(x: float, y: float, text: str, size: int, colour: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}">{escape(text)}</text>'


def _arrow(a: tuple[int, int], b: tuple[int, int], signals: list[str]) -> str:
    ax, ay, bx, by = a[0] + _WIDTH / 2, a[1] + _HEIGHT / 2, b[0] + _WIDTH / 2, b[1] + _HEIGHT / 2
    dx, dy = bx - ax, by - ay
    # clip both ends at the boxes, and shift sideways so that there and back do not overlap
    scale = min((_WIDTH / 2) / abs(dx) if dx else 9.0, (_HEIGHT / 2) / abs(dy) if dy else 9.0)
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    sx, sy = -dy / length * 8, dx / length * 8
    x1, y1, x2, y2 = ax + dx * scale + sx, ay + dy * scale + sy, bx - dx * scale + sx, by - dy * scale + sy
    title = escape("\n".join(signals))
    line = f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="#555" marker-end="url(#tip)">'
    return f"{line}<title>{title}</title></line>" + _text(
        (x1 + x2) / 2, (y1 + y2) / 2 - 3, str(len(signals)), 9, "#555"
    )
