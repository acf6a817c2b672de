"""What a function carries besides the files that its code is in: closures, defaults, arguments, values of its module.

Two functions of one file may have one name, such as two lambdas, or what a decorator makes of one function; they differ
in what is found here.
"""

from __future__ import annotations

import dis
import functools
import hashlib
import inspect
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import xarray as xr

from heatsim.errors import UsageError
from heatsim.fmu import Fmu
from heatsim.sweeps.studies.imports import is_foreign
from heatsim.system import Signal, System

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_TABLES = (pd.DataFrame, pd.Series, pd.Index)
_LAMBDA = "<lambda>"
_PLACE = ("__file__", "__name__", "__spec__", "__loader__", "__package__")
"""What a module knows of where it lies; a project may be moved."""


def plain(function: Any) -> Any:
    """Return what a partial function calls in the end."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def functions(function: Any, seen: set[int] | None = None) -> Iterator[types.FunctionType]:
    """Give the function and those of the user's that it refers to, each once."""
    seen = set() if seen is None else seen
    inner = _function(function)
    if inner is None or id(inner) in seen:
        return
    seen.add(id(inner))
    yield inner
    for _, value in _referred(inner):
        found = _function(value) if inspect.isroutine(value) or isinstance(value, functools.partial) else None
        wrapped = found if found is not None else getattr(value, "__wrapped__", None)  # of functools.cache
        if inspect.isfunction(wrapped) and (wrapped.__module__ == inner.__module__ or _own(wrapped.__module__)):
            yield from functions(wrapped, seen)


def modules(function: Any) -> Iterator[types.ModuleType]:
    """Give the modules that the function and those that it refers to have imported, or take something from."""
    for inner in functions(function):
        for _, value in _referred(inner):
            if isinstance(value, types.ModuleType):
                yield value
            elif getattr(value, "__module__", None) in sys.modules and callable(value):
                yield sys.modules[value.__module__]


def imported(function: Any) -> set[str]:
    """Return the names of modules that are imported when the function runs; relative ones are left to their file."""
    found = set()
    for inner in functions(function):
        for code in _codes(inner.__code__):
            found |= {str(one.argval) for one in dis.get_instructions(code) if one.opname == "IMPORT_NAME"}
    return found - {""}


def carried(function: Any) -> list[tuple[str, str]]:
    """Return what a function carries, as name and text that is the same for the same content in whatever process.

    Raises
    ------
    UsageError
        For an object that no other process could have.
    """
    found = []
    given = function
    while isinstance(given, functools.partial):
        found.append(("arguments", _digest((given.args, given.keywords))))
        given = given.func
    if inspect.ismethod(given):
        found.append(("object", _digest(given.__self__)))
    elif not inspect.isfunction(given):
        found.append(("object", _digest(given)))
    for inner in functions(function):
        found.extend((f"{inner.__qualname__} {name}", text) for name, text in _of_one(inner))
    return found


def _of_one(inner: types.FunctionType) -> Iterator[tuple[str, str]]:
    yield "code", _source(inner)
    if inner.__defaults__ or inner.__kwdefaults__:
        yield "defaults", _digest((inner.__defaults__, inner.__kwdefaults__))
    cells = set(inner.__code__.co_freevars)
    for name, value in _referred(inner):
        if name in _PLACE:
            continue
        if name in cells:
            if not inspect.isfunction(value):
                yield name, _digest(value)
        elif isinstance(value, functools.partial) or _is_data(value):
            yield name, _digest(value)
        elif isinstance(value, System):
            yield name, _system(value)
        elif isinstance(value, type) and value.__module__ == inner.__module__:
            yield name, _class(value)


def _function(function: Any) -> types.FunctionType | None:
    """The function in Python that is called when something callable is."""
    found = plain(function)
    if inspect.ismethod(found):
        found = found.__func__
    elif not inspect.isfunction(found) and not isinstance(found, type):
        found = getattr(found, "__wrapped__", None) or inspect.getattr_static(type(found), "__call__", None)
    return found if inspect.isfunction(found) else None


def _referred(inner: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Name and value of all that a function may refer to: its closure, its module, the user's modules."""
    for name, cell in zip(inner.__code__.co_freevars, inner.__closure__ or (), strict=True):
        yield name, _content(cell)
    names = sorted({name for code in _codes(inner.__code__) for name in code.co_names})
    waiting = [(name, inner.__globals__[name]) for name in names if name in inner.__globals__]
    seen = set()
    while waiting:
        name, value = waiting.pop()
        yield name, value
        if isinstance(value, types.ModuleType) and id(value) not in seen and _own(value.__name__):
            seen.add(id(value))
            waiting.extend((f"{name}.{one}", vars(value)[one]) for one in names if one in vars(value))


def _own(module: str | None) -> bool:
    """Whether a module is a file of the user's."""
    file = getattr(sys.modules.get(module or ""), "__file__", None)
    return file is not None and not is_foreign(Path(file).resolve())


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None  # of a name that is not bound yet


def _source(function: types.FunctionType) -> str:
    if function.__code__.co_name == _LAMBDA:
        return _code(function.__code__)  # several may be on one line
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return _code(function.__code__)


def _class(value: type) -> str:
    """Methods and values of a class and its bases; another process that gets it has no source of the class itself."""
    found = []
    for one in value.__mro__:
        if one.__module__ != "__main__" and not _own(one.__module__):
            found.append(f"{one.__module__}.{one.__qualname__}")
            continue
        for name, member in sorted(vars(one).items()):
            inner = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(inner):
                found.append(f"{name} {_source(inner)}")
            elif not name.startswith("__") and _is_data(member):
                found.append(f"{name} {_digest(member)}")
    return repr(found)


def _code(code: types.CodeType) -> str:
    constants = [_code(one) if isinstance(one, types.CodeType) else _digest(one) for one in code.co_consts]
    return repr((code.co_code.hex(), code.co_names, code.co_varnames, constants))


def _is_data(value: Any) -> bool:
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(_is_data, value))
    if isinstance(value, dict):
        return all(_is_data(one) for pair in value.items() for one in pair)
    return isinstance(value, (*_PLAIN, *_TABLES, np.ndarray, np.generic, Path, xr.Dataset, xr.DataArray, Fmu, Signal))


def _digest(value: Any, within: frozenset[int] = frozenset()) -> str:
    """Text that is the same for the same content, in whatever process."""
    if isinstance(value, (*_PLAIN, Path)):
        return repr(value)
    if id(value) in within:
        return "itself"
    within = within | {id(value)}

    def inside(one: Any) -> str:
        return _digest(one, within)

    if isinstance(value, set | frozenset):
        return f"{{{sorted(map(inside, value))}}}"
    if type(value) in (list, tuple):
        return f"[{list(map(inside, value))}]"
    if type(value) is dict:
        return f"{{{[(inside(key), inside(one)) for key, one in value.items()]}}}"
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.hasobject:
            return f"{value.shape} {inside(value.tolist())}"
        return f"{value.dtype} {value.shape} {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    if isinstance(value, _TABLES):
        return _table(value, within)
    if isinstance(value, xr.Dataset | xr.DataArray):
        return inside(value.to_dict())
    if isinstance(value, functools.partial):
        return f"partial {inside(value.func)} {inside(value.args)} {inside(value.keywords)}"
    if isinstance(value, Fmu):
        return f"FMU {value.sha256}"
    if isinstance(value, Signal):
        return f"signal {value.interpolation} {value.unit} {value.span} {inside(value.times)} {inside(value.values)}"
    if inspect.isfunction(value):
        return _code(value.__code__)
    if isinstance(value, type):
        return f"{value.__qualname__} {_class(value)}"
    if _by_value(value):
        return f"{type(value).__qualname__} {_class(type(value))} {inside(dict(vars(value)))}"
    try:
        return hashlib.sha256(cloudpickle.dumps(value)).hexdigest()
    except Exception as error:
        raise UsageError(
            f"the study refers to {type(value).__name__}, which cannot be sent to another process: {error}; make it "
            "inside of the function"
        ) from error


def _system(value: System) -> str:
    """FMUs, signals and numbers of a system of the module; the rest of it is in the files that build it."""
    found = []
    for name, member in sorted(value.members.items()):
        unit = _digest(member.unit) if isinstance(member.unit, Fmu | Signal) else type(member.unit).__qualname__
        found.append((name, unit, *(sorted(one.items()) for one in (member.parameters, member.start, member.inputs))))
    return repr((found, sorted(map(repr, value.connections))))


def _table(value: Any, within: frozenset[int]) -> str:
    if isinstance(value, pd.Index):
        return f"{value.dtype} {value.names} {_digest(value.tolist(), within)}"
    columns = [value.iloc[:, i] for i in range(value.shape[1])] if isinstance(value, pd.DataFrame) else [value]
    texts = [f"{one.name!r} {one.dtype} {_digest(one.to_numpy(), within)}" for one in columns]
    return f"{_table(value.index, within)} {texts}"


def _by_value(value: Any) -> bool:
    """Whether an object is of a class of the user's, whose bytes differ from session to session."""
    module = type(value).__module__
    return hasattr(value, "__dict__") and not isinstance(value, type) and (module == "__main__" or _own(module))
