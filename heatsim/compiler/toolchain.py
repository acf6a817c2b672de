"""The C compiler: one on the machine when it works, otherwise the one that came with pip (`python -m ziglang cc`).

`find_c_compiler()` tries each candidate on a small shared library that it also loads, because a `cc` without headers,
or one for another machine, is found on PATH as readily as a good one. A success is remembered in the user's cache
folder; a failure is not, since installing the missing headers does not change the compiler's file.

`compilers_for()` gives one compiler for each platform that an FMU shall have a binary for: the one of this machine for
its own, and the one that came with pip, which makes binaries for all of `platforms.PLATFORMS`, for the others.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from heatsim.compiler.folders import user_cache_folder
from heatsim.compiler.memory import fingerprint, recall, remember
from heatsim.compiler.platforms import Platform, find_platform, library_suffix, own_platform
from heatsim.compiler.processes import run_limited
from heatsim.errors import CompilerError

SHARED_SUFFIX = library_suffix(own_platform())

DEFAULT_FLAGS = ("-O2",)

_ERROR_LINE = re.compile(r"error\b|undefined reference|undefined symbol|cannot find", re.IGNORECASE)

TRIAL_SOURCE = """\
#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
__declspec(dllexport)
#endif
double heatsim_trial(double x) { return floor(sqrt(x)) + strlen("two"); }
"""


@dataclass(frozen=True)
class CCompiler:
    """A C compiler: one that has proved itself on this machine, or one that makes binaries for another.

    Attributes
    ----------
    command : tuple of str
        Program and leading arguments, for example `("/usr/bin/cc",)`.
    version : str
        First line of what `--version` says.
    bundled : bool
        True for the compiler that came with pip (ziglang).
    other : Platform, optional
        The platform that it makes binaries for, when that is not this machine's.
    """

    command: tuple[str, ...]
    version: str
    bundled: bool = False
    other: Platform | None = None

    def __str__(self) -> str:
        return f"{shlex.join(self.command)} ({self.version})"

    def compile_shared(
        self,
        sources: Sequence[Path],
        output: Path,
        include_dirs: Sequence[Path] = (),
        flags: Sequence[str] = DEFAULT_FLAGS,
        *,
        timeout: float = 600.0,
    ) -> None:
        """Compile C sources into one shared library.

        Parameters
        ----------
        sources : sequence of Path
            C files.
        output : Path
            The library to write; its folder is made when missing.
        include_dirs : sequence of Path
            Folders for `#include`.
        flags : sequence of str
            Optimisation and other flags, understood by gcc and clang alike.
        timeout : float
            Time limit in s.

        Raises
        ------
        CompilerError
            With the first error line of the compiler, when it fails or runs out of time.
        """
        output = output.absolute()
        output.parent.mkdir(parents=True, exist_ok=True)
        system = self.other.system if self.other else own_platform().partition("-")[2]
        command = [*self.command, "-shared", *([] if system == "windows" else ["-fPIC"]), *flags]
        if self.bundled:
            # Without the first zig may build in traps for what C leaves undefined and links its own runtime for them;
            # without the second it uses instructions that only processors like this machine's have, and without the
            # third it adds debug information with paths
            command += ["-fno-sanitize=undefined", "-mcpu=baseline", "-s"]
        if self.bundled and system == "darwin":
            # otherwise the library carries the path it was written to
            command.append(f"-Wl,-install_name,@rpath/{output.name}")
        command += [f"-I{folder.absolute()}" for folder in include_dirs]
        command += [str(source.absolute()) for source in sources]
        names = ", ".join(Path(source).name for source in sources)
        try:
            # in a folder of its own, since for Windows linkers leave an import library beside the output or where they
            # run
            with tempfile.TemporaryDirectory(prefix="heatsim-cc-", ignore_cleanup_errors=True) as folder:
                made = Path(folder, output.name)
                command += ["-o", str(made), *([] if system == "windows" else ["-lm"])]
                finished = run_limited(command, timeout=timeout, cwd=made.parent, environment=self._environment())
                if made.is_file():
                    shutil.move(made, output)
                elif finished.code == 0:
                    raise CompilerError(f"C compiler {self} says it is done with {names} but made nothing")
        except TimeoutError:
            raise CompilerError(
                f"C compiler {self.command[0]} did not finish {names} within {timeout:g} s: make the model smaller or "
                "set HEATSIM_CC to a faster compiler"
            ) from None
        except OSError as error:
            raise CompilerError(
                f"C compiler {self.command[0]} cannot be started: {error}; see `heatsim doctor`"
            ) from None
        if finished.code != 0:
            where = f" for {self.other.name}" if self.other else ""
            raise CompilerError(f"C compiler {self} failed on {names}{where}: {first_error_line(finished.text)}")

    def _environment(self) -> dict[str, str]:
        # zig keeps its compiled C runtime in a cache; with ours it works where the home folder cannot be written but
        # HEATSIM_CACHE can, and goes away together with the rest
        return {"ZIG_GLOBAL_CACHE_DIR": str(user_cache_folder() / "zig")} if self.bundled else {}


def first_error_line(text: str) -> str:
    """Return the line of a C compiler's output that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = (line for line in lines if _ERROR_LINE.search(line) and not line.startswith("collect2"))
    return next(telling, lines[-1] if lines else "it said nothing")


def candidates() -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Yield `(where it comes from, command, bundled)` of the C compilers to try, in the order of preference."""
    override = os.environ.get("HEATSIM_CC", "").strip()
    if override:
        yield "HEATSIM_CC", tuple(shlex.split(override, posix=sys.platform != "win32")), False
        return
    from_environment = os.environ.get("CC", "").strip()
    if from_environment:
        yield "CC", tuple(shlex.split(from_environment, posix=sys.platform != "win32")), False
    for name in ("cc", "gcc", "clang"):
        path = shutil.which(name)
        if path:
            yield name, (path,), False
    if importlib.util.find_spec("ziglang") is not None:
        yield "ziglang", (sys.executable, "-m", "ziglang", "cc"), True


def try_compiler(command: tuple[str, ...], bundled: bool) -> CCompiler:
    """Compile and load a small shared library; raise CompilerError when that does not work."""
    version = _version(command)
    compiler = CCompiler(command, f"ziglang {ziglang_version()}, {version}" if bundled else version, bundled)
    with tempfile.TemporaryDirectory(prefix="heatsim-cc-", ignore_cleanup_errors=True) as name:
        source, library = Path(name, "trial.c"), Path(name, "trial" + SHARED_SUFFIX)
        source.write_text(TRIAL_SOURCE, encoding="ascii")
        compiler.compile_shared([source], library, timeout=180.0)
        try:
            trial = ctypes.CDLL(str(library)).heatsim_trial
        except (OSError, AttributeError) as error:
            raise CompilerError(f"C compiler {compiler} makes libraries that cannot be loaded here: {error}") from None
        trial.restype, trial.argtypes = ctypes.c_double, [ctypes.c_double]
        if trial(17.0) != 7.0:
            raise CompilerError(f"C compiler {compiler} makes libraries that compute wrongly")
    return compiler


def find_c_compiler() -> CCompiler:
    """Return a C compiler that works on this machine.

    Order: HEATSIM_CC when set (and then nothing else), CC, cc, gcc, clang, and the one that came with pip (ziglang).

    Raises
    ------
    CompilerError
        When none works; says what was tried and what to do.
    """
    # The variables that decide are part of the memo's key, so a changed environment is seen in the same process
    return _find(os.environ.get("HEATSIM_CC", ""), os.environ.get("CC", ""), os.environ.get("PATH", ""))


@functools.lru_cache(maxsize=8)
def _find(_override: str, _cc: str, _path: str) -> CCompiler:
    reasons = []
    for origin, command, bundled in candidates():
        mark = _fingerprint(command, bundled)
        known = recall(mark)
        if known is not None:
            return CCompiler(command, known, bundled)
        try:
            compiler = try_compiler(command, bundled)
        except CompilerError as error:
            reasons.append(f"{origin}: {error}")
            continue
        remember(mark, compiler.version)
        return compiler
    if os.environ.get("HEATSIM_CC", "").strip():
        raise CompilerError(
            f"the C compiler of HEATSIM_CC does not work ({'; '.join(reasons)}): correct or unset HEATSIM_CC"
        )
    tried = "; ".join(reasons) or "none found"
    raise CompilerError(f"no working C compiler ({tried}): run `pip install ziglang`, or install gcc or clang")


def compilers_for(platform_tuples: Sequence[str]) -> dict[str, CCompiler]:
    """Return a C compiler for each platform, by FMI 3.0 platform tuple (see `platforms.platform_tuples`).

    Raises
    ------
    CompilerError
        No compiler works here, or one is needed for another platform and ziglang is not installed.
    """
    own = own_platform()
    return {name: find_c_compiler() if name == own else cross_compiler(find_platform(name)) for name in platform_tuples}


def cross_compiler(target: Platform) -> CCompiler:
    """Return the bundled C compiler, set to make binaries for another platform.

    Raises
    ------
    CompilerError
        ziglang is not installed.
    """
    version = ziglang_version()
    if version is None or importlib.util.find_spec("ziglang") is None:
        raise CompilerError(
            f"a binary for {target.name} needs the C compiler that comes with pip: run `pip install ziglang`"
        )
    command = (sys.executable, "-m", "ziglang", "cc", "-target", target.target)
    return CCompiler(command, f"ziglang {version}", bundled=True, other=target)


def _version(command: tuple[str, ...]) -> str:
    try:
        finished = run_limited([*command, "--version"], timeout=60.0)
    except (OSError, TimeoutError) as error:
        raise CompilerError(f"C compiler {shlex.join(command)} cannot be started: {error}") from None
    if finished.code != 0:
        raise CompilerError(f"C compiler {shlex.join(command)} does not run: {first_error_line(finished.text)}")
    return (finished.stdout.strip() or finished.stderr.strip() or "unknown version").splitlines()[0]


def ziglang_version() -> str | None:
    """Version of the C compiler that comes with pip, None when it is not installed."""
    try:
        return importlib.metadata.version("ziglang")
    except importlib.metadata.PackageNotFoundError:
        return None


def _fingerprint(command: tuple[str, ...], bundled: bool) -> str:
    if bundled:
        return f"ziglang {ziglang_version()} {sys.executable}"
    found = shutil.which(command[0])
    return shlex.join(command) if found is None else fingerprint(Path(found), shlex.join(command[1:]))
