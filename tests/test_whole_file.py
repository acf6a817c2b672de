"""Files that are there whole or not at all, also on a drive whose server is away for a moment."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from heatsim import whole_file as module
from heatsim.errors import UsageError
from heatsim.whole_file import whole_file


def write(target: Path) -> None:
    with whole_file(target, "the result") as temporary:
        temporary.write_text("whole")


def failing(monkeypatch: pytest.MonkeyPatch, code: int, times: int, after: bool = False) -> list[int]:
    """Let renaming fail so many times, before or after it is done."""
    real, calls = os.replace, [0]

    def rename(source: Path, target: Path) -> None:
        calls[0] += 1
        if calls[0] > times:
            real(source, target)
            return
        if after:
            real(source, target)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module.os, "replace", rename)
    monkeypatch.setattr(module, "_PATIENCE", (0.0, 0.0, 0.0))
    return calls


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.ETIMEDOUT])
@pytest.mark.parametrize("after", [False, True])
def test_what_passes_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, after: bool) -> None:
    calls = failing(monkeypatch, code, 2, after)
    write(tmp_path / "a")
    assert (tmp_path / "a").read_text() == "whole"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    assert calls == [1 if after else 3]


def test_a_rename_that_was_done_at_the_first_of_two_requests_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, errno.ENOENT, 1, after=True)
    write(tmp_path / "a")
    assert (tmp_path / "a").read_text() == "whole"


@pytest.mark.parametrize(("code", "tries"), [(errno.ENOSPC, 1), (errno.EIO, 4)])
def test_what_lasts_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, tries: int
) -> None:
    (tmp_path / "a").write_text("before")
    calls = failing(monkeypatch, code, 100)
    with pytest.raises(UsageError, match=f"a: the result cannot be written .{os.strerror(code)}"):
        write(tmp_path / "a")
    assert calls == [tries]
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a", "before")]
