"""Functions as machine code: C written by `c_code`, compiled with the machine's C compiler, kept in the user's cache.

CasADi evaluates expressions one by one in a virtual machine. Compiled, the same operations in the same order give the
same results some ten times faster, at the price of a few seconds for the first use.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import casadi as ca

from heatsim.compiler.c_code import c_code
from heatsim.compiler.folders import user_cache_folder
from heatsim.compiler.platforms import own_platform
from heatsim.compiler.toolchain import SHARED_SUFFIX, find_c_compiler
from heatsim.errors import CompilerError

# Clang joins multiplications and additions on processors that can, which changes the last bit
_FLAGS = ("-O1", "-ffp-contract=off")
_KEPT = 64  # libraries in the cache; those not used for longest go first


def load(name: str, content: ca.Function, make: Callable[[], Sequence[ca.Function]]) -> ca.Function:
    """One of the functions of a library, see `native`; a library that was damaged on the disk is made anew.

    Raises
    ------
    CompilerError
        When the library cannot be made or loaded.
    """
    library = native(content, make)
    try:
        return ca.external(name, str(library))
    except RuntimeError:
        with contextlib.suppress(OSError):
            library.unlink()
    library = native(content, make)
    try:
        return ca.external(name, str(library))
    except RuntimeError as error:
        reason = " ".join(str(error).split())[-200:]
        raise CompilerError(
            f"compiled equations cannot be loaded from {library} ({reason}); set HEATSIM_CACHE to a folder from which "
            "programs may be run"
        ) from error


def native(content: ca.Function, make: Callable[[], Sequence[ca.Function]]) -> Path:
    """Compile functions into a library, or find it in the cache.

    Parameters
    ----------
    content
        What the functions are made from: the library is kept under its serialised form.
    make
        Gives the functions, plain expressions with different names; called only when they have to be compiled.

    Returns
    -------
    Path
        The library.

    Raises
    ------
    CompilerError
        When there is no C compiler, it fails, or the library cannot be kept.
    """
    compiler = find_c_compiler()
    # a cache may be shared by machines of several kinds
    mark = f"{own_platform()} {ca.CasadiMeta.version()} {compiler} {_FLAGS} {content.serialize()}"
    folder = user_cache_folder() / "native"
    library = folder / f"{hashlib.sha256(mark.encode()).hexdigest()[:32]}{SHARED_SUFFIX}"
    try:
        if library.is_file():
            # used today, see `_prune`; it may be another user's, or be removed just now
            with contextlib.suppress(OSError):
                os.utime(library)
            return library
        with tempfile.TemporaryDirectory(prefix="heatsim-native-") as name:
            source, made = Path(name, "functions.c"), Path(name, library.name)
            source.write_text(c_code(make(), nulls=True), encoding="utf-8")
            compiler.compile_shared([source], made, flags=_FLAGS)
            folder.mkdir(parents=True, exist_ok=True)
            _put(made.read_bytes(), library)
    except OSError as error:
        raise CompilerError(
            f"compiled equations cannot be kept in {folder} ({error.strerror or error}); set HEATSIM_CACHE to a "
            "folder that can be written"
        ) from error
    _prune(folder, library)
    return library


def _put(content: bytes, library: Path) -> None:
    """Write a library so that it is there whole or not at all, whoever else writes it, and whatever breaks down."""
    descriptor, new = tempfile.mkstemp(prefix=f"{library.stem}.", suffix=".new", dir=library.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(new, 0o755)
        os.replace(new, library)
    except BaseException:
        Path(new).unlink(missing_ok=True)
        raise


def _prune(folder: Path, keep: Path) -> None:
    """Remove the libraries that were not used for longest."""
    used: dict[Path, float] = {}
    for file in folder.glob(f"*{SHARED_SUFFIX}"):
        # another process may prune too
        with contextlib.suppress(OSError):
            used[file] = file.stat().st_mtime
    for file in sorted(used, key=lambda file: used[file], reverse=True)[_KEPT:]:
        if file != keep:
            with contextlib.suppress(OSError):
                file.unlink()  # one that a process has loaded stays usable there
