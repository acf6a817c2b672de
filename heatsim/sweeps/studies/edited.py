"""Whether the script that runs is still what its file says: only the file can be known again in another session."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from pathlib import Path


def edited(functions: Iterable[types.FunctionType]) -> list[str]:
    """Return the code of functions of the running script that its file does not have, as it was edited meanwhile.

    They run as they were, and a file that says something else must not stand for them. Functions of modules are read
    again by other processes, and those of a notebook have no file.
    """
    known: dict[str, set[str] | None] = {}
    found = []
    for one in functions:
        file = one.__code__.co_filename
        if one.__globals__.get("__name__") != "__main__":
            continue
        if file not in known:
            known[file] = _codes(Path(file))
        there, text = known[file], _text(one.__code__)
        if there is not None and text not in there:
            found.append(text)
    return found


def _codes(file: Path) -> set[str] | None:
    """Texts of all code of a file; None when it is no file, or cannot be read as one of Python."""
    try:
        code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError):
        return None if not file.is_file() else set()
    return {_text(one) for one in _all(code)}


def _all(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all(constant)


def _text(code: types.CodeType) -> str:
    """What code does, without where it stands."""
    constants = [_text(one) if isinstance(one, types.CodeType) else _constant(one) for one in code.co_consts]
    return repr((code.co_name, code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants))


def _constant(value: object) -> str:
    # sets have no order that is the same twice
    return f"{sorted(map(repr, value))}" if isinstance(value, frozenset) else repr(value)
