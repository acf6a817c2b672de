"""One page of the documentation: a class or package as XHTML."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from xml.etree import ElementTree

from heatsim.documentation.source import Documented, Element

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.5rem; margin: 0.4rem 0 0; } h2 { font-size: 1.15rem; margin: 1.8rem 0 0.4rem; }
h4 { margin: 1rem 0 0.2rem; } p { margin: 0.4rem 0; } a { color: #0072b2; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.7rem 0.2rem 0; border-bottom: 1px solid #ddd; }
code, pre { font: 0.88em/1.4 ui-monospace, monospace; } td code { overflow-wrap: anywhere; }
td:first-child code { white-space: nowrap; } sup, sub { line-height: 0; }
pre { background: #f6f6f6; padding: 0.8rem; overflow-x: auto; } .kind, nav { color: #666; font-size: 0.92rem; }
"""

Link = Callable[[str, str], str]
"""Turns a class name, as written in a class, into XHTML: a link to its page, or its name."""


def text(value: str) -> str:
    """Escape text for XHTML."""
    return html.escape(value, quote=True)


def document(title: str, body: str) -> str:
    """Return a complete page."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en">\n'
        f'<head><meta charset="utf-8"/><title>{text(title)}</title><link rel="stylesheet" href="style.css"/></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are XHTML; an empty string without rows."""
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    if not lines:
        return ""
    heads = "".join(f"<th>{text(cell)}</th>" for cell in head)
    return f"<table>\n<tr>{heads}</tr>\n" + "\n".join(lines) + "\n</table>"


def head(found: Documented, link: Link) -> str:
    """Return the way up, the name, the kind and the description of a class."""
    parts = found.name.split(".")
    up = [link(".".join(parts[: i + 1]), part) for i, part in enumerate(parts[:-1])]
    kind = ("partial " if found.partial else "") + found.kind
    where = '<a href="index.html">all</a>' + "".join(f" › {item}" for item in up)
    return (
        f'<nav>{where}</nav>\n<h1>{text(found.name)}</h1>\n<p class="kind">{text(kind)}</p>\n'
        f"<p><b>{degrees(text(found.description))}</b></p>"
    )


def degrees(prose: str) -> str:
    """Return prose with 75 degC, as Modelica sources have it, written 75 °C."""
    return re.sub(r"(?<=\d) degC\b", " °C", prose)


def information(info: str, link: Link, problems: list[str]) -> str:
    """Return the HTML of a Documentation annotation as XHTML with its links resolved.

    Parameters
    ----------
    info
        Content of the annotation.
    link
        Turns class names into links.
    problems
        What is wrong is added here: HTML that is not well-formed, links to nowhere.
    """
    numbered = re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#\w+);)(\w+;)", lambda hit: _numbered(hit[0]), info)
    try:
        root = ElementTree.fromstring(f"<div>{numbered}</div>")
    except ElementTree.ParseError as error:
        problems.append(f"its documentation is no well-formed XHTML ({error})")
        return f"<pre>{text(info)}</pre>"
    for anchor in root.iter("a"):
        target = anchor.get("href", "")
        if not target.startswith("modelica://"):
            if not target.startswith(("http://", "https://", "#")):
                problems.append(f"its documentation links to '{target}', which is no modelica:// or web address")
            continue
        resolved = re.search(r'href="([^"]*)"', link(target.removeprefix("modelica://").partition("#")[0], "x"))
        if resolved:
            anchor.set("href", resolved[1])
        else:
            problems.append(f"its documentation links to {target}, which does not exist")
            del anchor.attrib["href"]
    return degrees(ElementTree.tostring(root, encoding="unicode"))


def _numbered(entity: str) -> str:
    plain = html.unescape(entity)
    return text(entity) if plain == entity else "".join(f"&#{ord(letter)};" for letter in plain)


def declarations(elements: Sequence[Element], link: Link, unit: Callable[[Element], str]) -> str:
    """Return the tables of a class's declarations: parameters, connectors and signals, variables and components."""
    parts = []
    public = [element for element in elements if not element.protected]
    groups = (
        ("Replaceable", [e for e in public if e.role.startswith("replaceable")]),
        ("Parameters", [e for e in public if e.role in ("parameter", "constant")]),
        ("Inputs and outputs", [e for e in public if e.role in ("input", "output") or _is_signal(e)]),
        ("Connectors", [e for e in public if not e.role and _is_port(e)]),
        ("Variables", [e for e in public if not e.role and not _is_port(e) and not _is_signal(e)]),
        ("Inside", [e for e in elements if e.protected and "." in e.type and ".Types." not in e.type and not e.role]),
    )
    for title, members in groups:
        rows = [_row(element, link, unit) for element in members]
        if rows:
            parts.append(f"<h2>{title}</h2>\n" + table(("Name", "Type", "Unit", "Default", "Description"), rows))
    return "\n".join(parts)


def _is_signal(element: Element) -> bool:
    return element.type.rpartition(".")[2] in ("RealInput", "RealOutput")


def _is_port(element: Element) -> bool:
    return re.search(r"Port(_[ab])?$", element.type) is not None


def _row(element: Element, link: Link, unit: Callable[[Element], str]) -> list[str]:
    default = element.default or element.attribute("start")
    limits = [f"{name} {value}" for name in ("min", "max") if (value := element.attribute(name))]
    shown = text(default) + (f" ({text(', '.join(limits))})" if limits else "")
    return [
        f'<code id="{text(element.name)}">{text(element.name + element.dimensions)}</code>',
        link(element.type, element.type.rpartition(".")[2]) if element.type else text(element.role.split()[-1]),
        text(unit(element)),
        f"<code>{shown}</code>" if shown else "",
        degrees(text(element.description)),
    ]
