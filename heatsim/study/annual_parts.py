"""Parts of an annual run on disk: where one ends, which are there, and what they were made with."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

import heatsim
from heatsim.analysis.monthly import month_edges
from heatsim.errors import UsageError
from heatsim.study.annual_options import Annual
from heatsim.system.inputs import read_signals, sha256_of_signals
from heatsim.whole_file import whole_file


def edges(options: Annual) -> np.ndarray:
    """Return the ends of the parts with 0 in front, s: on the grid of the results, `stop` last."""
    if options.part is None:
        ends = month_edges(options.start, options.stop)
    else:
        ends = np.append(np.arange(0.0, options.stop, options.part), options.stop)
    inner = np.ceil(ends[1:-1] / options.output_step - 1e-9) * options.output_step
    return np.unique(np.concatenate([[0.0], inner[inner < options.stop], [options.stop]]))


def folder_of(folder: Path) -> Path:
    """Return the folder of the parts in that of a run."""
    return folder / "parts"


def part(folder: Path, number: int, suffix: str) -> Path:
    """Return the file of a part: `nc` or `checkpoint`."""
    return folder_of(folder) / f"part_{number:03d}.{suffix}"


def finished(folder: Path) -> list[Path]:
    """Return the files of the parts that are there, without a gap."""
    found: list[Path] = []
    while part(folder, len(found), "nc").is_file():
        found.append(part(folder, len(found), "nc"))
    return found


def remember(options: Annual, series: Mapping[str, xr.DataArray], folder: Path, going_on: bool) -> None:
    """Write down what is run, or refuse to mix it with another run whose parts are there."""
    wanted = {name: (str(one.attrs["units"]), ()) for name, one in series.items()}
    signals = read_signals(wanted, dict(series), 0.0, options.stop)
    now = {
        **json.loads(json.dumps(dataclasses.asdict(options))),
        "heatsim": heatsim.__version__,
        "input series": sha256_of_signals(signals),
    }
    file = folder_of(folder) / "options.json"
    if going_on:
        try:
            before = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UsageError(f"{file}: is damaged; delete {folder_of(folder)} and start anew") from error
        for name in {**before, **now}:
            if before.get(name) != now.get(name):
                raise UsageError(
                    f"{folder}: the parts were made with {name} = {before.get(name)}, not {now.get(name)}; give the "
                    f"options as they were, or delete {folder_of(folder)}"
                )
        return
    with whole_file(file, "the record of the run") as temporary:
        temporary.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove what `run` has made, and nothing else."""
    # a run that was killed while it wrote leaves temporary files
    for pattern in ("part_*.nc", "part_*.checkpoint", "options.json", ".part_*.tmp", ".annual.nc-*.tmp"):
        for path in folder_of(folder).glob(pattern):
            path.unlink()
    if not any(folder_of(folder).iterdir()):
        folder_of(folder).rmdir()


def named(name: str, ending: str) -> str:
    """Return the name of a file with an ending before its suffix."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}{ending}.{suffix}"
