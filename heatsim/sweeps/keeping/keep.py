"""Keeps what a case gave in the folder of its sweep: arrays first, then the record that makes it a finished case."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.arrays import KeptArrays, selected, write_arrays
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.outcome import Outcome
from heatsim.sweeps.keeping.records import OK, CannotKeep, CaseRecord, write_record


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
    folder.refuse_gone()
    arrays, note = selected(found.arrays, case.series)
    file = folder.series(case.id)
    kept: KeptArrays | None = None
    if arrays is not None:
        try:
            kept = write_arrays(arrays, file)
        except UsageError as error:
            refused = isinstance(error.__cause__, OSError | RuntimeError) and _refusal(file.parent, arrays.nbytes)
            if not refused:
                raise
            raise CannotKeep(
                f"{file}: the arrays of the case cannot be written ({refused}); choose another folder or free space"
            ) from error
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


def _refusal(folder: Path, size: int) -> str:
    """Say why a folder takes no file of this size, "" when it does.

    The netCDF library does not tell a full disk from content that it cannot write.
    """
    block = bytes(1 << 20)
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            for _ in range(size // len(block) + 1):
                # what a full disk takes of a block is no error yet; the next byte is
                rest = memoryview(block)
                while rest:
                    rest = rest[file.write(rest) :]
    except OSError as error:
        return error.strerror or str(error)
    return ""
