"""Keeps what a case gave in the folder of its sweep: arrays first, then the record that makes it a finished case."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.arrays import KeptArrays, selected, write_arrays
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.outcome import Outcome
from heatsim.sweeps.records import OK, CannotKeep, CaseRecord, write_record


def keep(
    folder: SweepFolder, case: SweepCase, found: Outcome, provenance: Mapping[str, Any], log: str = ""
) -> CaseRecord:
    """Write the files of a case that ended well.

    Parameters
    ----------
    folder
        Of the sweep.
    case
        What was run.
    found
        What it gave.
    provenance
        How it was made; what JSON can hold.
    log
        The last lines that it printed.

    Raises
    ------
    CannotKeep
        When the folder takes no more files.
    UsageError
        When an array cannot be kept; names it.
    """
    arrays, note = selected(found.arrays, case.series)
    file = folder.series(case.id)
    kept: KeptArrays | None = None
    if arrays is not None:
        try:
            kept = write_arrays(arrays, file)
        except UsageError as error:
            if isinstance(error.__cause__, OSError | RuntimeError) and not _takes(file.parent, arrays.nbytes):
                raise CannotKeep(str(error)) from error
            raise
        except (AttributeError, TypeError, ValueError) as error:
            raise UsageError(
                f"the arrays of the case cannot be kept in a netCDF file ({error}); leave them out"
            ) from error
    record = CaseRecord(
        case.id, dict(case.values), OK, message=note, figures=found.figures, arrays=kept, provenance=provenance, log=log
    )
    write_record(record, folder.record(case.id))
    if arrays is None:
        # of an earlier run of the case, which the record just written has replaced
        file.unlink(missing_ok=True)
    return record


def _takes(folder: Path, size: int) -> bool:
    """Whether the folder takes a file of this size: the netCDF library does not tell a full disk from a bad name."""
    block = bytes(1 << 20)
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            for _ in range(size // len(block) + 1):
                if file.write(block) < len(block):
                    return False
    except OSError:
        return False
    return True
