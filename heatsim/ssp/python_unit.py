"""Units written in Python as files: equations as data, or the class with the arguments of its constructor.

A continuous unit becomes the list of its elementary operations, which needs no code to be read. A sampled unit, and a
continuous one with a table, becomes its class and arguments, found among its attributes and parameters. They are used
only when a unit made from them is the same as the original.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from heatsim.errors import UsageError
from heatsim.ssp import equations
from heatsim.ssp.values import NotPlain, class_path, decode, encode, load_class
from heatsim.system.member import AnyUnit
from heatsim.system.protocols import ContinuousUnit, SampledUnit


def describe(name: str, unit: ContinuousUnit | SampledUnit) -> dict[str, Any]:
    """JSON data from which `rebuild` makes the unit again.

    Raises
    ------
    UsageError
        When it cannot be written; names the unit and what to do.
    """
    reasons: list[str] = []
    if isinstance(unit, ContinuousUnit) and not hasattr(unit, "step"):
        try:
            return equations.describe(name, unit)
        except NotPlain as error:
            reasons.append(str(error))
    try:
        return _by_class(unit)
    except NotPlain as error:
        reasons.append(str(error))
    raise UsageError(
        f"{name}: a {type(unit).__name__} cannot be written to an SSP file, because {'; '.join(reasons)}. Make it a "
        "class in a module of its own that keeps the arguments of its constructor as attributes (a dataclass does), "
        "or put an FMU in its place"
    )


def rebuild(name: str, data: Any, allow: Sequence[str] = ()) -> AnyUnit:
    """Unit from its description.

    Parameters
    ----------
    name
        Name of the component for messages.
    data
        What `describe` gave.
    allow
        Packages besides heatsim whose classes may be imported.

    Raises
    ------
    UsageError
        When the description is damaged, or its class is not allowed or cannot be made.
    """
    try:
        if not isinstance(data, dict) or data.get("kind") not in ("equations", "class"):
            raise UsageError("the file of the unit is not one of heatsim's; export it again")
        if data["kind"] == "equations":
            return equations.rebuild(data)
        cls = load_class(str(data["class"]), allow)
        if not any(hasattr(cls, method) for method in ("step", "equations")):
            raise UsageError(f"'{data['class']}' is no unit; the file was not written by heatsim")
        arguments = {str(k): decode(v, allow) for k, v in dict(data["arguments"]).items()}
        try:
            unit = cls(**arguments)
        except UsageError:
            raise
        except Exception as error:  # whatever a constructor makes of arguments from a file
            raise UsageError(
                f"{data['class']} does not take its arguments ({error}); install the version of then"
            ) from error
        if not isinstance(unit, ContinuousUnit | SampledUnit):
            raise UsageError(f"'{data['class']}' is no unit; the file was not written by heatsim")
        return unit
    except UsageError as error:
        raise UsageError(f"component '{name}': {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UsageError(f"component '{name}': the file of the unit is damaged ({error}); export it again") from error


def _by_class(unit: Any) -> dict[str, Any]:
    cls = type(unit)
    path = class_path(cls)
    arguments: dict[str, Any] = {}
    for name, has_default in _constructor(cls):
        found, value = _argument(unit, name)
        if found:
            try:
                arguments[name] = encode(value)
            except NotPlain as error:
                raise NotPlain(f"the argument '{name}' of {cls.__name__} is no plain data ({error})") from error
        elif not has_default:
            raise NotPlain(f"the argument '{name}' of {cls.__name__} is kept in no attribute")
    try:
        again = cls(**{k: decode(v, [cls.__module__.partition(".")[0]]) for k, v in arguments.items()})
    except (TypeError, ValueError, UsageError) as error:
        raise NotPlain(f"a {cls.__name__} cannot be made again from its attributes ({error})") from error
    different = _difference(unit, again)
    if different is not None:
        raise NotPlain(f"a new {cls.__name__} with the same arguments has another '{different}'")
    return {"kind": "class", "class": path, "arguments": arguments}


def _constructor(cls: type) -> list[tuple[str, bool]]:
    """Arguments of the constructor by name, and whether each has a default."""
    if cls.__init__ is object.__init__:  # type: ignore[misc]
        return []
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise NotPlain(f"the constructor of {cls.__name__} takes arguments without names")
    return [(p.name, p.default is not p.empty) for p in parameters]


def _argument(unit: Any, name: str) -> tuple[bool, Any]:
    """Value of an argument, from the attribute of its name or the default of the parameter of its name."""
    for attribute in (name, f"_{name}"):
        if hasattr(unit, attribute):
            return True, getattr(unit, attribute)
    for port in getattr(unit, "parameters", ()):
        if port.name == name:
            return True, port.start
    return False, None


def _difference(a: Any, b: Any) -> str | None:
    """Name of the first attribute in which two units differ."""
    groups = ("inputs", "outputs", "parameters", "states", "period", "offset")
    names = [*groups, *vars(a), *(n for n in vars(b) if n not in vars(a))]
    missing = object()
    return next((n for n in names if not _same(getattr(a, n, missing), getattr(b, n, missing))), None)


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(v, b[k]) for k, v in a.items())
    if type(a).__eq__ is object.__eq__ and hasattr(a, "__dict__") and not callable(a):
        return _same(vars(a), vars(b))
    return bool(a == b)
