"""What was found out about programs on this machine, remembered between runs.

Answers are small JSON texts under a fingerprint that changes with the program's file. A missing, damaged or unwritable
memory is never an error: the question is asked again, which costs a second.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from heatsim.compiler.folders import user_cache_folder


def fingerprint(executable: Path, arguments: str = "") -> str:
    """Text that changes when the program's file does."""
    status = executable.resolve().stat()
    return f"{executable} {status.st_size} {status.st_mtime_ns} {arguments}".strip()


def recall(mark: str) -> str | None:
    """Return what was remembered under `mark`, None when nothing was."""
    answer = _read().get(mark)
    return answer if isinstance(answer, str) else None


def remember(mark: str, answer: str) -> None:
    """Keep `answer` under `mark` for later runs."""
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps({**_read(), mark: answer}, indent=1))
    except OSError:  # a memory that cannot be written costs one question each time, nothing else
        return


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader sees either the old or the new one, never a half."""
    # not `tempfile`: its files can be read by their owner only, and these folders may be shared
    new = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def _path() -> Path:
    return user_cache_folder() / "programs.json"


def _read() -> dict[str, object]:
    try:
        known = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
