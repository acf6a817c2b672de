"""The documentation of a library as a folder of static pages: one for each class, an index, one style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heatsim.compiler.library import Library
from heatsim.documentation import page
from heatsim.documentation.source import Documented, Element, read
from heatsim.errors import UsageError, near_miss


@dataclass(frozen=True)
class Site:
    """What was written.

    Attributes
    ----------
    folder
        Where the pages are; `index.html` is the first.
    entry
        Page of the class that was asked for, or the index.
    pages
        Number of pages.
    problems
        What is wrong with the documentation, one line each that names the class: no well-formed XHTML, dead links.
    """

    folder: Path
    entry: Path
    pages: int
    problems: tuple[str, ...]


def write_site(library: Library, folder: Path, name: str | None = None) -> Site:
    """Write the pages of a library, or of one class or package of it with all that is inside.

    Raises
    ------
    UsageError
        For an unknown name; or when the folder cannot be made.
    """
    wanted = _wanted(library, name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder}: the folder cannot be made ({error.strerror}); choose another") from error
    writer = _Writer(library, frozenset(wanted))
    for full in wanted:
        (folder / f"{full}.html").write_text(writer.page(full), encoding="utf-8")
    (folder / "index.html").write_text(writer.index(wanted), encoding="utf-8")
    (folder / "style.css").write_text(page.STYLE.lstrip(), encoding="utf-8")
    entry = folder / ("index.html" if name is None else f"{wanted[0]}.html")
    return Site(folder, entry, len(wanted) + 1, tuple(writer.problems))


def _wanted(library: Library, name: str | None) -> list[str]:
    known = sorted(library.classes, key=lambda full: full.split("."))  # a package before what is inside
    if name is None:
        return known
    if name not in library.classes:
        endings = [full for full in library.classes if full.endswith(f".{name}")]
        if len(endings) != 1:
            short = {full.rpartition(".")[2]: full for full in library.classes}
            hint = near_miss(name, library.classes) or near_miss(name.rpartition(".")[2], short)
            many = f"; there are {', '.join(endings)}" if endings else ""
            raise UsageError(f"no class or package '{name}' in {library.path}{hint}{many}")
        name = endings[0]
    return [name, *(full for full in known if full.startswith(f"{name}."))]


class _Writer:
    """Makes pages and gathers what is wrong."""

    def __init__(self, library: Library, wanted: frozenset[str]) -> None:
        self.library = library
        self.wanted = wanted
        self.problems: list[str] = []
        self._read: dict[str, Documented] = {}

    def found(self, name: str) -> Documented:
        if name not in self._read:
            self._read[name] = read(self.library, self.library.classes[name])
        return self._read[name]

    def resolve(self, scope: str, name: str) -> str | None:
        """Full name of a class as it is written inside of `scope`; None when the library has no such class."""
        parts = scope.split(".")
        for depth in range(len(parts), -1, -1):
            full = ".".join([*parts[:depth], name])
            if full in self.library.classes:
                return full
        return None

    def link(self, scope: str, name: str, label: str) -> str:
        """Link to a class; only its name when it has no page here."""
        full = self.resolve(scope, name)
        if full is None or full not in self.wanted:
            # a class of the library without a page on this site counts as found: it is only not shown
            return page.text(label) if full is None else f'<a href="#" title="{page.text(full)}">{page.text(label)}</a>'
        return f'<a href="{page.text(full)}.html">{page.text(label)}</a>'

    def unit(self, scope: str, element: Element) -> str:
        """Unit of a declaration, from its modification or its type."""
        own = element.attribute("unit")
        full = self.resolve(scope, element.type) if element.type else None
        for _ in range(4):
            if own or full is None:
                return own
            definition = self.found(full).definition
            match = re.search(r'\bunit\s*=\s*"([^"]*)"', definition)
            own = match[1] if match else ""
            full = self.resolve(full, re.split(r"[\s(\[]", definition.strip(), maxsplit=1)[0]) if definition else None
        return own

    def page(self, name: str) -> str:
        """The page of a class or package."""
        found = self.found(name)
        link = partial(self.link, name)
        wrong: list[str] = []
        parts = [page.head(found, link)]
        if found.bases:
            parts.append(f"<p>Extends {', '.join(link(base, base.rpartition('.')[2]) for base in found.bases)}.</p>")
        if found.definition:
            parts.append(f"<p><code>{page.text(found.definition)}</code></p>")
        parts.append(page.information(found.info, link, wrong) if found.info else "")
        inside = sorted(full for full in self.library.classes if full.rpartition(".")[0] == name)
        rows = [
            (link(full, full.rpartition(".")[2]), page.degrees(page.text(self.found(full).description)))
            for full in inside
        ]
        if rows:
            parts.append("<h2>Contents</h2>\n" + page.table(("Class", "Description"), rows))
        parts.append(page.declarations(found.elements, link, partial(self.unit, name)))
        for base in self.bases(name):
            shown = page.declarations(self.found(base).elements, partial(self.link, base), partial(self.unit, base))
            shown = re.sub(r' id="[^"]*"', "", shown)
            if shown:
                nested = shown.replace("<h2>", "<h4>").replace("</h2>", "</h4>")
                parts.append(f"<h2>From {link(base, base.rpartition('.')[2])}</h2>\n{nested}")
        if found.kind != "package":
            source = f"<details><summary>Show</summary><pre>{page.text(found.text.strip())}</pre></details>"
            parts.append(f"<h2>Source text</h2>\n{source}")
        self.problems += [f"{name}: {problem}" for problem in wrong]
        return page.document(name, "\n".join(part for part in parts if part))

    def bases(self, name: str) -> Iterator[str]:
        """All classes that a class extends, the nearest first."""
        for base in self.found(name).bases:
            full = self.resolve(name, base)
            if full is not None and full != name:
                yield full
                yield from self.bases(full)

    def index(self, wanted: list[str]) -> str:
        """The list of all classes, packages indented."""
        depth = min(name.count(".") for name in wanted)
        rows = []
        for name in wanted:
            found = self.found(name)
            indent = "\u2003" * (name.count(".") - depth)
            shown = f'{indent}<a href="{page.text(name)}.html">{page.text(name.rpartition(".")[2])}</a>'
            rows.append(
                (f"<b>{shown}</b>" if found.kind == "package" else shown, page.degrees(page.text(found.description)))
            )
        top = wanted[0].partition(".")[0]
        return page.document(top, f"<h1>{page.text(top)}</h1>\n" + page.table(("Class", "Description"), rows))
