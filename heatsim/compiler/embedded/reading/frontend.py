"""Front end: run rumoca in a child process and give back the flat model, or an error that names file and line.

The model is always compiled through a small wrapper class `extends Model(...)`, which carries the compile-time
modifications. A package is given to rumoca as its folder and a single file as that file, so that neighbours on disk
are not read.
"""

from __future__ import annotations

import itertools
import json
import marshal
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.compiler.embedded.collector import no_collection
from heatsim.compiler.embedded.reading import bisection, misfits
from heatsim.compiler.embedded.reading.bisection import Change
from heatsim.compiler.embedded.reading.classes import used_classes
from heatsim.compiler.embedded.reading.front_end_errors import crash, front_end_error, syntax_error, unbalanced
from heatsim.compiler.embedded.reading.function_bodies import hide, restore
from heatsim.compiler.embedded.reading.rewriting import Rewritten, original_places, put_back, rewrite
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.compiler.embedded.reading.stream_marks import mark, resolve
from heatsim.errors import CompilerError, UnsupportedModelicaError, UsageError

WRAPPER = "HeatsimCompiledModel"
_PROBE = "heatsimProbe"
_LATE = re.compile(r"ToDae(?!.*unbalanced model)", re.DOTALL)  # refused by the step behind the flat model
# what the front end says when it may be about streams
_STREAM = re.compile(r"(?:inStream|actualStream)\(\) cannot|[sS]tream variable [`']|invalid array subscript")
_PLACED = re.compile(r":\d+:\d+: |^no class ")
_SPARE = "heatsimSpare"
TIME_LIMIT = 300.0  # s, for the child process; the largest plants take a few seconds

_WORKER = Path(__file__).with_name("_front_end_worker.py")
_QUALIFIED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class FrontEndResult:
    """Flat model as the front end wrote it, and the files it came from.

    `problem` is the front end's judgment that there are too few or too many equations, which does not say which; the
    flat model is given all the same, for the compiler to find out.
    """

    flat: dict[str, Any]
    sources: SourceMap
    problem: str = ""


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
    surplus: int = 0,
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
    surplus : equations that the model has too many, negative when it has too few; made up for by spare variables and
        equations, which are not in the result

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
        "source": _wrapper(model, parameters or {}, libraries[1:], also_call, surplus),
        "model": WRAPPER,
    }
    first = answer = _run(model, request, time_limit)
    marks_streams = bool(_STREAM.search(answer.get("error", "")))
    if marks_streams:
        answer = _run_rewritten(model, request, time_limit, answer, marks_streams=True)
    hides_bodies = "crash" in answer or bool(_LATE.search(answer.get("error", "")))
    if hides_bodies:
        before = answer
        answer = _run_rewritten(model, request, time_limit, answer, marks_streams=marks_streams, hides_bodies=True)
        hides_bodies = answer is not before
    marks_streams = marks_streams and answer is not first

    def located(error: CompilerError) -> CompilerError:
        """Return the error with its place, when running the front end on parts of the model tells it."""

        def wrapper(more: int) -> str:
            return _wrapper(model, parameters or {}, libraries[1:], also_call, surplus + more)

        if _PLACED.search(str(error)) and not misfits.is_better(_said(answer)):
            return error
        return _locate(model, request, wrapper, error, answer, changed)

    def changed(text: bytes) -> list[Change]:
        return _changes(text, marks_streams, hides_bodies)

    if "crash" in answer:
        raise located(crash(model, answer["crash"], _all_sources(request["files"])))
    if "error" in answer and answer["syntax"]:
        raise syntax_error(answer["syntax"])
    balance = unbalanced(answer.get("error", ""))
    if balance and not surplus:
        problem = front_end_error(model, answer["error"].replace(WRAPPER, model), SourceMap())
        front = flatten(
            model, library, parameters, needs=needs, also_call=also_call, time_limit=time_limit, surplus=balance
        )
        return FrontEndResult(front.flat, front.sources, str(problem))
    if "error" in answer:
        raise located(front_end_error(model, answer["error"].replace(WRAPPER, model), _all_sources(request["files"])))
    sources: dict[int, tuple[str, bytes]] = answer.get("sources") or {
        number: (path, text.encode()) for number, path, text in answer["files"]
    }
    for number in range(len(also_call)):
        del answer["flat"]["variables"][f"{_PROBE}{number}"]
    if surplus:
        _drop_spares(answer["flat"])
    return FrontEndResult(answer["flat"], SourceMap(sources))


def _run(model: str, request: Mapping[str, Any], time_limit: float) -> dict[str, Any]:
    """Run the child process; its answer has `flat` and `files`, or `error` and `syntax`, or the `crash` message."""
    try:
        done = subprocess.run(
            [sys.executable, str(_WORKER)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CompilerError(
            f"{model}: the Modelica front end did not finish within {time_limit:g} s; make arrays smaller or "
            "split the model"
        ) from error
    if done.returncode != 0:
        return {"crash": done.stderr.decode("utf-8", "replace")}
    with no_collection():
        answer: dict[str, Any] = marshal.loads(done.stdout)
    return answer


def _run_rewritten(
    model: str,
    request: Mapping[str, Any],
    time_limit: float,
    first: dict[str, Any],
    *,
    marks_streams: bool = False,
    hides_bodies: bool = False,
) -> dict[str, Any]:
    """Run again on rewritten sources, in which the front end takes the bodies of functions or inStream.

    The answer has the `sources` as the user wrote them; it is that of the first run when nothing can be rewritten or
    the front end still has something against what was rewritten (`function_bodies`, `stream_marks`).
    """
    with tempfile.TemporaryDirectory(prefix="heatsim_") as folder:
        roots, written = _rewritten(request["roots"], Path(folder))
        changed = {str(path): _changed(path.read_bytes(), marks_streams, hides_bodies) for path in written}
        if not any(changed.values()):
            return first
        for name, rewritten in changed.items():
            if rewritten is not None:
                Path(name).write_bytes(rewritten.text)
        second = _run(model, {**request, "roots": [str(root) for root in roots], "files": list(changed)}, time_limit)
        if hides_bodies and "recursive functions" in second.get("error", ""):
            raise UnsupportedModelicaError(
                f"{model}: functions call each other in a circle; recursion is not supported, write a loop"
            )
        if "crash" in second:
            return first
        if "error" in second:
            second["error"] = original_places(second["error"], changed, written)
            # nothing may be said to the user that speaks of what he has not written
            is_new = "crash" in first or not re.search("function|smooth" if hides_bodies else "smooth", second["error"])
            return second if is_new and folder not in second["error"] else first
        sources: dict[int, tuple[str, bytes]] = {}
        places: dict[int, Rewritten] = {}
        for number, path, text in second["files"]:
            found = changed.get(path)
            if found is not None:
                places[number] = found
            sources[number] = (str(written.get(Path(path), path)), found.original if found else text.encode())
        put_back(second["flat"], places)
        if hides_bodies:
            restore(second["flat"], places)
        if marks_streams:
            resolve(second["flat"], SourceMap(sources), places)
        return {**second, "sources": sources}


def _changed(text: bytes, marks_streams: bool, hides_bodies: bool) -> Rewritten | None:
    """Return a file as the front end is to read it; None when nothing in it changes."""
    return rewrite(text, _changes(text, marks_streams, hides_bodies))


def _changes(text: bytes, marks_streams: bool, hides_bodies: bool) -> list[Change]:
    return (mark(text) if marks_streams else []) + (hide(text) if hides_bodies else [])


def _locate(
    model: str,
    request: Mapping[str, Any],
    wrapper: Callable[[int], str],
    error: CompilerError,
    answer: Mapping[str, Any],
    changed: Callable[[bytes], list[Change]],
) -> CompilerError:
    """Return an error with the place that `bisection` finds, or as it is when it finds none.

    Parameters
    ----------
    wrapper : gives the class to compile when there are so many equations too many
    answer : of the front end
    changed : gives the changes that its sources had
    """
    sources = _all_sources(request["files"])
    with tempfile.TemporaryDirectory(prefix="heatsim_") as folder:
        roots, written = _rewritten(request["roots"], Path(folder))
        copies = {str(original): copy for copy, original in written.items()}
        used = {found.source for found in used_classes(model, sources)}
        for number, (path, _) in sources.files.items():
            if number not in used and Path(path).name != "package.mo" and copies[path].is_file():
                copies[path].unlink()  # it would only take time
        steady = {number: changed(sources.files[number][1]) for number in used}

        def run(blanked: Mapping[int, Sequence[Change]]) -> str:
            for number in used:
                path, text = sources.files[number]
                holes = blanked.get(number, ())
                kept = [c for c in steady[number] if not any(start <= c[0] < end for start, end, _ in holes)]
                rewritten = rewrite(text, [*kept, *holes])
                copies[path].write_bytes(rewritten.text if rewritten else text)
            asked = {**request, "roots": [str(root) for root in roots], "files": []}  # none to check for syntax errors
            found = _run(model, asked, bisection.SECONDS)
            balance = unbalanced(found.get("error", ""))
            if balance:
                found = _run(model, {**asked, "source": wrapper(balance)}, bisection.SECONDS)
            return _said(found)

        found = bisection.find(model, sources, _said(answer), run)
    if found is None:
        return error
    return type(error)(misfits.message(model, _said(answer), str(error), found, sources))


def _said(answer: Mapping[str, Any]) -> str:
    """Return what the front end says against a model; "" when nothing."""
    if "crash" in answer:
        lines = [line.strip() for line in answer["crash"].splitlines() if line.strip()]
        behind = [after for line, after in itertools.pairwise(lines) if "panicked at" in line]
        return f"{bisection.BREAKDOWN}{behind[0] if behind else ''.join(lines[-1:])}"
    said: str = answer.get("error", "")
    return said


def _rewritten(roots: Sequence[str], folder: Path) -> tuple[list[Path], dict[Path, Path]]:
    """Copy libraries into a folder; return their roots there, and for each copied file the one it comes from."""
    copies: list[Path] = []
    written: dict[Path, Path] = {}
    for number, root in enumerate(map(Path, roots)):
        copy = folder.resolve() / str(number) / root.name
        copies.append(copy)
        for file in library_files(root):
            target = copy / file.relative_to(root) if root.is_dir() else copy
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            written[target] = file
        for order in root.rglob("package.order") if root.is_dir() else ():
            shutil.copyfile(order, copy / order.relative_to(root))
    return copies, written


def _all_sources(files: Sequence[str]) -> SourceMap:
    """Read all files of the libraries; only the front end itself knows which it has used."""
    return SourceMap({number: (path, Path(path).read_bytes()) for number, path in enumerate(files)})


def _drop_spares(flat: dict[str, Any]) -> None:
    """Take the spare variables and equations out of a flat model, and renumber the loops that follow."""
    for name in [name for name in flat["variables"] if name.startswith(_SPARE)]:
        del flat["variables"][name]
    spare = [number for number, equation in enumerate(flat["equations"]) if _SPARE in json.dumps(equation["residual"])]
    flat["equations"] = [equation for number, equation in enumerate(flat["equations"]) if number not in set(spare)]
    for family in flat["structured_equations"]:
        family["first_equation_index"] -= sum(number < family["first_equation_index"] for number in spare)


def _wrapper(
    model: str, parameters: Mapping[str, object], needs: Sequence[Path], also_call: Sequence[str], surplus: int
) -> str:
    """Return the class that is flattened. A library among several is only read when the class imports it."""
    imports = "".join(f" import {item.name};" for item in needs if item.is_dir())
    probes = "".join(f" Real {_PROBE}{number} = {call};" for number, call in enumerate(also_call))
    spares = f" Real {_SPARE}[{max(surplus, 1)}];" if surplus else ""
    if surplus < 0:
        spares += f" equation {_SPARE}[1] = 0;" + f" {_SPARE}[1] = 1;" * -surplus
    return f"model {WRAPPER}{imports} extends {model}{modification(parameters)};{probes}{spares} end {WRAPPER};"
