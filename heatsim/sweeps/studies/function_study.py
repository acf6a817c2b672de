"""A function `study(case) -> Dataset | dict` as study: how it gets to other processes, and what it depends on.

A function of a module or script goes by name, and its file is read there again; one of a notebook, of the script that
runs, or a closure goes by value.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import xarray as xr

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.studies import script
from heatsim.sweeps.studies.fingerprint import of_file, of_heatsim
from heatsim.sweeps.studies.imports import imports_heatsim, own_files

_PLAIN = (bool, int, float, complex, str, bytes, type(None))


@dataclass(frozen=True)
class FunctionStudy:
    """A function `study(case) -> Dataset | dict`.

    Attributes
    ----------
    function
        What runs a case. Its attribute `inputs`, if it has one, lists files that results depend on.
    """

    function: Callable[[SweepCase], xr.Dataset | Mapping[str, Any]]
    _folder: Path = field(default_factory=Path.cwd, repr=False)

    def __post_init__(self) -> None:
        inner = _plain(self.function)
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
        inner = _plain(self.function)
        return str(getattr(inner, "__name__", type(inner).__name__))

    @property
    def file(self) -> Path | None:
        """File that defines the function; None for a notebook or a session."""
        try:
            found = inspect.getsourcefile(_code_owner(self.function))
        except TypeError:
            return None
        path = None if found is None else Path(found)
        return path.resolve() if path is not None and path.is_file() and not _of_notebook(path) else None

    def reference(self) -> str | None:
        """Return `FILE.py:FUNCTION`, None for a function that no file has under its name."""
        owner = self.function
        if self.file is None or not inspect.isfunction(owner) or owner.__qualname__ != owner.__name__:
            return None
        # a decorated or deleted name would find something else
        return f"{self.file}:{owner.__name__}" if owner.__globals__.get(owner.__name__) is owner else None

    def fingerprint(self) -> Mapping[str, str]:
        """Return hashes of the function's file and those it imports, of the values it refers to, and of its inputs."""
        files = () if self.file is None else own_files(self.file)
        found = {_shown(path, self.file): of_file(path) for path in files}
        parts = dict(_parts(self.function, whole_file=self.file))
        if parts:
            found[f"values of {self.name}"] = hashlib.sha256(repr(sorted(parts.items())).encode()).hexdigest()[:16]
        base = self._folder if self.file is None else self.file.parent
        found.update({f"input {one}": of_file(base / one) for one in getattr(self.function, "inputs", ())})
        modules = {value.__name__.partition(".")[0] for value in _modules(self.function)}
        return {**found, **(of_heatsim() if "heatsim" in modules or imports_heatsim(files) else {})}

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
        function = self.function
        module = getattr(function, "__module__", "") or ""
        name = getattr(function, "__qualname__", "")
        if module.startswith(script.module_name(Path("_"))[:15]) and self.file is not None and "." not in name:
            return _from_script, (self.file, name, self._folder)
        return _by_pickle, (_bytes_of(function, module), self._folder)


def own_code(study: FunctionStudy) -> dict[str, str]:
    """Return path -> hash of the files that another process would read again to run a study."""
    files = () if study.file is None else own_files(study.file)
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    sent = None if main is None else Path(main).resolve()
    return {str(path): of_file(path) for path in files if path != sent}


def _from_script(file: Path, name: str, folder: Path) -> FunctionStudy:
    return FunctionStudy(script.function_of(file, name), folder)


def _by_pickle(content: bytes, folder: Path) -> FunctionStudy:
    return FunctionStudy(cloudpickle.loads(content), folder)


def _bytes_of(function: Any, module: str) -> bytes:
    """Pickle a function: by name where another process can import its module, else by value."""
    by_value = None
    if module in sys.modules and module != "__main__" and not _importable(module):
        by_value = sys.modules[module]
        cloudpickle.register_pickle_by_value(by_value)
    try:
        return cloudpickle.dumps(function)
    except Exception as error:
        raise UsageError(
            f"the study cannot be sent to another process: {type(error).__name__}: {error}; make what it uses inside "
            "of the function, such as an FMU or a file that it opens"
        ) from error
    finally:
        if by_value is not None:
            cloudpickle.unregister_pickle_by_value(by_value)


def _importable(module: str) -> bool:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    file = getattr(sys.modules[module], "__file__", None)
    return spec is not None and spec.origin == file


def _plain(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _code_owner(function: Any) -> Any:
    inner = _plain(function)
    if inspect.isfunction(inner) or inspect.ismethod(inner):
        return inspect.unwrap(inner)
    return type(inner)


def _of_notebook(path: Path) -> bool:
    """Whether a file is the copy of a cell that a kernel keeps, whose name changes with each session."""
    return bool(re.search(r"ipykernel_\d+", str(path)))


def _shown(path: Path, script_file: Path | None) -> str:
    folder = path.parent if script_file is None else script_file.parent
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _modules(function: Any) -> Iterator[types.ModuleType]:
    for inner in _functions(function):
        for name in _names(inner.__code__):
            value = inner.__globals__.get(name)
            if isinstance(value, types.ModuleType):
                yield value
            elif getattr(value, "__module__", None) in sys.modules and callable(value):
                yield sys.modules[value.__module__]


def _functions(function: Any, seen: set[int] | None = None) -> Iterator[types.FunctionType]:
    """The function, and those of the same module that it refers to."""
    seen = set() if seen is None else seen
    owner = _plain(function)
    inner = inspect.unwrap(owner) if inspect.isfunction(owner) else getattr(owner, "__func__", None)
    if inner is None:
        inner = vars(type(owner)).get("__call__")
    if not inspect.isfunction(inner) or id(inner) in seen:
        return
    seen.add(id(inner))
    yield inner
    for name in _names(inner.__code__):
        value = inner.__globals__.get(name)
        if inspect.isfunction(value) and value.__module__ == inner.__module__:
            yield from _functions(value, seen)
    for cell in inner.__closure__ or ():
        if inspect.isfunction(_content(cell)):
            yield from _functions(_content(cell), seen)


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _parts(function: Any, whole_file: Path | None) -> Iterator[tuple[str, str]]:
    """What a function refers to besides the code in files: closures, defaults, plain values of its module.

    Of a function without a file the code itself as well.
    """
    given = function
    while isinstance(given, functools.partial):
        yield f"arguments of {given.func!r:.40}".partition(" at 0x")[0], _digest((given.args, given.keywords))
        given = given.func
    if inspect.ismethod(given):
        yield "object", _digest(given.__self__)
    elif not inspect.isfunction(given):
        yield "object", _digest(given)
    for inner in _functions(function):
        label = inner.__qualname__
        if whole_file is None:
            yield f"{label} code", _source(inner)
        if inner.__defaults__ or inner.__kwdefaults__:
            yield f"{label} defaults", _digest((inner.__defaults__, inner.__kwdefaults__))
        for name, cell in zip(inner.__code__.co_freevars, inner.__closure__ or (), strict=True):
            if not inspect.isfunction(_content(cell)):
                yield f"{label} {name}", _digest(_content(cell))
        for name in sorted(set(_names(inner.__code__))):
            value = inner.__globals__.get(name)
            if isinstance(value, type) and whole_file is None and value.__module__ == inner.__module__:
                yield f"{label} {name}", _source(value)
            elif name in inner.__globals__ and _is_data(value):
                yield f"{label} {name}", _digest(value)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None  # of a name that is not bound yet


def _source(value: Any) -> str:
    try:
        return inspect.getsource(value)
    except (OSError, TypeError):
        code = getattr(value, "__code__", None)
        return _digest(value) if code is None else _code(code)


def _code(code: types.CodeType) -> str:
    constants = [_code(one) if isinstance(one, types.CodeType) else _digest(one) for one in code.co_consts]
    return repr((code.co_code.hex(), code.co_names, code.co_varnames, constants))


def _is_data(value: Any) -> bool:
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_data, value))
    if isinstance(value, dict):
        return all(_is_data(one) for pair in value.items() for one in pair)
    return isinstance(value, (*_PLAIN, np.ndarray, np.generic, Path, xr.Dataset, xr.DataArray))


def _digest(value: Any) -> str:
    """Text that is the same for the same content, in whatever process."""
    if isinstance(value, set | frozenset):
        return f"{{{sorted(map(_digest, value))}}}"
    if isinstance(value, list | tuple):
        return f"[{[_digest(one) for one in value]}]"
    if isinstance(value, dict):
        return f"{{{[(_digest(key), _digest(one)) for key, one in value.items()]}}}"
    if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
        return f"{value.dtype} {value.shape} {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    if isinstance(value, xr.Dataset | xr.DataArray):
        return _digest(value.to_dict())
    if isinstance(value, (*_PLAIN, Path)):
        return repr(value)
    if inspect.isfunction(value):
        return _code(value.__code__)
    try:
        return hashlib.sha256(cloudpickle.dumps(value)).hexdigest()
    except Exception as error:
        raise UsageError(
            f"the study refers to {type(value).__name__}, which cannot be sent to another process: {error}; make it "
            "inside of the function"
        ) from error
