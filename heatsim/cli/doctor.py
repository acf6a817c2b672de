"""`heatsim doctor`: what is installed, which compilers will be used, where FMUs are kept and which are up to date."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import sys
from typing import Any

from heatsim import __version__
from heatsim.compiler import library_models
from heatsim.compiler.driver import choose_compiler, kept_fmu
from heatsim.compiler.folders import checkout_folder, fmu_folder, user_cache_folder
from heatsim.compiler.library import default_library
from heatsim.compiler.openmodelica import find_omc
from heatsim.compiler.toolchain import find_c_compiler, ziglang_version
from heatsim.errors import CompilerError


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "doctor",
        help="show what is installed and which compilers will be used",
        description="Show what is installed, which compilers will be used, and which FMUs are up to date. "
        "Exit code 1 when something is missing that every build needs.",
    )
    return parser


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 when a build or a run could not work."""
    problems: list[str] = []
    top = checkout_folder()
    _line("heatsim", f"{__version__}, {f'checkout {top}' if top else 'installed package'}")
    _line("python", f"{platform.python_version()} ({sys.executable}) on {platform.platform()}")
    packages, missing = installed_packages()
    _line("packages", ", ".join(packages))
    problems += missing

    try:
        _line("C compiler", str(find_c_compiler()))
    except CompilerError as error:
        problems.append(str(error))
        _line("C compiler", "none that works")
    bundled = ziglang_version()
    _line("", f"with pip: {'ziglang ' + bundled if bundled else 'none (pip install ziglang)'}")

    omc = find_omc()
    _line("OpenModelica", f"{omc.version} ({omc.executable})" if omc.usable else omc.problem)
    choice = choose_compiler("auto")
    _line("builds use", choice.compiler)

    library = default_library()
    _line("library", f"{library.path}, {len(library.classes)} classes")
    _line("cache", str(user_cache_folder()))
    folder = fmu_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        problems.append(f"{folder} cannot be written: set HEATSIM_CACHE to a folder of yours")
    _line("FMUs", str(folder))
    for model in library_models():
        manifest = kept_fmu(model)
        state = f"up to date, {manifest['states']} states" if manifest else "to be built"
        _line("", f"{model}  {state}")

    for problem in problems:
        print(f"problem: {problem}")
    if not problems:
        print("all there" + ("" if choice.compiler == "openmodelica" else "; OpenModelica is not needed"))
    return 1 if problems else 0


def installed_packages() -> tuple[list[str], list[str]]:
    """Return `name version` of each package heatsim requires, and a problem line for each that is missing."""
    try:
        requirements = importlib.metadata.requires("heatsim") or []
    except importlib.metadata.PackageNotFoundError:  # runs from a folder that was only put on the path
        return ["unknown: heatsim itself is not installed (pip install -e .)"], []
    found, missing = [], []
    for requirement in requirements:
        if ";" in requirement:  # extras are optional
            continue
        name = re.split(r"[<>=!~ ]", requirement, maxsplit=1)[0]
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(f"package {name} is missing: run `pip install '{requirement}'`")
    return found, missing


def _line(label: str, text: str) -> None:
    print(f"{label:<14}{text}")
