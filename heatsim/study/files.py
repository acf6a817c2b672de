"""Keeps the files of an earlier run apart from those of a run that failed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def move_aside(folder: Path, names: Iterable[str]) -> Path | None:
    """Move files of a folder into its folder `previous`, so that they cannot be taken for a run that failed.

    Returns
    -------
    Path or None
        The folder `previous`, or None when there was nothing to move.
    """
    present = [folder / name for name in names if (folder / name).is_file()]
    if not present:
        return None
    target = folder / "previous"
    target.mkdir(exist_ok=True)
    for path in present:
        path.replace(target / path.name)
    return target
