"""One compilation in a process of its own: `python -m heatsim.compiler.worker`, request on stdin, answers on stdout.

A process of its own can be given a time limit, can crash without taking the user's program along, and runs beside
others. Answers are lines that begin with `MARK`, so that what the compilers print themselves is not mistaken for one.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim import __version__
from heatsim.compiler import cache
from heatsim.compiler.description import read_events, read_facts, replace_member
from heatsim.compiler.toolchain import compilers_for
from heatsim.errors import CompilerError, HeatsimError

MARK = "\x1eheatsim "


@dataclass(frozen=True)
class Request:
    """Everything one compilation needs, in types that survive JSON.

    Attributes
    ----------
    model : str
        Full class name.
    compiler : str
        `openmodelica` or `embedded`.
    library : str
        Package folder or `.mo` file.
    needs : tuple of str
        Libraries the library itself uses, to be loaded before it.
    out : str
        FMU file to write.
    workdir : str
        Empty folder for intermediate files.
    parameters : dict
        Compile-time modifications.
    expose : tuple of str
        Variables that become outputs.
    platforms : tuple of str
        FMI 3.0 platform tuples of the binaries.
    key : str
        Content key, for the manifest.
    versions : dict
        Versions of the tools, for the manifest.
    sources : dict
        Digests of the libraries, for the manifest.
    """

    model: str
    compiler: str
    library: str
    needs: tuple[str, ...]
    out: str
    workdir: str
    parameters: dict[str, Any]
    expose: tuple[str, ...]
    platforms: tuple[str, ...]
    key: str
    versions: dict[str, str]
    sources: dict[str, str]


def compile_request(request: Request, report: Callable[[str], None]) -> cache.Manifest:
    """Compile, put the manifest into the FMU, and return it.

    What goes into the FMU is the same for the same sources and tools: no paths and times, which only the returned
    manifest has.
    """
    start = time.perf_counter()
    compile_with = {"embedded": _embedded, "openmodelica": _openmodelica}[request.compiler]
    details = compile_with(request, report)
    facts = read_facts(Path(request.out))
    manifest: cache.Manifest = {
        "format": cache.FORMAT,
        "model": request.model,
        "compiler": request.compiler,
        "key": request.key,
        "heatsim_version": __version__,
        "versions": request.versions,
        "platform": cache.platform_name(),
        "platforms": list(request.platforms),
        "sources": request.sources,
        "parameters": request.parameters,
        "expose": list(request.expose),
        **facts,
        **details,
    }
    phases = manifest.pop("seconds")
    replace_member(Path(request.out), cache.MANIFEST_MEMBER, json.dumps(manifest, indent=1).encode())
    seconds = {phase: round(value, 3) for phase, value in {**phases, "total": time.perf_counter() - start}.items()}
    return {**manifest, "library": request.library, "seconds": seconds}


def _embedded(request: Request, report: Callable[[str], None]) -> dict[str, Any]:
    # Loaded by name: this compiler imports CasADi and rumoca, which no other part of the driver should pay for
    embedded: Any = importlib.import_module("heatsim.compiler.embedded")
    c_compilers = compilers_for(request.platforms)
    info = embedded.compile_model(
        request.model,
        library=Path(request.library),
        needs=[Path(path) for path in request.needs],
        out=Path(request.out),
        parameters=request.parameters,
        expose=request.expose,
        c_compiler=c_compilers,
        report=report,
    )
    details = dataclasses.asdict(info)
    seconds = details.pop("seconds")
    versions = dict.fromkeys(compiler.version for compiler in c_compilers.values())
    return {
        "c_compiler": "; ".join(versions),
        "events": read_events(Path(request.out)),
        "embedded": details,
        "seconds": seconds,
    }


def _openmodelica(request: Request, report: Callable[[str], None]) -> dict[str, Any]:
    openmodelica: Any = importlib.import_module("heatsim.compiler.openmodelica")
    libraries = [Path(path) for path in (*request.needs, request.library)]
    info = openmodelica.compile_model(
        request.model,
        libraries=[path / "package.mo" if path.is_dir() else path for path in libraries],
        out=Path(request.out),
        workdir=Path(request.workdir),
        parameters=request.parameters,
        expose=request.expose,
        report=report,
        lost=_give_up,
    )
    return {"warnings": list(info.warnings), "equations": info.equations, "seconds": info.seconds}


def _give_up(message: str) -> None:
    """Answer with an error and end the process, whatever its other threads wait for."""
    send("error", {"class": CompilerError.__name__, "message": message, "details": ()})
    os._exit(1)


def send(kind: str, content: object) -> None:
    """Write one answer line."""
    sys.stdout.write(f"{MARK}{json.dumps({'kind': kind, 'content': content})}\n")
    sys.stdout.flush()


def main() -> int:
    """Read one request, compile, answer; 0 when the FMU was made."""
    fields = json.loads(sys.stdin.read())
    lists = {name: tuple(fields[name]) for name in ("needs", "expose", "platforms")}
    request = Request(**{**fields, **lists})
    try:
        manifest = compile_request(request, lambda phase: send("phase", phase))
    except HeatsimError as error:
        if os.environ.get("HEATSIM_TRACEBACK") == "1":
            traceback.print_exc()
        send("error", {"class": type(error).__name__, "message": str(error), "details": error.details})
        return 1
    except MemoryError:
        message = f"{request.model} needs more memory to compile than there is: make arrays smaller or split the model"
        send("error", {"class": CompilerError.__name__, "message": message, "details": ()})
        return 1
    send("done", manifest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
