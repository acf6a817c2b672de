"""Sources with changes for the front end, and the way back from places in them to those the user knows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PLACE = re.compile(r"\[([^\[\]\n]+):(\d+):(\d+)\]")


@dataclass(frozen=True)
class Rewritten:
    """A source file with changes.

    Attributes
    ----------
    text : what the front end reads
    original : what the user wrote
    edges : byte offsets in `text` where a stretch of kept or new text begins
    stretches : for each, the byte offset in `original` and its length there
    """

    text: bytes
    original: bytes
    edges: tuple[int, ...] = field(repr=False)
    stretches: tuple[tuple[int, int], ...] = field(repr=False)

    def place(self, offset: int) -> int:
        """Return the offset in the original that belongs to one in the rewritten text."""
        number = bisect_right(self.edges, offset) - 1
        start, length = self.stretches[number]
        return start + min(offset - self.edges[number], length)


def rewrite(text: bytes, changes: Iterable[tuple[int, int, str]]) -> Rewritten | None:
    """Return a file with changes (start and end in characters, new text); None when there are none."""
    ordered = sorted(changes)
    if not ordered:
        return None
    characters = text.decode("utf-8", "replace")
    pieces: list[tuple[bytes, int]] = []  # new bytes, and how many old ones they stand for
    at = 0
    for start, end, new in ordered:
        kept = characters[at:start].encode()
        pieces += [(kept, len(kept)), (new.encode(), len(characters[start:end].encode()))]
        at = end
    rest = characters[at:].encode()
    pieces.append((rest, len(rest)))
    edges, stretches, new_at, old_at = [], [], 0, 0
    for piece, old_length in pieces:
        edges.append(new_at)
        stretches.append((old_at, old_length))
        new_at, old_at = new_at + len(piece), old_at + old_length
    return Rewritten(b"".join(piece for piece, _ in pieces), text, tuple(edges), tuple(stretches))


def put_back(node: object, files: Mapping[int, Rewritten]) -> None:
    """Put all places in a piece of the flat model back to those of the sources; changes `node`.

    Parameters
    ----------
    node : as the front end wrote it
    files : rewritten files by source number
    """
    pending = [node]  # long sums are nested more deeply than Python can follow
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            source = item.get("source")
            if isinstance(source, int) and source in files and "start" in item and "end" in item:
                item["start"], item["end"] = files[source].place(item["start"]), files[source].place(item["end"])
            else:
                pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def original_places(message: str, changed: Mapping[str, Rewritten | None], written: Mapping[Path, Path]) -> str:
    """Return a message of the front end with the places `[file:line:column]` of the user's files.

    Parameters
    ----------
    message : what the front end said about the rewritten files
    changed : rewritten files by the path the front end knows
    written : the user's file for each of these paths
    """

    def back(match: re.Match[str]) -> str:
        file, line, column = match[1], int(match[2]), int(match[3])
        own = written.get(Path(file))
        if own is None:
            return match[0]
        rewritten = changed.get(file)
        if rewritten is not None:
            before = rewritten.text.split(b"\n")
            offset = sum(len(row) + 1 for row in before[: line - 1])
            row = before[line - 1] if line <= len(before) else b""
            offset += len(row.decode("utf-8", "replace")[: column - 1].encode())
            head = rewritten.original[: rewritten.place(offset)]
            line = head.count(b"\n") + 1
            column = len(head[head.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        return f"[{own}:{line}:{column}]"

    return _PLACE.sub(back, message)
