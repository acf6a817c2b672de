"""Studies in files of the user: `FILE.py` or `FILE.py:FUNCTION`, and functions of modules by name."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from heatsim.errors import UsageError, near_miss

DEFAULT = "study"
"""Function of a script when none is named."""

_CONTENT = "__heatsim_content__"
_PREFIX = "heatsim_script_"
_loading: list[Path] = []


def split(text: str) -> tuple[Path, str] | None:
    """Return file and function of `FILE.py[:FUNCTION]`, None when it is none."""
    if text.endswith(".py"):
        return Path(text), ""
    file, colon, name = text.rpartition(":")
    return (Path(file), name) if colon and file.endswith(".py") else None


def function_of(file: Path, name: str) -> Callable[..., Any]:
    """Return a function of a script by its name there; as `found`."""
    return found(file, name)[0]


def found(file: Path, name: str = "") -> tuple[Callable[..., Any], Path, str]:
    """Return a function of a script, which is run for that once in a process, with whole path and name.

    Parameters
    ----------
    file
        The script.
    name
        The function; empty: `study`, or the only function that the script defines.

    Raises
    ------
    UsageError
        If the file is not there or cannot be run, or has no such function.
    """
    module = load(file)
    own = [
        key
        for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not key.startswith("_")
    ]
    wanted = name or (DEFAULT if hasattr(module, DEFAULT) or len(own) != 1 else own[0])
    function = getattr(module, wanted, None)
    if function is None:
        there = f"it has {', '.join(own)}; write {file}:FUNCTION" if own else "it defines no function"
        raise UsageError(f"{file}: no function '{wanted}'{near_miss(wanted, own)}; {there}")
    if not callable(function):
        raise UsageError(
            f"{file}: '{wanted}' is no function but {type(function).__name__}; name the function of the study"
        )
    return function, file.expanduser().resolve(), wanted


def function_of_module(text: str) -> Callable[..., Any]:
    """Return the function of `MODULE:FUNCTION`; UsageError when there is none."""
    module, _, name = text.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except ImportError as error:
        raise UsageError(
            f"study '{text}': module '{module}' cannot be imported: {error}; or give FILE.py:FUNCTION"
        ) from (error)
    own = [key for key, value in vars(found).items() if inspect.isfunction(value)]
    if not callable(getattr(found, name, None)):
        raise UsageError(f"study '{text}': module '{module}' has no function '{name}'{near_miss(name, own)}")
    return getattr(found, name)


def load(file: Path) -> ModuleType:
    """Return a script as a module, its folder among those that it may import from.

    It is not run again while its file is the same.
    """
    path = file.expanduser().resolve()
    if not path.is_file():
        siblings = [one.name for one in path.parent.glob("*.py")] if path.parent.is_dir() else []
        raise UsageError(f"{file}: no such file{near_miss(path.name, siblings)}; give the script with the study")
    # before the folder of another script, which may have modules of the same names
    sys.path[:] = [str(path.parent), *(one for one in sys.path if one != str(path.parent))]
    name, content = module_name(path), hashlib.sha256(path.read_bytes()).hexdigest()
    known = sys.modules.get(name)
    if known is not None and getattr(known, _CONTENT, None) == content:
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file}: is no Python file")
    module = importlib.util.module_from_spec(spec)
    setattr(module, _CONTENT, content)
    sys.modules[name] = module  # dataclasses and pickle look for it there
    try:
        with _load(path):
            spec.loader.exec_module(module)
    except UsageError:
        del sys.modules[name]
        raise
    except Exception as error:
        del sys.modules[name]
        where = _line(error, path)
        raise UsageError(f"{file}{where}: cannot be loaded: {type(error).__name__}: {error}") from error
    except SystemExit as error:
        del sys.modules[name]
        raise UsageError(
            f"{file}: ends the process while it is loaded; put what runs under `if __name__ == '__main__':`"
        ) from error
    return module


def module_name(path: Path) -> str:
    """Return the name under which a script is loaded: one of its own, so that it is no module of another name."""
    return f"{_PREFIX}{re.sub(r'[^0-9a-zA-Z]', '_', path.stem)}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"


def let_children_import(folder: Path) -> None:
    """Let the processes that this one starts, as a pool of multiprocessing does, import the scripts loaded here.

    They look for the functions that they get by the name of the module, and would not find it.

    Parameters
    ----------
    folder
        Where a module of the same name is put for each script; goes onto the path.
    """
    scripts = {name: one for name, one in sys.modules.items() if name.startswith(_PREFIX)}
    if not scripts:
        return
    folder.mkdir(exist_ok=True)
    for name, module in scripts.items():
        text = f"from pathlib import Path\nfrom {__name__} import load\nload(Path({str(module.__file__)!r}))\n"
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def refuse_while_loading() -> None:
    """Raise UsageError when a script is being loaded: one that sweeps would begin its own sweep in each process."""
    if _loading:
        raise UsageError(
            f"{_loading[-1]}: calls hs.sweep while it is loaded; put the call under `if __name__ == '__main__':`"
        )


@contextmanager
def _load(path: Path) -> Iterator[None]:
    arguments = sys.argv
    _loading.append(path)
    sys.argv = [str(path)]  # what it reads there must be the same in every process
    try:
        yield
    finally:
        sys.argv = arguments
        _loading.pop()


def _line(error: BaseException, path: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f":{error.lineno}"
    frame, line = error.__traceback__, 0
    while frame is not None:
        if Path(frame.tb_frame.f_code.co_filename) == path:
            line = frame.tb_lineno
        frame = frame.tb_next
    return f":{line}" if line else ""
