"""The folder of a sweep: its definition, one file a case, and a lock that keeps a second sweep out.

sweep.json          study, settings, points, fingerprint
cases.txt           identifiers of the cases, one a line, in the order of the points
cases/ID.json       how a case ended (`heatsim.sweeps.keeping.records`)
cases/ID.nc         its arrays: time series on request
status.json         progress, for programs
sweep.lock          held by the sweep that runs in the folder; holder.json says who that is

Files of cases appear under their names when they are whole. They are not forced to the disk one by one, which would
take longer than many a case does: after a power failure, the files of the last seconds may be damaged. Such files are
recognised, and their cases run again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import filelock

from heatsim.errors import UsageError, listed
from heatsim.sweeps.keeping.definition import (
    Definition,
    differences,
    read_definition,
    with_files_of,
    write_definition,
)
from heatsim.sweeps.keeping.records import AGAIN, CaseRecord, DamagedRecord, FolderGone, read_record
from heatsim.whole_file import whole_file


@dataclass(frozen=True)
class SweepFolder:
    """Where the files of a sweep lie.

    Attributes
    ----------
    path
        The folder.
    prepared
        Whether its definition was there: then no case is kept in another folder that has come to be in its place.
    """

    path: Path
    prepared: bool = field(default=False, compare=False)

    @property
    def definition_file(self) -> Path:
        """What the sweep is."""
        return self.path / "sweep.json"

    @property
    def status_file(self) -> Path:
        """Progress, for programs."""
        return self.path / "status.json"

    def record(self, case_id: str) -> Path:
        """File of how a case ended."""
        return self.path / "cases" / f"{case_id}.json"

    def series(self, case_id: str) -> Path:
        """File of the arrays of a case."""
        return self.path / "cases" / f"{case_id}.nc"

    def records(self) -> set[str]:
        """Identifiers of the cases that have ended, whatever sweep of this folder they were of."""
        return {file.stem for file in (self.path / "cases").glob("*.json") if not file.name.startswith(".")}

    def look(self, case_id: str) -> CaseRecord | None:
        """How a case ended, or None when it has not.

        Raises
        ------
        DamagedRecord
            When its files are not those that were written.
        """
        try:
            record = read_record(self.record(case_id))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DamagedRecord(f"{self.record(case_id)}: cannot be read ({error.strerror or error})") from error
        if record.id != case_id:
            raise DamagedRecord(f"{self.record(case_id)}: is of case {record.id}; {AGAIN}")
        if record.arrays is not None:
            try:
                size = self.series(case_id).stat().st_size
            except OSError:
                raise DamagedRecord(f"{self.series(case_id)}: is not there; {AGAIN}") from None
            if size != record.arrays.size:
                raise DamagedRecord(f"{self.series(case_id)}: is damaged; {AGAIN}")
        return record

    def kept(self, case_id: str) -> CaseRecord | None:
        """How a case ended, or None when it has not, or when its files are not those that were written."""
        try:
            return self.look(case_id)
        except DamagedRecord:
            return None

    def refuse_gone(self) -> None:
        """Raise FolderGone when it was prepared, and holds no sweep any more."""
        try:
            if self.prepared:
                self.definition_file.stat()
        except FileNotFoundError:
            raise FolderGone(
                f"{self.path}: the folder has been removed or renamed while its sweep ran; put it back, and go on with "
                "resume=True (--resume)"
            ) from None
        except OSError:
            return  # of a network drive for a moment; what is written next says it when it lasts

    def begin(
        self,
        definition: Definition,
        *,
        resume: bool = False,
        accept_changes: bool = False,
        changed: Sequence[str] = (),
    ) -> None:
        """Make this the folder of a sweep; the caller holds the lock.

        Parameters
        ----------
        definition
            What is to be run.
        resume
            Go on with a sweep that is there; its finished cases are used. Without one, begin.
        accept_changes
            Use finished cases although study, settings or fingerprint differ from those that they were run with.
        changed
            Files that finished cases have read, and that are others now.

        Raises
        ------
        UsageError
            When the folder holds a sweep and is not to be resumed, or a sweep that differs; names what does.
        """
        if self.definition_file.exists():
            if not resume:
                raise UsageError(
                    f"{self.path}: holds a sweep already; go on with it by resume=True (--resume), or choose another "
                    "folder"
                )
            earlier = self.read()
            found = differences(earlier, definition)
            if changed:
                found.append(f"files that its cases have read have changed ({listed(changed, 4)})")
            if found and not accept_changes:
                raise UsageError(
                    f"{self.path}: cannot be resumed, as {'; '.join(found)}; undo that, choose another folder, or take "
                    "the finished cases as they are by accept_changes=True (--accept-changes)"
                )
            definition = with_files_of(definition, earlier)
        elif (self.path / "cases").exists():
            raise UsageError(
                f"{self.path}: holds cases but no sweep.json that says what they are; choose another folder"
            )
        self.tidy()
        self.write(definition)

    def tidy(self) -> None:
        """Remove what killed processes have left unfinished."""
        for folder in (self.path, self.path / "cases"):
            for file in folder.glob(".*.tmp"):
                file.unlink(missing_ok=True)

    def write(self, definition: Definition) -> None:
        """Write the definition and the list of identifiers."""
        with whole_file(self.path / "cases.txt", "the list of cases") as temporary:
            temporary.write_text("".join(f"{case.id}\n" for case in definition.cases()), encoding="utf-8")
        write_definition(definition, self.definition_file)

    def read(self) -> Definition:
        """Read the definition; UsageError when the folder holds no sweep."""
        if not self.definition_file.is_file():
            # a task of a queue may run elsewhere than where it was given
            where = "" if self.path.is_absolute() else f" in {Path.cwd()}"
            missing = f"there is no such folder{where}" if not self.path.is_dir() else "holds no sweep"
            raise UsageError(f"{self.path}: {missing}; give the folder that `heatsim sweep` wrote to")
        return read_definition(self.definition_file)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other sweeps out of the folder while the block runs.

        The operating system lets go of the lock when the process ends, however it does.

        Raises
        ------
        UsageError
            When another sweep is in it, or the folder cannot be written.
        """
        holder = self.path / "holder.json"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.path / "sweep.lock", timeout=0)
            lock.acquire()
        except filelock.Timeout:
            # where the system keeps no locks, what another machine has left cannot be known from one in use
            soft = "; if none is, remove sweep.lock" if isinstance(lock, filelock.SoftFileLock) else ""
            raise UsageError(
                f"{self.path}: another sweep is running here{_who(holder)}; wait for its end, or choose another folder"
                f"{soft}"
            ) from None
        except OSError as error:
            raise UsageError(
                f"{self.path}: the sweep cannot be kept here ({error.strerror or error}); choose another folder or "
                "free space"
            ) from error
        try:
            with whole_file(holder, "the lock of the sweep") as temporary:
                temporary.write_text(json.dumps(_this_process()) + "\n", encoding="utf-8")
            yield
        finally:
            with contextlib.suppress(OSError):
                holder.unlink(missing_ok=True)
            lock.release()


def _this_process() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "host": platform.node(),
        "since": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
    }


def _who(holder: Path) -> str:
    """Say which process holds the lock, as far as it has told."""
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
        return f" (process {told['pid']} on {told['host']}, since {told['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
