"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heatsim.errors import UsageError


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
        os.replace(temporary, target)
    except (OSError, RuntimeError) as error:  # the latter from the netCDF library, when the disk is full
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"{target}: {what} cannot be written ({reason}); choose another folder or free space"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def temporary_beside(target: Path) -> Path:
    """A new empty file beside the target, with the rights that any new file gets."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    # mkstemp shuts others out; the umask can only be read by setting it
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(name, 0o666 & ~umask)
    return Path(name)
