"""Where things lie on this machine: the checkout (if any), the Modelica library, built FMUs, the user's cache.

Nothing here reads or writes more than it must to answer; every command goes through these functions, so they are cheap.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

LIBRARY_NAME = "HeatReuse"


def package_folder() -> Path:
    """Folder of the installed `heatsim` package."""
    return Path(__file__).resolve().parent.parent


def checkout_folder() -> Path | None:
    """Top folder of the source checkout heatsim runs from, or None for an installed wheel."""
    top = package_folder().parent
    if (top / "pyproject.toml").is_file() and (top / "modelica" / LIBRARY_NAME / "package.mo").is_file():
        return top
    return None


def user_cache_folder() -> Path:
    """The user's cache folder for heatsim; the environment variable HEATSIM_CACHE takes precedence."""
    override = os.environ.get("HEATSIM_CACHE")
    return Path(override).expanduser().resolve() if override else Path(platformdirs.user_cache_dir("heatsim", False))


def fmu_folder() -> Path:
    """Where built FMUs are kept: `fmus/` of the checkout, else `fmus` in the user's cache folder."""
    top = checkout_folder()
    if top is not None and os.access(top, os.W_OK) and not os.environ.get("HEATSIM_CACHE"):
        return top / "fmus"
    return user_cache_folder() / "fmus"
