"""Functions as machine code: C written by `c_code`, compiled with the machine's C compiler, kept in the user's cache.

CasADi evaluates expressions one by one in a virtual machine. Compiled, the same operations in the same order give the
same results some ten times faster, at the price of a few seconds for the first use.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import casadi as ca

from heatsim.compiler.c_code import c_code
from heatsim.compiler.folders import user_cache_folder
from heatsim.compiler.toolchain import SHARED_SUFFIX, find_c_compiler
from heatsim.errors import CompilerError

# Clang joins multiplications and additions on processors that can, which changes the last bit
_FLAGS = ("-O1", "-ffp-contract=off")
_KEPT = 64  # libraries in the cache; those not used for longest go first


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
        The library, for `casadi.external`.

    Raises
    ------
    CompilerError
        When there is no C compiler, it fails, or the library cannot be kept.
    """
    compiler = find_c_compiler()
    mark = f"{ca.CasadiMeta.version()} {compiler} {_FLAGS} {content.serialize()}"
    folder = user_cache_folder() / "native"
    library = folder / f"{hashlib.sha256(mark.encode()).hexdigest()[:32]}{SHARED_SUFFIX}"
    try:
        if library.is_file():
            os.utime(library)  # used today, see `_prune`
            return library
        with tempfile.TemporaryDirectory(prefix="heatsim-native-") as name:
            source, made = Path(name, "functions.c"), Path(name, library.name)
            source.write_text(c_code(make(), nulls=True), encoding="utf-8")
            compiler.compile_shared([source], made, flags=_FLAGS)
            folder.mkdir(parents=True, exist_ok=True)
            new = folder / f"{library.stem}.{os.getpid()}.new"
            new.write_bytes(made.read_bytes())
            os.replace(new, library)
    except OSError as error:
        raise CompilerError(
            f"compiled equations cannot be kept in {folder} ({error.strerror or error}); set HEATSIM_CACHE to a "
            "folder that can be written"
        ) from error
    _prune(folder, library)
    return library


def _prune(folder: Path, keep: Path) -> None:
    """Remove the libraries that were not used for longest."""
    files = sorted(folder.glob(f"*{SHARED_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        if file != keep:
            file.unlink(missing_ok=True)  # one that a process has loaded stays usable there
