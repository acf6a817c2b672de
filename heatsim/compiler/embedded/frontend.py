"""Front end: run rumoca in a child process and give back the flat model, or an error that names file and line.

The model is always compiled through a small wrapper class `extends Model(...)`, which carries the compile-time
modifications. A package is given to rumoca as its folder and a single file as that file, so that neighbours on disk
are not read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.compiler.embedded.sources import SourceMap
from heatsim.errors import CompilerError, UnsupportedModelicaError, UsageError

WRAPPER = "HeatsimCompiledModel"
_PROBE = "heatsimProbe"
TIME_LIMIT = 300.0  # s, for the child process; the largest plants take a few seconds

_WORKER = Path(__file__).with_name("_front_end_worker.py")
_QUALIFIED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class FrontEndResult:
    """Flat model as the front end wrote it, and the files it came from."""

    flat: dict[str, Any]
    sources: SourceMap


def modelica_value(value: object) -> str:
    """Write a Python value as a Modelica expression.

    Numbers, bools, strings and (nested) sequences; a string that is a qualified name, such as `Types.Kind.linear`, is
    taken as an enumeration literal.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return value if _QUALIFIED.fullmatch(value) else f'"{quoted}"'
    if hasattr(value, "tolist"):
        return modelica_value(value.tolist())
    if isinstance(value, (int, float)):
        if value != value or value in (float("inf"), float("-inf")):
            raise UsageError(f"a parameter cannot be {value}; give a finite number")
        return repr(value)
    if isinstance(value, Sequence):
        return "{" + ", ".join(modelica_value(item) for item in value) + "}"
    raise UsageError(f"cannot write {value!r} as a Modelica value; give a number, bool, string or a list of these")


def modification(parameters: Mapping[str, object]) -> str:
    """Turn `{"a": 1, "b.c": 2}` into `(a=1, b(c=2))`; an empty mapping gives an empty string."""
    tree: dict[str, Any] = {}
    for name, value in parameters.items():
        parts = name.split(".")
        if not all(_IDENTIFIER.fullmatch(part) for part in parts):
            raise UsageError(
                f"parameter '{name}' cannot be set at compile time; give the whole array under its own name"
            )
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = modelica_value(value)

    def write(node: dict[str, Any]) -> str:
        items = (f"{k}{write(v)}" if isinstance(v, dict) else f"{k}={v}" for k, v in node.items())
        return "(" + ", ".join(items) + ")"

    return write(tree) if tree else ""


def library_files(library: Path) -> list[Path]:
    """Return the Modelica files of a package folder, or the one file itself."""
    if library.is_dir():
        if not (library / "package.mo").is_file():
            raise UsageError(
                f"{library} is not a Modelica package: it has no package.mo; give the folder of the package"
            )
        return sorted(library.rglob("*.mo"))
    if not library.is_file():
        raise UsageError(f"no Modelica library at {library}; give a package folder or one .mo file")
    return [library]


def flatten(
    model: str,
    library: Path,
    parameters: Mapping[str, object] | None = None,
    *,
    needs: Sequence[Path] = (),
    also_call: Sequence[str] = (),
    time_limit: float = TIME_LIMIT,
) -> FrontEndResult:
    """Parse, check and flatten a model.

    Parameters
    ----------
    model : qualified class name
    library : package folder or single file
    parameters : compile-time modifications by dotted name
    needs : further libraries that the library uses
    also_call : calls such as `Package.f(time)`, to have the bodies of these functions in the result
    time_limit : s, after which the child process is stopped

    Raises
    ------
    UsageError
        The library does not exist or the class name is not one.
    CompilerError
        The front end reports an error, panics or does not finish.
    """
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", model):
        raise UsageError(f"'{model}' is not a Modelica class name; write it like Library.Package.Class")
    libraries = [item.parent if item.name == "package.mo" else item for item in (library, *needs)]
    request = {
        "roots": [str(item.resolve()) for item in libraries],
        "files": [str(file.resolve()) for item in libraries for file in library_files(item)],
        "source": _wrapper(model, parameters or {}, libraries[1:], also_call),
        "model": WRAPPER,
    }
    try:
        done = subprocess.run(
            [sys.executable, str(_WORKER)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CompilerError(
            f"{model}: the Modelica front end did not finish within {time_limit:g} s; make arrays smaller or "
            "split the model"
        ) from error
    if done.returncode != 0:
        raise CompilerError(_crash_message(model, done.stderr))
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise _front_end_error(model, answer["error"], answer["syntax"])
    sources = {number: (path, text.encode()) for number, path, text in answer["files"]}
    for number in range(len(also_call)):
        del answer["flat"]["variables"][f"{_PROBE}{number}"]
    return FrontEndResult(answer["flat"], SourceMap(sources))


def _wrapper(model: str, parameters: Mapping[str, object], needs: Sequence[Path], also_call: Sequence[str]) -> str:
    """Return the class that is flattened. A library among several is only read when the class imports it."""
    imports = "".join(f" import {item.name};" for item in needs if item.is_dir())
    probes = "".join(f" Real {_PROBE}{number} = {call};" for number, call in enumerate(also_call))
    return f"model {WRAPPER}{imports} extends {model}{modification(parameters)};{probes} end {WRAPPER};"


def _crash_message(model: str, stderr: str) -> str:
    """Explain a panic of the front end in one line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if "panicked at" in line:
            reason = lines[number + 1] if number + 1 < len(lines) else ""
            hint = (
                "; a reduction such as sum(... for j in ...) inside a for loop over i is a known cause: write it "
                "with arrays or in "
                "a function"
                if "comprehension" in reason
                else "; simplify the class that was edited last"
            )
            return f"{model}: the Modelica front end broke down ({reason}){hint}"
    return f"{model}: the Modelica front end broke down: {lines[-1] if lines else 'no message'}"


def _front_end_error(model: str, text: str, syntax: Sequence[Mapping[str, Any]]) -> CompilerError:
    """Turn the front end's answer into one line; syntax errors first, because they cause the others."""
    if syntax:
        first = syntax[0]
        place = re.search(r"\[[^\]\n]*:(\d+):(\d+)\]", first["message"])
        reason = re.search(r"×\s*(.+)", first["message"])
        where = f"{first['file']}:{place[1]}:{place[2]}" if place else f"{first['file']}:{first['line']}"
        more = f" (and {len(syntax) - 1} more files with syntax errors)" if len(syntax) > 1 else ""
        return CompilerError(f"{where}: syntax error: {reason[1].strip() if reason else first['message']}{more}")
    lines = [line.strip(" -") for line in text.splitlines() if line.strip()]
    message = (
        lines[0].replace(f"{WRAPPER} could not be compiled: ", "").replace(WRAPPER, model) if lines else "no message"
    )
    message = message.replace("todae failed: ", "").replace(f"{model} failed in ToDae: ", "")
    if "does not exist" in message and f"`{model}`" in message:
        return CompilerError(f"no class {model} in this library; check the name and the within clauses ({message})")
    if message.startswith("unsupported Flat semantic owner"):
        return UnsupportedModelicaError(f"{model}: the front end does not take {message.split('owner', 1)[1].strip()}")
    return CompilerError(f"{model}: {message}")
