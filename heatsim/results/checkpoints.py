"""Keeps checkpoints on disk: one file of numpy arrays with a header in JSON, complete or not there."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

import heatsim
from heatsim.errors import UsageError
from heatsim.solvers.checkpoint import Checkpoint
from heatsim.whole_file import whole_file

_FORMAT = "heatsim checkpoint"
_VERSION = 1
_ARRAY, _BYTES = "__array__", "__bytes__"
_FIELDS = tuple(Checkpoint.__dataclass_fields__)


def save_checkpoint(kept: Checkpoint, path: str | Path) -> Path:
    """Write a checkpoint under a temporary name, then rename: the file under `path` is always a whole one.

    Raises
    ------
    UsageError
        When the folder cannot be written, or a unit's own state holds what a file cannot.
    """
    target = Path(path)
    arrays: dict[str, np.ndarray] = {}
    fields = {name: getattr(kept, name) for name in _FIELDS}
    for unit, state in kept.hidden.items():
        _pack(state, {}, f"{target}: get_state() of '{unit}'")
    tree = _pack(fields, arrays, f"{target}: the checkpoint")
    header = {"format": _FORMAT, "version": _VERSION, "heatsim_version": heatsim.__version__, "content": tree}
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    with whole_file(target, "the checkpoint") as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    return target


class Keeper:
    """Writes each checkpoint of a run to one file, the newest in place of the one before."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __call__(self, kept: Checkpoint) -> None:
        """Write a checkpoint."""
        save_checkpoint(kept, self.path)


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read a checkpoint; nothing in the file is executed.

    Raises
    ------
    UsageError
        When there is no such file, or it is no checkpoint.
    """
    source = Path(path)
    if not source.is_file():
        raise UsageError(f"{source}: no such checkpoint; check the path")
    try:
        with np.load(source, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays["header"].tobytes().decode())
        if header["format"] != _FORMAT:
            raise ValueError("another kind of file")
        if header["version"] != _VERSION:
            raise UsageError(
                f"{source}: the checkpoint has format {header['version']} of heatsim {header['heatsim_version']}, this "
                f"heatsim reads format {_VERSION}; resume it with that version"
            )
        content = _unpack(header["content"], arrays)
        content["states"], content["externals"] = tuple(content["states"]), tuple(content["externals"])
        return Checkpoint(**content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{source}: is no checkpoint of heatsim, or a damaged one; give the file of a run") from error


def _pack(value: Any, arrays: dict[str, np.ndarray], where: str) -> Any:
    """A tree that JSON can hold; arrays and bytes go to `arrays`."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or key in (_ARRAY, _BYTES):
                raise UsageError(f"{where} has the key {key!r}; use strings as keys")
        return {key: _pack(item, arrays, where) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_pack(item, arrays, where) for item in value]
    if isinstance(value, bytes | bytearray):
        name = f"a{len(arrays)}"
        arrays[name] = np.frombuffer(bytes(value), dtype=np.uint8)
        return {_BYTES: name}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {_ARRAY: name}
    if isinstance(value, np.bool_ | np.integer | np.floating):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise UsageError(
        f"{where} holds a {type(value).__name__}, which a file cannot keep; use numbers, strings, lists, dicts, arrays"
    )


def _unpack(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(tree, dict):
        if set(tree) == {_ARRAY}:
            return arrays[tree[_ARRAY]]
        if set(tree) == {_BYTES}:
            return arrays[tree[_BYTES]].tobytes()
        return {key: _unpack(item, arrays) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_unpack(item, arrays) for item in tree]
    return tree
