"""Places in Modelica sources: from a byte span of the front end to `file:line:column`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from heatsim.errors import CompilerError, UnsupportedModelicaError


@dataclass(frozen=True)
class Span:
    """A stretch of bytes in one source file."""

    source: int
    start: int
    end: int

    @staticmethod
    def of(raw: Mapping[str, int] | None) -> Span | None:
        """Read the span of a front-end node; None when it has none."""
        return None if not raw else Span(raw["source"], raw["start"], raw["end"])


@dataclass(frozen=True)
class SourceMap:
    """All files that the front end has read.

    Attributes
    ----------
    files : mapping of source number to (path, bytes of the file)
    """

    files: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)

    def place(self, span: Span | None) -> str:
        """Return `file:line:column` (both counted from 1), or an empty string when the place is unknown."""
        if span is None or span.source not in self.files:
            return ""
        path, text = self.files[span.source]
        before = text[: span.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        return f"{shorten(path)}:{line}:{column}"

    def whole_text(self, span: Span | None) -> str:
        """Return the source text of a span."""
        if span is None or span.source not in self.files:
            return ""
        return self.files[span.source][1][span.start : span.end].decode("utf-8", "replace")

    def text(self, span: Span | None) -> str:
        """Return the source text of a span on one line, shortened to 80 characters."""
        text = " ".join(self.whole_text(span).split())
        return text if len(text) <= 80 else text[:77] + "..."

    def fail(self, span: Span | None, message: str) -> NoReturn:
        """Raise a CompilerError that begins with the place."""
        raise CompilerError(self._prefix(span) + message)

    def refuse(self, span: Span | None, message: str) -> NoReturn:
        """Raise an UnsupportedModelicaError that begins with the place."""
        raise UnsupportedModelicaError(self._prefix(span) + message)

    def _prefix(self, span: Span | None) -> str:
        place = self.place(span)
        return f"{place}: " if place else ""


def shorten(path: str) -> str:
    """Return the path relative to the working folder when it lies inside it."""
    relative = os.path.relpath(path) if Path(path).is_absolute() and Path(path).drive == Path.cwd().drive else path
    return path if relative.startswith("..") else relative
