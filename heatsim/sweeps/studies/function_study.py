"""A function `study(case) -> Dataset | dict` as study: how it gets to other processes, and what it depends on.

A function of a module or script goes by name, and its file is read there again; one of a notebook, of the script that
runs, or a closure goes by value.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import io
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloudpickle
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.studies import script
from heatsim.sweeps.studies.carried import carried, functions, imported, modules, plain
from heatsim.sweeps.studies.edited import edited
from heatsim.sweeps.studies.fingerprint import of_file, of_heatsim, of_packages
from heatsim.sweeps.studies.imports import files_of, imported_by, is_foreign, own_files


@dataclass(frozen=True)
class FunctionStudy:
    """A function `study(case) -> Dataset | dict`.

    Attributes
    ----------
    function
        What runs a case. Its attribute `inputs`, if it has one, lists files that results depend on.
    found
        Script and name in it by which the function was asked for; a name of the script need not be that of the
        function, as with a lambda, a partial function or what a decorator has made.
    """

    function: Callable[[SweepCase], xr.Dataset | Mapping[str, Any]]
    _folder: Path = field(default_factory=Path.cwd, repr=False)
    found: tuple[Path, str] | None = None
    _values: str | None = field(default=None, repr=False)
    """Hash of what the function carries, found where it comes from: its source is not known elsewhere."""

    def __post_init__(self) -> None:
        inner = plain(self.function)
        if isinstance(inner, type):
            raise UsageError(f"the study {inner.__name__} is a class; give a function study(case), or an object of it")
        try:
            inspect.signature(self.function).bind(None)
        except TypeError as error:
            raise UsageError(f"the study {self.name} must take one argument, the case: study(case); {error}") from error
        except ValueError:
            return  # a builtin without a signature

    @property
    def name(self) -> str:
        """Name of the function."""
        if self.found is not None:
            return self.found[1]
        inner = plain(self.function)
        return str(getattr(inner, "__name__", type(inner).__name__))

    @property
    def file(self) -> Path | None:
        """File that defines the function; None for a notebook or a session."""
        if self.found is not None:
            return self.found[0]
        try:
            found = inspect.getsourcefile(_code_owner(self.function))
        except (OSError, TypeError):
            return None
        path = None if found is None else Path(found)
        return path.resolve() if path is not None and path.is_file() and not _of_notebook(path) else None

    @property
    def inputs(self) -> tuple[str | Path, ...]:
        """Files that results depend on, as the function says."""
        return tuple(getattr(self.function, "inputs", ()))

    @property
    def folder(self) -> Path:
        """Folder that names of its files refer to: that of its file, or the one it was found in."""
        return self._folder if self.file is None else self.file.parent

    def reference(self) -> str | None:
        """Return `FILE.py:FUNCTION`, None for a function that no file has under its name."""
        owner = self.function
        if self.found is not None:
            return f"{self.found[0]}:{self.found[1]}"
        if self.file is None or not inspect.isfunction(owner) or owner.__qualname__ != owner.__name__:
            return None
        # a decorated or deleted name would find something else
        return f"{self.file}:{owner.__name__}" if owner.__globals__.get(owner.__name__) is owner else None

    def fingerprint(self) -> Mapping[str, str]:
        """Return hashes of the function's file and those it imports, of the values it refers to, and of its inputs."""
        files = self.code()
        found = {_shown(path, self.file): of_file(path) for path in files}
        found[f"values of {self.name}"] = self._values or self._hashed()
        found.update({f"input {one}": of_file(self.folder / one) for one in self.inputs})
        used = {module.__name__ for module in modules(self.function)} | imported(self.function) | imported_by(files)
        first = {name.partition(".")[0] for name in used}
        known = of_heatsim() if "heatsim" in first else {}
        return {**found, **of_packages(first - known.keys()), **known}

    def _hashed(self) -> str:
        found = [*carried(self.function), *edited(functions(self.function))]
        return hashlib.sha256(repr(found).encode()).hexdigest()[:16]

    def code(self) -> tuple[Path, ...]:
        """Return the files of the user's own that the function needs: those it is in, and what they import."""
        files = {Path(inner.__code__.co_filename) for inner in functions(self.function)}
        files |= {Path(file) for module in modules(self.function) if (file := getattr(module, "__file__", None))}
        files = {file.resolve() for file in files if file.is_file() and not _of_notebook(file)}
        files |= {file for name in imported(self.function) for file in files_of(name, self._folder)}
        if self.file is not None:
            files.add(self.file)
        return own_files(*(file for file in files if not is_foreign(file)))

    def files(self, name: str, value: str) -> tuple[Path, ...]:
        """Return the file that a value names, if there is one."""
        path = self._folder / value
        return (path,) if len(value) < 1000 and path.suffix and path.is_file() else ()

    def check(self, case: SweepCase) -> None:
        """Take any names: the function knows what it reads."""

    def describe(self, name: str) -> tuple[str | None, str | None]:
        """Know nothing of what the function reads."""
        return None, None

    def warm(self) -> None:
        """Share nothing."""

    def run(self, case: SweepCase) -> xr.Dataset | Mapping[str, Any]:
        """Run a case."""
        return self.function(case)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.found is not None:
            return _from_script, (*self.found, self._folder)
        inner = plain(self.function)
        module = getattr(inner, "__module__", "") or ""
        return _by_pickle, (_bytes_of(self.function, module), self._folder, self._values or self._hashed())


def own_code(study: FunctionStudy) -> dict[str, str]:
    """Return path -> hash of the files that another process would read again to run a study."""
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    sent = None if main is None else Path(main).resolve()
    return {str(path): of_file(path) for path in study.code() if path != sent}


def _from_script(file: Path, name: str, folder: Path) -> FunctionStudy:
    return FunctionStudy(script.function_of(file, name), folder, (file, name))


def _by_pickle(content: bytes, folder: Path, values: str) -> FunctionStudy:
    return FunctionStudy(cloudpickle.loads(content), folder, _values=values)


def _bytes_of(function: Any, module: str) -> bytes:
    """Pickle a function: by name where another process can import its module, else by value."""
    by_value = None
    if module in sys.modules and module != "__main__" and not _importable(module):
        by_value = sys.modules[module]
        cloudpickle.register_pickle_by_value(by_value)
    try:
        content = io.BytesIO()
        _Pickler(content).dump(function)
        return content.getvalue()
    except Exception as error:
        raise UsageError(
            f"the study cannot be sent to another process: {type(error).__name__}: {error}; make what it uses inside "
            "of the function, such as an FMU or a file that it opens"
        ) from error
    finally:
        if by_value is not None:
            cloudpickle.unregister_pickle_by_value(by_value)


class _Pickler(cloudpickle.Pickler):
    """Also sends a cached function of the running script or notebook, which has no name in another process."""

    def reducer_override(self, one: Any) -> Any:
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__ == "__main__":
            return _cached, (one.__wrapped__, one.cache_parameters())
        return super().reducer_override(one)


def _cached(function: Any, parameters: dict[str, Any]) -> Any:
    return functools.lru_cache(**parameters)(function)


def _importable(module: str) -> bool:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    file = getattr(sys.modules[module], "__file__", None)
    return spec is not None and spec.origin == file


def _code_owner(function: Any) -> Any:
    inner = plain(function)
    if inspect.isfunction(inner) or inspect.ismethod(inner):
        return inspect.unwrap(inner)
    called = inspect.getattr_static(type(inner), "__call__", None)
    return called if inspect.isfunction(called) else type(inner)


def _of_notebook(path: Path) -> bool:
    """Whether a file is the copy of a cell that a kernel keeps, whose name changes with each session."""
    return bool(re.search(r"ipykernel_\d+", str(path)))


def _shown(path: Path, script_file: Path | None) -> str:
    folder = path.parent if script_file is None else script_file.parent
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
