"""Keep the bodies of functions from the front end's last step, which takes few of them.

That step checks a model for uses that heatsim has no part in, and refuses `break`, loops over the values of an array,
assignments to parts of records and much else. It does nothing to the flat model, but there is none without it.
So when it refuses a model, the sources are rewritten and the front end runs again: each body gets a statement in front
that calls the function itself and returns, so that the rest is never reached and need not be understood, and `break`
becomes `return`. Afterwards these statements are taken out of the flat model again and all places are put back to
those in the sources; `statements` knows a `break` by its source text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from heatsim.compiler.embedded.classes import ClassText, read_file
from heatsim.compiler.embedded.sources import Span
from heatsim.errors import CompilerError


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


def hide(text: bytes) -> Rewritten | None:
    """Rewrite a file; None when there is no function with a body in it that stands for itself."""
    changes: list[tuple[int, int, str]] = []  # start and end in characters, new text
    for top in read_file(0, text):
        for found in top.all():
            changes += _changes(found)
    if not changes:
        return None
    characters = text.decode("utf-8", "replace")
    pieces: list[tuple[bytes, int]] = []  # new bytes, and how many old ones they stand for
    at = 0
    for start, end, new in sorted(changes):
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


def _changes(found: ClassText) -> Iterator[tuple[int, int, str]]:
    """Yield what to change in a function; one that inherits a part of its interface is left as it is."""
    inherits = found.extends_own_name or any(reference.role == "extends" for reference in found.references)
    if found.kind != "function" or found.algorithm is None or inherits or not found.outputs:
        return
    results = found.outputs[0] if len(found.outputs) == 1 else f"({', '.join(found.outputs)})"
    end = found.algorithm.start + len(found.algorithm.text)
    yield end, end, f" {results} := {found.name}({', '.join(found.inputs)}); return; "
    for token in found.tokens:
        if token.text == "break":
            yield token.start, token.start + len(token.text), "return"


def restore(flat: dict[str, Any], files: Mapping[int, Rewritten]) -> None:
    """Put places in a flat model back to those of the sources, and take out what was put in; changes `flat`.

    Parameters
    ----------
    flat : as the front end wrote it
    files : rewritten files by source number
    """
    _put_back(flat, files)
    for function in flat["functions"].values():
        span = Span.of(function["span"])
        if function["is_constructor"] or span is None or span.source not in files:
            continue
        body = function["body"]
        if len(body) >= 2 and _is_new(body[0]) and _is_new(body[1]):
            function["body"] = body[2:]
        elif any(_is_new(statement) for statement in body):
            raise CompilerError(
                f"the front end changed the body of '{function['name']}' in a way that is not known here; use "
                "assignments, if and for only"
            )


def _is_new(statement: Mapping[str, Any]) -> bool:
    """True for a statement that stands nowhere in the sources: its places have no length."""
    kind, data = next(iter(statement.items()))
    span = Span.of(data.get("span") or data.get("comp", {}).get("span")) if isinstance(data, Mapping) else None
    return kind in ("Assignment", "FunctionCall", "Return") and span is not None and span.start == span.end


def _put_back(node: object, files: Mapping[int, Rewritten]) -> None:
    if isinstance(node, dict):
        source = node.get("source")
        if isinstance(source, int) and source in files and "start" in node and "end" in node:
            node["start"], node["end"] = files[source].place(node["start"]), files[source].place(node["end"])
            return
        for value in node.values():
            _put_back(value, files)
    elif isinstance(node, list):
        for value in node:
            _put_back(value, files)
