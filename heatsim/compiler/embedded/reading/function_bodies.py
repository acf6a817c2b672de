"""Keep the bodies of functions from the front end's last step, which takes few of them.

That step checks a model for uses that heatsim has no part in, and refuses `break`, loops over the values of an array,
assignments to parts of records and much else. It does nothing to the flat model, but there is none without it.
So when it refuses a model, the sources are rewritten and the front end runs again: each body gets a statement in front
that calls the function itself and returns, so that the rest is never reached and need not be understood, and `break`
becomes `return`. Afterwards these statements are taken out of the flat model again and all places are put back to
those in the sources; `statements` knows a `break` by its source text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatsim.compiler.embedded.reading.classes import ClassText, read_file
from heatsim.compiler.embedded.reading.rewriting import Rewritten
from heatsim.compiler.embedded.reading.sources import Span
from heatsim.errors import CompilerError


def hide(text: bytes) -> list[tuple[int, int, str]]:
    """Return what to change in a file: start and end in characters, new text (`rewriting.rewrite`)."""
    return [change for top in read_file(0, text) for found in top.all() for change in _changes(found)]


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
    """Take out of a flat model what was put in; changes `flat`, whose places are those of the sources already.

    Parameters
    ----------
    flat : as the front end wrote it
    files : rewritten files by source number
    """
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
