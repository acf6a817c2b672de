"""Build FMUs from Modelica: choose the compiler, look into the cache, compile what is missing in parallel.

`build` and `build_many` are what users and the command line call. Nothing heavy is imported here: the compilers run in
worker processes, so that a build of unchanged sources costs little more than starting Python.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from heatsim.compiler import cache, pool
from heatsim.compiler.folders import LIBRARY_NAME, package_folder
from heatsim.compiler.library import Library, default_library, open_library
from heatsim.compiler.openmodelica import find_omc
from heatsim.compiler.platforms import find_platform, own_platform, platform_tuples
from heatsim.compiler.toolchain import cross_compiler
from heatsim.compiler.worker import Request
from heatsim.errors import CompilerError, HeatsimError, UsageError, near_miss
from heatsim.processes import processors

COMPILERS = ("auto", "openmodelica", "embedded")
TIME_LIMIT = 900.0

_PARAMETER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True)
class BuildResult:
    """One built FMU.

    Attributes
    ----------
    path : Path
        The FMU file.
    model : str
        Full class name.
    compiler : str
        `openmodelica` or `embedded`: what made the file.
    cached : bool
        True when nothing had to be compiled.
    seconds : float
        Wall time of this call for this model.
    manifest : dict
        How the file was made: versions, parameters, states, event indicators, warnings, ...
    """

    path: Path
    model: str
    compiler: str
    cached: bool
    seconds: float
    manifest: dict[str, Any]


@dataclass(frozen=True)
class BuildEvent:
    """What happens during a build, for progress displays.

    `text` is a phase name, or the error of a failed model; `details` are further lines on that error.
    """

    kind: Literal["cached", "started", "phase", "built", "failed"]
    model: str
    compiler: str
    text: str = ""
    result: BuildResult | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """The compiler to use and why."""

    compiler: str
    reason: str


def choose_compiler(compiler: str = "auto", platforms: Sequence[str] | None = None) -> Choice:
    """Return the compiler that will be used.

    Parameters
    ----------
    compiler : {"auto", "openmodelica", "embedded"}
        `auto` takes OpenModelica when `omc` can be used here, the embedded compiler otherwise.
    platforms : sequence of str, optional
        Platforms that need a binary; for others than this machine's `auto` takes the embedded compiler.

    Raises
    ------
    UsageError
        A name is unknown, or OpenModelica is asked for a binary for another machine.
    CompilerError
        OpenModelica is asked for and cannot be used.
    """
    if compiler not in COMPILERS:
        raise UsageError(
            f"unknown compiler '{compiler}'{near_miss(compiler, COMPILERS)}: use one of {', '.join(COMPILERS)}"
        )
    foreign = [name for name in platform_tuples(platforms) if name != own_platform()]
    if compiler == "embedded":
        return Choice("embedded", "as asked")
    if compiler == "openmodelica" and foreign:
        raise UsageError(
            f"OpenModelica makes binaries for this machine only, not for {foreign[0]}: leave out the platforms or use "
            "the embedded compiler"
        )
    omc = find_omc()
    if omc.usable and foreign:
        return Choice("embedded", f"OpenModelica makes no binaries for {foreign[0]}")
    if omc.usable:
        return Choice("openmodelica", f"{omc.version} at {omc.executable}")
    if compiler == "openmodelica":
        raise CompilerError(omc.problem)
    return Choice("embedded", omc.problem.split(": ")[0])


def build(
    model: str,
    *,
    library: str | os.PathLike[str] | None = None,
    compiler: str = "auto",
    parameters: Mapping[str, object] | None = None,
    expose: Sequence[str] = (),
    platforms: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    report: Callable[[str], None] | None = None,
    timeout: float = TIME_LIMIT,
) -> BuildResult:
    """Build one Modelica model as an FMU, or return the kept one when nothing changed.

    Parameters
    ----------
    model : str
        Class name, for example `HeatReuse.Plants.DistrictGrid`; leading packages may be left out when that is
        unambiguous.
    library : path, optional
        Package folder or `.mo` file; heatsim's own library when left out.
    compiler : {"auto", "openmodelica", "embedded"}
        See `choose_compiler`.
    parameters : mapping, optional
        Compile-time values by parameter name (SI units), also of structural parameters.
    expose : sequence of str
        Internal variables that become outputs.
    platforms : sequence of str, optional
        Platforms to have a binary for, by the names of FMI 2.0 or 3.0: `linux64`, `win64`, `darwin64`,
        `aarch64-darwin`, ...; this machine's when left out. Others than this machine's need the package ziglang.
    out : path, optional
        A folder, or a file ending in `.fmu`, to copy the FMU to.
    force : bool
        Compile even when nothing changed.
    report : callable, optional
        Gets a line of text at each step.
    timeout : float
        Time limit, s.

    Returns
    -------
    BuildResult

    Raises
    ------
    CompilerError
        The model cannot be compiled.
    UsageError
        Unknown model, library, compiler, platform or parameter value.
    """
    return build_many(
        [model],
        library=library,
        compiler=compiler,
        parameters=parameters,
        expose=expose,
        platforms=platforms,
        out=out,
        force=force,
        report=report,
        timeout=timeout,
    )[0]


def build_many(
    models: Sequence[str],
    *,
    library: str | os.PathLike[str] | None = None,
    compiler: str = "auto",
    parameters: Mapping[str, object] | None = None,
    expose: Sequence[str] = (),
    platforms: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    report: Callable[[str], None] | None = None,
    progress: Callable[[BuildEvent], None] | None = None,
    jobs: int | None = None,
    timeout: float = TIME_LIMIT,
) -> list[BuildResult]:
    """Build several models; those that need compiling run in parallel worker processes.

    Parameters are those of `build`, and:

    Parameters
    ----------
    progress : callable, optional
        Gets a `BuildEvent` at each step.
    jobs : int, optional
        Worker processes at the same time; the number of processors when left out.
    timeout : float
        Time limit for each model, s.

    Returns
    -------
    list of BuildResult
        In the order of `models`.

    Raises
    ------
    HeatsimError
        When a model failed, after all others were built.
    """
    begin = time.perf_counter()
    choice = choose_compiler(compiler, platforms)
    targets = platform_tuples(platforms)
    opened = open_library(library)
    values = {name: cache.plain(value, name) for name, value in sorted((parameters or {}).items())}
    _check_call(values, jobs, timeout)
    tell = _teller(report, progress)
    target = _target(out, len(models))
    sources, needs = _sources(opened)
    versions = _versions(choice.compiler)

    def request_key(model: str) -> str:
        return cache.content_key(
            model=model,
            compiler=choice.compiler,
            versions=versions,
            parameters=values,
            expose=expose,
            sources=sources,
            platforms=targets,
        )

    names = [opened.resolve(model) for model in models]
    done: dict[str, BuildResult] = {}
    for name in dict.fromkeys(names):
        kept = None if force else cache.find(name, request_key(name))
        if kept is not None:
            path = cache.fmu_path(name, kept["key"])
            done[name] = BuildResult(path, name, kept["compiler"], True, time.perf_counter() - begin, kept)
            tell(BuildEvent("cached", name, kept["compiler"], result=done[name]))

    missing = [name for name in dict.fromkeys(names) if name not in done]
    failures: list[HeatsimError] = []
    if missing:
        for target_name in targets:  # before anything starts, not once per model
            if target_name != own_platform():
                cross_compiler(find_platform(target_name))
        with tempfile.TemporaryDirectory(
            dir=cache.workspace(), prefix=".building-", ignore_cleanup_errors=True
        ) as folder:
            requests = []
            for number, name in enumerate(missing):
                workdir = Path(folder, f"{number}", "work")
                workdir.mkdir(parents=True)
                requests.append(
                    Request(
                        model=name,
                        compiler=choice.compiler,
                        library=str(opened.path),
                        needs=needs,
                        out=str(workdir.parent / "model.fmu"),
                        workdir=str(workdir),
                        parameters=values,
                        expose=tuple(expose),
                        platforms=targets,
                        key=request_key(name),
                        versions=versions,
                        sources=sources,
                    )
                )

            def finished(outcome: pool.Outcome) -> None:
                name = outcome.request.model
                if outcome.error is not None or outcome.manifest is None:
                    error = outcome.error or CompilerError(f"{name} did not compile")
                    failures.append(error)
                    tell(BuildEvent("failed", name, choice.compiler, text=str(error), details=error.details))
                    return
                path, manifest = cache.store(Path(outcome.request.out), outcome.manifest)
                done[name] = BuildResult(path, name, choice.compiler, False, outcome.seconds, manifest)
                tell(BuildEvent("built", name, choice.compiler, result=done[name]))

            pool.run_requests(
                requests,
                jobs=max(1, jobs or processors()),
                timeout=timeout,
                started=lambda request: tell(BuildEvent("started", request.model, choice.compiler)),
                phase=lambda request, text: tell(BuildEvent("phase", request.model, choice.compiler, text)),
                finished=finished,
            )
    if len(failures) == 1:
        raise failures[0]
    if failures:
        failed = ", ".join(name for name in missing if name not in done)
        raise CompilerError(
            f"{len(failures)} of {len(names)} models did not compile ({failed}); the first error: {failures[0]}"
        )
    return [_copied(done[name], target) for name in names]


def _check_call(parameters: Mapping[str, object], jobs: int | None, timeout: float) -> None:
    """Refuse what can be seen to be wrong before anything starts."""
    for name in parameters:
        if not _PARAMETER.fullmatch(name):
            what = "give the whole array under its own name" if "[" in name else "write name or component.name"
            raise UsageError(f"'{name}' is not a parameter name that can be set at build: {what}")
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} models at the same time cannot be: give at least 1, or leave it out")
    if not timeout > 0:
        raise UsageError(f"a time limit of {timeout:g} s cannot be: give seconds, more than 0")


def kept_fmu(
    model: str, *, library: str | os.PathLike[str] | None = None, compiler: str = "auto"
) -> cache.Manifest | None:
    """Return the manifest of the kept FMU of a model when it is up to date, None otherwise; compiles nothing."""
    choice = choose_compiler(compiler)
    opened = open_library(library)
    sources, _ = _sources(opened)
    versions = _versions(choice.compiler)
    name = opened.resolve(model)
    key = cache.content_key(
        model=name,
        compiler=choice.compiler,
        versions=versions,
        parameters={},
        expose=(),
        sources=sources,
        platforms=platform_tuples(None),
    )
    return cache.find(name, key)


def _sources(library: Library) -> tuple[dict[str, str], tuple[str, ...]]:
    """Digests of the library and of what it uses, and the paths to load before it."""
    own = default_library()
    if library.path != own.path and library.mentions(LIBRARY_NAME):
        return {"library": library.digest, LIBRARY_NAME: own.digest}, (str(own.path),)
    return {"library": library.digest}, ()


def _versions(compiler: str) -> dict[str, str]:
    folder = package_folder() / "compiler"
    if compiler == "openmodelica":
        return {"openmodelica": find_omc().version, "driver": _code_digest(folder / "openmodelica.py")}
    return {
        "rumoca": _package_version("rumoca"),
        "casadi": _package_version("casadi"),
        "compiler": _code_digest(folder / "embedded"),
    }


def _package_version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise CompilerError(f"the embedded compiler needs the package {name}: run `pip install {name}`") from None


@functools.lru_cache(maxsize=8)
def _code_digest(path: Path) -> str:
    total = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def _target(out: str | os.PathLike[str] | None, count: int) -> Path | None:
    if out is None:
        return None
    target = Path(out).expanduser().resolve()
    if target.suffix == ".fmu" and count > 1:
        raise UsageError(f"{target} is one file but {count} models are to be built: give a folder")
    if target.suffix != ".fmu" and target.exists() and not target.is_dir():
        raise UsageError(f"{target} is not a folder: give a folder or a file name ending in .fmu")
    return target


def _copied(result: BuildResult, target: Path | None) -> BuildResult:
    if target is None:
        return result
    path = target if target.suffix == ".fmu" else target / f"{result.model}.fmu"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not (path.is_file() and cache.file_digest(path) == result.manifest["sha256"]):
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        shutil.copyfile(result.path, new)
        os.replace(new, path)
    return BuildResult(path, result.model, result.compiler, result.cached, result.seconds, result.manifest)


def _teller(
    report: Callable[[str], None] | None, progress: Callable[[BuildEvent], None] | None
) -> Callable[[BuildEvent], None]:
    def tell(event: BuildEvent) -> None:
        if progress is not None:
            progress(event)
        if report is not None:
            report(describe(event))

    return tell


def describe(event: BuildEvent) -> str:
    """Return an event as a line of text: model, compiler, states, seconds."""
    line = f"{event.model}  {event.compiler}"
    if event.result is not None:
        states = event.result.manifest["states"]
        line += f"  {states} state{'' if states == 1 else 's'}"
    if event.kind == "built" and event.result is not None:
        return f"{line}  {event.result.seconds:.1f} s"
    return line + {"cached": "  unchanged", "failed": f"  failed: {event.text}", "phase": f"  {event.text}"}.get(
        event.kind, "  compiling"
    )
