"""Python values in JSON and back: numbers, text, lists, tuples, arrays, enumeration members, dataclasses of them."""

from __future__ import annotations

import dataclasses
import importlib
import math
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np

from heatsim.errors import UsageError

_KIND = "$"  # key that marks what JSON has no type for


class NotPlain(Exception):
    """A value that cannot be written as data."""


def encode(value: Any) -> Any:
    """JSON form of a value; `decode` gives an equal value back.

    Raises
    ------
    NotPlain
        For functions, open files and other things that are no data.
    """
    if isinstance(value, Enum):
        return {_KIND: "enum", "class": class_path(type(value)), "name": value.name}
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {_KIND: "float", "value": repr(value)}
    if isinstance(value, np.generic):
        return encode(value.item())
    if isinstance(value, np.ndarray):
        return {
            _KIND: "array",
            "type": str(value.dtype),
            "shape": list(value.shape),
            "values": encode(value.ravel().tolist()),
        }
    if type(value) is tuple:
        return {_KIND: "tuple", "values": [encode(v) for v in value]}
    if type(value) is list:
        return [encode(v) for v in value]
    if type(value) is dict and all(isinstance(k, str) for k in value) and _KIND not in value:
        return {k: encode(v) for k, v in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
        return {_KIND: "dataclass", "class": class_path(type(value)), "fields": fields}
    raise NotPlain(f"{type(value).__name__} is no plain value")


def decode(data: Any, allow: Sequence[str] = ()) -> Any:
    """Value from its JSON form.

    Parameters
    ----------
    data
        What `encode` gave.
    allow
        Packages besides heatsim whose dataclasses and enumerations may be made.

    Raises
    ------
    UsageError
        When a class may not be used or is no dataclass or enumeration.
    """
    if isinstance(data, list):
        return [decode(v, allow) for v in data]
    if not isinstance(data, dict):
        return data
    kind = data.get(_KIND)
    if kind is None:
        return {k: decode(v, allow) for k, v in data.items()}
    if kind == "float":
        return float(data["value"])
    if kind == "tuple":
        return tuple(decode(v, allow) for v in data["values"])
    if kind == "array":
        return np.array(decode(data["values"], allow), dtype=np.dtype(data["type"])).reshape(data["shape"])
    cls = load_class(data["class"], allow)
    if kind == "enum" and issubclass(cls, Enum):
        return cls[data["name"]]
    if kind == "dataclass" and dataclasses.is_dataclass(cls):
        return cls(**{k: decode(v, allow) for k, v in data["fields"].items()})
    raise UsageError(f"'{data['class']}' is no {kind}; the file and the installed version do not fit together")


def class_path(cls: type) -> str:
    """`module:Name` of a class that can be imported.

    Raises
    ------
    NotPlain
        When it was defined inside a function or in the main script.
    """
    path = f"{cls.__module__}:{cls.__qualname__}"
    if "<locals>" in cls.__qualname__ or cls.__module__ == "__main__":
        raise NotPlain(f"the class {cls.__qualname__} cannot be imported; move it to a module of its own")
    return path


def load_class(path: str, allow: Sequence[str] = ()) -> type:
    """Class by its `module:Name`; only from heatsim and the packages of `allow`, since importing runs code.

    Raises
    ------
    UsageError
        When the package is not allowed, or has no such class.
    """
    module, _, name = path.partition(":")
    package = module.partition(".")[0]
    if package != "heatsim" and not any(module == a or module.startswith(f"{a}.") for a in allow):
        raise UsageError(
            f"the class '{path}' is not heatsim's, and importing it runs its code; pass allow=['{package}'] if you "
            "trust it"
        )
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the class '{path}' cannot be imported ({error}); install the package it is in") from error
    if not isinstance(found, type):
        raise UsageError(f"'{path}' is no class; the file was not written by heatsim")
    return found
