"""Functions as machine code: C written by `c_code`, compiled with the machine's C compiler, kept in the user's cache.

CasADi evaluates expressions one by one in a virtual machine. Compiled, the same operations in the same order give the
same results bit by bit some ten times faster, at the price of a few seconds for the first use.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import casadi as ca

from heatsim.compiler.c_code import c_code
from heatsim.compiler.folders import user_cache_folder
from heatsim.compiler.toolchain import SHARED_SUFFIX, find_c_compiler
from heatsim.errors import CompilerError

# Clang joins multiplications and additions on processors that can, which changes the last bit
_FLAGS = ("-O1", "-ffp-contract=off")
_KEPT = 64  # libraries in the cache; those not used for longest go first


def native(function: ca.Function, argument: int) -> ca.Function:
    """Compile a function and its Jacobian with respect to one argument.

    Parameters
    ----------
    function
        SX function; its name is that of the C function.
    argument
        Position of the argument that the Jacobian is for; derivatives with respect to the others are zero.

    Returns
    -------
    casadi.Function
        External function with the same arguments and results, which brings the Jacobian along.

    Raises
    ------
    CompilerError
        When there is no C compiler, it fails, or the library cannot be kept.
    """
    if not function.is_a("SXFunction"):
        raise ValueError(f"{function.name()}: only functions of plain expressions can be compiled")
    differentiable = [i == argument for i in range(function.n_in())]
    compiler = find_c_compiler()
    content = f"{ca.CasadiMeta.version()} {compiler} {_FLAGS} {argument} {function.serialize()}"
    folder = user_cache_folder() / "native"
    library = folder / f"{hashlib.sha256(content.encode()).hexdigest()[:32]}{SHARED_SUFFIX}"
    options = {"is_diff_in": differentiable}
    if not library.is_file():
        arguments = function.sx_in()
        own = ca.Function(
            function.name(), arguments, function.call(arguments), function.name_in(), function.name_out(), options
        )
        try:
            with tempfile.TemporaryDirectory(prefix="heatsim-native-") as name:
                source, made = Path(name, "functions.c"), Path(name, library.name)
                source.write_text(c_code([own, own.jacobian()], nulls=True), encoding="utf-8")
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
    else:
        os.utime(library)  # used today, see `_prune`
    return ca.external(function.name(), str(library), options)


def _prune(folder: Path, keep: Path) -> None:
    """Remove the libraries that were not used for longest."""
    files = sorted(folder.glob(f"*{SHARED_SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        if file != keep:
            file.unlink(missing_ok=True)  # one that a process has loaded stays usable there
