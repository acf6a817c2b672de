"""One case of a sweep as a command: idempotent, so that SLURM arrays, Snakemake or GNU parallel can run a sweep.

Commands of many machines share the folder of the sweep; each writes the record of its own case and nothing else.
"""

from __future__ import annotations

from heatsim.errors import UsageError
from heatsim.sweeps.case import ID_LENGTH, SweepCase
from heatsim.sweeps.keeping.definition import differences
from heatsim.sweeps.keeping.files_read import FilesRead
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.plan import SweepPlan, runs
from heatsim.sweeps.running.case_lock import case_lock
from heatsim.sweeps.running.engine import refuse_other_files
from heatsim.sweeps.running.runner import CaseRunner, Limits
from heatsim.sweeps.studies.fingerprint import FileWatch
from heatsim.sweeps.studies.study import to_bytes

SHORTEST = 6
"""Characters of an identifier that are enough when no other case begins with them; a mere number of a task is not."""


def find_case(what: SweepPlan, text: str) -> SweepCase:
    """Return the case of an identifier, or of its beginning.

    Raises
    ------
    UsageError
        When the sweep has no such case, or several.
    """
    wanted = text.strip().lower()
    where = f"see {what.folder.path / 'cases.txt'}"
    if not SHORTEST <= len(wanted) <= ID_LENGTH or set(wanted) - set("0123456789abcdef"):
        raise UsageError(
            f"--case {text}: is no identifier of a case, which has {ID_LENGTH} hexadecimal digits (the first "
            f"{SHORTEST} are enough when they are unique); {where}"
        )
    found = [case for case in what.definition.cases() if case.id.startswith(wanted)]
    if not found:
        raise UsageError(
            f"--case {text}: the sweep has no such case among its {len(what.definition.design)}; study, what is "
            f"swept and --set must be those of the list of cases, {where}"
        )
    if len(found) > 1:
        some = ", ".join(case.id for case in found[:4]) + (" ..." if len(found) > 4 else "")
        raise UsageError(f"--case {text}: {len(found)} cases begin so ({some}); give more digits")
    return found[0]


def run_case(
    what: SweepPlan, case: SweepCase, limits: Limits, *, retry_failed: bool = False, accept_changes: bool = False
) -> tuple[CaseRecord, bool]:
    """Run a case of a folder that has been prepared, unless it has ended.

    Parameters
    ----------
    what, case
        The sweep, and its case.
    limits
        What the case may take.
    retry_failed
        Run it again when it has failed.
    accept_changes
        Run it although study or settings are not those that the folder was prepared with.

    Returns
    -------
    CaseRecord
        How it ended, now or before.
    bool
        Whether it was run now.

    Raises
    ------
    UsageError
        When the folder is of another sweep or was prepared for other cases, the study has changed, a sweep runs in the
        folder, or the result cannot be kept.
    """
    prepared = what.folder.read()
    found = differences(prepared, what.definition)
    if found and not accept_changes:
        raise UsageError(
            f"{what.folder.path}: the case does not belong to the sweep of this folder, as {'; '.join(found)}; "
            "choose another folder, or run it all the same by --accept-changes"
        )
    if not any(one.id == case.id for one in prepared.cases()):
        raise UsageError(
            f"{what.folder.path}: case {case.id} is none of the {len(prepared.design)} that were prepared here, and "
            "its result would be in no Dataset; add it by the same command with --prepare --resume in place of --case"
        )
    record = what.folder.kept(case.id)
    if record is not None and not runs(record, retry_failed):
        return record, False
    with case_lock(what.folder, case.id):
        # another command may have run it while this one waited
        record = what.folder.kept(case.id)
        if record is not None and not runs(record, retry_failed):
            return record, False
        with CaseRunner(to_bytes(what.study), what.folder, limits) as runner:
            record = runner.run(case)
        files = FileWatch(what.study, what.definition.fingerprint)
        refuse_other_files(files, FilesRead(), what.folder, case, record)
        return record, True
