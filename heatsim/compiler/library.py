"""A Modelica library on disk: where it lies, which files and classes it has, which of them can become an FMU.

The classes are found by a light reading of the files (comments and strings skipped, nothing resolved): enough to list
what there is and to name the near miss of a misspelt model before any compiler starts.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from heatsim.compiler.folders import LIBRARY_NAME, checkout_folder, package_folder
from heatsim.errors import UsageError, near_miss

PLANTS = f"{LIBRARY_NAME}.Plants"

_IDENTIFIER = r"(?:[A-Za-z_]\w*|'(?:\\.|[^'\\])*')"
_SILENT = r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\""  # comments and strings
_TOKENS = re.compile(
    rf"{_SILENT}|\bwithin\s+(?P<within>[\w.]+)\s*;"
    rf"|\bend\s+(?P<end>{_IDENTIFIER})\s*;"
    r"|(?P<redeclare>\bredeclare\s+(?:replaceable\s+)?)?(?P<partial>\bpartial\s+)?"
    r"\b(?P<kind>package|model|block|class|function|record|connector|type|operator(?:\s+(?:record|function))?)\s+"
    rf"(?P<extends>extends\s+)?(?P<name>{_IDENTIFIER})(?P<rest>\s*[=(])?",
    re.DOTALL,
)
_BUILDABLE = frozenset({"model", "block", "class"})


@dataclass(frozen=True)
class ModelicaClass:
    """One class of a library: full name, kind (`model`, `package`, ...), and where it is written."""

    name: str
    kind: str
    partial: bool
    file: Path
    line: int

    @property
    def buildable(self) -> bool:
        """Whether it can become an FMU: a model or block that is not partial."""
        return self.kind in _BUILDABLE and not self.partial


@dataclass(frozen=True)
class Library:
    """A package folder (with `package.mo`) or a single `.mo` file.

    Attributes
    ----------
    path : Path
        The folder or the file, absolute.
    """

    path: Path

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """All files that can influence a model: sources, package.order and resources, without hidden ones."""
        if self.path.is_file():
            return (self.path,)
        found = []
        for folder, subfolders, names in os.walk(self.path):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith((".", "__")))
            found += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
        return tuple(found)

    @cached_property
    def entry(self) -> Path:
        """The file a compiler has to load: `package.mo` of a folder, or the file itself."""
        return self.path / "package.mo" if self.path.is_dir() else self.path

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and contents of all files."""
        total = hashlib.sha256()
        for file in self.files:
            relative = file.relative_to(self.path).as_posix() if self.path.is_dir() else file.name
            total.update(relative.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
        return total.hexdigest()

    @cached_property
    def classes(self) -> dict[str, ModelicaClass]:
        """Classes by full name that are reachable through packages, in the order of reading."""
        found: dict[str, ModelicaClass] = {}
        if self.path.is_dir():
            for file in (file for file in self.files if file.suffix == ".mo"):
                inside = file.relative_to(self.path.parent).parts[:-1]
                prefix = ".".join(inside[:-1] if file.name == "package.mo" else inside)
                found.update((item.name, item) for item in read_classes(file, prefix))
        else:
            found.update((item.name, item) for item in read_classes(self.path, None))
        return found

    def mentions(self, name: str) -> bool:
        """Whether any source file uses `name` as a word, outside comments and strings."""
        word = re.compile(rf"{_SILENT}|\b(?P<word>{re.escape(name)})\b", re.DOTALL)
        sources = (file for file in self.files if file.suffix == ".mo")
        return any(found["word"] for file in sources for found in word.finditer(_text(file)))

    def models(self) -> list[str]:
        """Full names of the classes that can become an FMU, sorted."""
        return sorted(item.name for item in self.classes.values() if item.buildable)

    def resolve(self, model: str) -> str:
        """Return the full name of `model`, which may leave out leading packages when that is unambiguous.

        Raises
        ------
        UsageError
            When there is no such model; names the near miss and what there is.
        """
        known = self.classes.get(model)
        if known is not None and known.buildable:
            return model
        models = self.models()
        endings = [name for name in models if name.endswith("." + model)]
        if known is None and len(endings) == 1:
            return endings[0]
        if len(endings) > 1:
            raise UsageError(f"model '{model}' is ambiguous: give one of {', '.join(endings)}")
        if known is not None:
            what = f"a partial {known.kind}" if known.partial else f"a {known.kind}"
            raise UsageError(f"{model} is {what} and cannot become an FMU: build one of {_listing(self._near(model))}")
        last = {name.rpartition(".")[2]: name for name in models}
        hint = near_miss(model, models) or near_miss(model.rpartition(".")[2], last)
        raise UsageError(f"no model '{model}' in {self.path}{hint}; there is {_listing(self._near(model))}")

    def _near(self, model: str) -> list[str]:
        """Models inside of a class, else those of its package, else the plants, else all."""
        models = self.models()
        for package in (model, model.rpartition(".")[0], PLANTS):
            inside = [name for name in models if name.startswith(package + ".")] if package else []
            if inside:
                return inside
        return models


def default_library() -> Library:
    """The Modelica library that comes with heatsim: of the checkout, or inside the installed package."""
    top = checkout_folder()
    path = (top if top is not None else package_folder()) / "modelica" / LIBRARY_NAME
    if not (path / "package.mo").is_file():
        raise UsageError(f"the Modelica library is missing ({path}): install heatsim again")
    return Library(path)


def open_library(library: str | os.PathLike[str] | None) -> Library:
    """Return the library at a path: a package folder, its `package.mo`, or one `.mo` file; None means heatsim's own.

    Raises
    ------
    UsageError
        When there is no library at the path.
    """
    if library is None:
        return default_library()
    path = Path(library).expanduser().resolve()
    if path.name == "package.mo":
        path = path.parent
    if path.is_file():
        if path.suffix != ".mo":
            raise UsageError(f"{path} is not a Modelica file: give a .mo file or the folder that holds package.mo")
        return Library(path)
    if path.is_dir():
        if (path / "package.mo").is_file():
            return Library(path)
        inside = sorted(child.name for child in path.iterdir() if (child / "package.mo").is_file())
        hint = f" (did you mean '{path / inside[0]}'?)" if inside else ""
        raise UsageError(f"{path} holds no package.mo: give the folder of a Modelica package or one .mo file{hint}")
    siblings = [child.name for child in path.parent.iterdir()] if path.parent.is_dir() else []
    raise UsageError(
        f"no Modelica library at {path}{near_miss(path.name, siblings)}: give a package folder or .mo file"
    )


def library_models(library: str | os.PathLike[str] | None = None) -> list[str]:
    """Return the full names of the models meant to be built.

    For heatsim's own library these are the plants (models directly in `HeatReuse.Plants`), for any other library all
    models and blocks that are not partial.
    """
    opened = open_library(library)
    models = opened.models()
    return models if library is not None else [name for name in models if name.rpartition(".")[0] == PLANTS]


def read_classes(file: Path, prefix: str | None) -> Iterator[ModelicaClass]:
    """Yield the classes of one source file.

    Parameters
    ----------
    file : Path
        A `.mo` file.
    prefix : str or None
        Package the file's classes belong to; None takes it from the file's `within` clause.
    """
    text = _text(file)
    enclosing = prefix or ""
    stack: list[tuple[str, bool]] = []  # class name, and whether everything down to it is a package
    for token in _TOKENS.finditer(text):
        if token["within"] and prefix is None:
            enclosing = token["within"]
        elif token["end"]:
            if stack and stack[-1][0] == token["end"]:
                stack.pop()
        elif token["name"] and not token["redeclare"]:
            name, rest = token["name"], (token["rest"] or "").strip()
            if rest == "(":  # a partially applied function in an expression, not a class
                continue
            public = all(is_package for _, is_package in stack)
            if public and not token["extends"]:
                full = ".".join([*([enclosing] if enclosing else []), *(item for item, _ in stack), name])
                line = text.count("\n", 0, token.start("kind")) + 1
                yield ModelicaClass(full, token["kind"], bool(token["partial"]), file, line)
            if rest != "=":
                stack.append((name, token["kind"] == "package"))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig", errors="replace")


def _listing(names: list[str], most: int = 8) -> str:
    shown = ", ".join(names[:most]) or "none"
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
