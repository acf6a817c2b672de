"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heatsim.errors import UsageError

_PATIENCE = (0.1, 0.5, 2.0)
"""Pauses before a file is renamed again, s."""
_PASSING = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EBUSY}
"""What a network drive says when its server is away for a moment."""


@contextmanager
def whole_file(target: Path, what: str) -> Iterator[Path]:
    """Give a temporary file beside the target to write into; it takes the target's place when the block has ended well.

    Parameters
    ----------
    target
        The file; its folder is made.
    what
        What it is, for the message: "the result".

    Raises
    ------
    UsageError
        When it cannot be written; nothing is left then.
    """
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(target)
        yield temporary
        _rename(temporary, target)
    except (OSError, RuntimeError) as error:  # the latter from the netCDF library, when the disk is full
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{target}: {what} cannot be written ({reason}); choose another folder or free space"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _rename(temporary: Path, target: Path) -> None:
    """Rename a file, again when that fails for a reason that may pass; work of hours must not be lost to it."""
    own = temporary.stat()
    for pause in (*_PATIENCE, None):
        try:
            os.replace(temporary, target)
            return
        except OSError as error:
            if _is(target, own):
                return  # a server that was asked twice has done it the first time
            # on Windows, who reads the target for a moment is in the way
            passing = error.errno in _PASSING or (sys.platform == "win32" and isinstance(error, PermissionError))
            if pause is None or not passing:
                raise
        time.sleep(pause)


def _is(file: Path, other: os.stat_result) -> bool:
    try:
        return os.path.samestat(file.stat(), other)
    except OSError:
        return False


def temporary_beside(target: Path) -> Path:
    """A new empty file beside the target, with the rights that any new file gets."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    # mkstemp shuts others out; the umask can only be read by setting it
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(name, 0o666 & ~umask)
    return Path(name)
