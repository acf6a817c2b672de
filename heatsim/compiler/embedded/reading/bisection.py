"""The place of an error for which the front end gives none, found by taking statements away.

The front end runs again and again on sources in which some equations, values and modifications are blanked. Where the
error goes with a statement and comes back with it, this is the place. A run has one of three results: the same error
(what is wrong is in what is left), none or a later one (it was in what is blanked), or another error, which says
nothing. Statements are halved, the later half first, so that of two statements that only together are wrong the second
is found, and of two mistakes the first.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from heatsim.compiler.embedded.reading.classes import used_classes
from heatsim.compiler.embedded.reading.pieces import Piece, pieces
from heatsim.compiler.embedded.reading.sources import SourceMap

RUNS = 40  # of the front end, two for each question when equations have to be made up for
SECONDS = 20.0
MISTAKES = 3  # in declarations that are looked for at most

BREAKDOWN = "breakdown: "  # begins what is said when the front end breaks down
Change = tuple[int, int, str]
Run = Callable[[Mapping[int, Sequence[Change]]], str]
_PHASES = ("Parse", "Resolve", "Instantiate", "Typecheck", "Flatten", "ToDae")


def find(model: str, sources: SourceMap, said: str, run: Run) -> Piece | None:
    """Return the statement with which an error comes, or None when that cannot be told.

    Parameters
    ----------
    model : name of the class
    sources : all files of the libraries
    said : what the front end said
    run : runs the front end on sources with changes (by number of the file: start and end in characters, new text) and
        returns what it says, "" when it says nothing
    """
    used = [found for found in used_classes(model, sources) if found.kind != "function"]
    everything = [piece for found in used for piece in pieces(found, sources)]
    everything.sort(key=lambda piece: (piece.found.source, piece.start))
    search = _Search(sources, said, run)
    try:
        return search.find(everything)
    except _Exhausted:
        return None


class _Exhausted(Exception):
    """There were too many runs, or they took too long."""


@dataclass
class _Search:
    sources: SourceMap
    said: str
    run: Run
    runs: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def find(self, everything: Sequence[Piece]) -> Piece | None:
        equations = [piece for piece in everything if piece.is_equation]
        others = [piece for piece in everything if not piece.is_equation]
        if not equations or self.without(equations) == "same":
            return self._declaration(others, equations)
        blanked: list[Piece] = []
        culprit = self._narrow(equations, blanked)
        return self._inside(culprit, blanked) if culprit is not None else self._declaration(others, [])

    def _declaration(self, suspects: Sequence[Piece], away: Sequence[Piece]) -> Piece | None:
        """Return the first declaration that the error comes with, when some equations are away.

        Other values may not fit because of those that are blanked. So the error must also be gone when only what was
        found is blanked; when it is not, there may be a second one, as for a parameter that gives another its size.
        """
        found: list[Piece] = []
        for _ in range(MISTAKES):
            left = [piece for piece in suspects if piece not in found]
            culprit = self._narrow(left, [*away, *found])
            if culprit is None:
                return None
            found.append(culprit)
            if self.without(found) != "same":
                first = min(found, key=lambda piece: (piece.found.source, piece.start))
                return self._inside(first, [*away, *(piece for piece in found if piece is not first)])
        return None

    def without(self, blanked: Sequence[Piece]) -> str:
        """Return what is left of the error without some pieces: "same", "gone" or "other"."""
        if self.runs >= RUNS or time.monotonic() > self.until:
            raise _Exhausted
        self.runs += 1
        said = self.run(self._changes(blanked))
        if _essence(said) == _essence(self.said):
            return "same"
        return "gone" if not said or _phase(said) > _phase(self.said) else "other"

    def _changes(self, blanked: Sequence[Piece]) -> dict[int, list[Change]]:
        changes: dict[int, list[Change]] = {}
        for piece in blanked:
            text = self.sources.files[piece.found.source][1].decode("utf-8", "replace")
            blank = re.sub(r"[^\n]", " ", text[piece.start : piece.end])
            changes.setdefault(piece.found.source, []).append((piece.start, piece.end, blank))
        return changes

    def _narrow(self, suspects: Sequence[Piece], blanked: list[Piece]) -> Piece | None:
        """Return the one of some pieces that the error comes with; adds to `blanked` what has no part in it."""
        left = list(suspects)
        while len(left) > 1:
            half = len(left) // 2
            for kept, taken in ((left[:half], left[half:]), (left[half:], left[:half])):
                result = self.without([*blanked, *taken])
                if result == "same":
                    blanked += taken
                    left = kept
                    break
                if result == "gone":
                    left = taken
                    break
            else:
                return self._one_by_one(left, blanked)
        return left[0] if left and self.without([*blanked, *left]) == "gone" else None

    def _one_by_one(self, left: Sequence[Piece], blanked: Sequence[Piece]) -> Piece | None:
        """Return the last single piece without which the error is gone, where halves say nothing."""
        if len(left) > RUNS // 2:
            return None
        for piece in reversed(left):
            if self.without([*blanked, piece]) == "gone":
                return piece
        return None

    def _inside(self, piece: Piece, blanked: list[Piece]) -> Piece:
        """Return the part of a block or bracket that the error comes with, or the whole when none is."""
        if not piece.inner:
            return piece
        try:
            if piece.kind == "block":
                found = self._narrow(piece.inner, list(blanked))
            else:
                found = self._one_by_one(piece.inner, blanked)
        except _Exhausted:
            return piece
        return piece if found is None else self._inside(found, blanked)


def _essence(said: str) -> str:
    """Return what was said in one line without places."""
    first = next((line for line in said.splitlines() if line.strip()), "")
    return " ".join(re.sub(r"\s*\[[^\[\]]*:\d+:\d+\]", "", first).split())


def _phase(said: str) -> int:
    """Return how far the front end came; a breakdown may happen anywhere, so that only success is later."""
    found = re.search(r"failed in (\w+)", said)
    if said.startswith(BREAKDOWN):
        return len(_PHASES)
    return _PHASES.index(found[1]) if found and found[1] in _PHASES else 0
