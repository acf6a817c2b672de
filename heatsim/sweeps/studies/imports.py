"""Which files of the user's own a Python file imports, directly or not, found without running anything."""

from __future__ import annotations

import ast
import importlib.util
import sysconfig
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

import heatsim

_FOREIGN = ("site-packages", "dist-packages")


def own_files(*files: Path) -> tuple[Path, ...]:
    """Return files and all that they import, sorted; those of Python, of installed packages and heatsim left out.

    Imports inside functions count, and so does `importlib.import_module` of a literal name.
    """
    found: set[Path] = set()
    waiting = [file.resolve() for file in files]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        if one.suffix == ".py":
            waiting.extend(path for name in _imports(one) for path in _files(name, one))
    return tuple(sorted(found))


def files_of(module: str, folder: Path) -> tuple[Path, ...]:
    """Return the files of the user's own that a module and the packages around it have, for an import in a folder."""
    return tuple(_files(module, folder / "_.py"))


def imported_by(files: tuple[Path, ...]) -> set[str]:
    """Return the names of modules that files import; relative ones are left out."""
    return {name for file in files for name in _imports(file) if not name.startswith(".")}


def _imports(file: Path) -> Iterator[str]:
    """Names of imported modules; relative ones begin with dots. Of `from a import b` both a and a.b."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return  # what cannot be parsed is said when it is run
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}.{alias.name}" if node.module else f"{base}{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value


def _files(name: str, importer: Path) -> Iterator[Path]:
    """Files of a module and of the packages around it."""
    stripped = name.lstrip(".")
    level = len(name) - len(stripped)
    parts = [part for part in stripped.split(".") if part]
    if level:
        folder = importer.parent
        for _ in range(level - 1):
            folder = folder.parent
        yield from _along(parts, [str(folder)], None)
    elif parts:
        yield from _along(parts, [str(importer.parent)], parts[0])


def _along(parts: list[str], folders: list[str], top: str | None) -> Iterator[Path]:
    for i, part in enumerate(parts):
        spec = _spec(part, folders, top if i == 0 else None)
        if spec is None:
            return
        if spec.origin and Path(spec.origin).is_file():
            origin = Path(spec.origin).resolve()
            if is_foreign(origin):
                return
            yield origin
        folders = list(spec.submodule_search_locations or ())
        if not folders:
            return


def _spec(part: str, folders: list[str], top: str | None) -> ModuleSpec | None:
    """Find a module as Python would: what the script's path has, then the folder beside it."""
    try:
        beside = PathFinder.find_spec(part, folders)
        if top is None or beside is not None:
            return beside
        return importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None


def is_foreign(file: Path) -> bool:
    """Whether a file is of Python, of an installed package, or of heatsim."""
    if any(part in _FOREIGN for part in file.parts):
        return True
    paths = sysconfig.get_paths()
    own = (paths["stdlib"], paths["platstdlib"], str(Path(heatsim.__file__).parent))
    return any(file.is_relative_to(Path(folder).resolve()) for folder in own)
