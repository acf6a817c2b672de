"""Child process of the front end: reads a request as JSON on stdin, writes the flat model with marshal to stdout.

It runs alone in a process because the front end can panic, which ends a process from inside; the parent then reads the
panic message from stderr. It imports nothing of heatsim, so that it starts fast. The flat model of a large plant has
millions of parts: marshal carries them several times faster than JSON, and the garbage collector would go through all
of them again and again while they are made, so it is off.
"""

from __future__ import annotations

import gc
import json
import marshal
import sys

import rumoca

_SMALL = "model HeatsimFiles Real x; equation x = 1; end HeatsimFiles;"


def _syntax_errors(files: list[str]) -> list[dict[str, object]]:
    """Return the diagnostics of all files that do not parse, with their text (it holds line and column)."""
    found: list[dict[str, object]] = []
    for file in files:
        for diagnostic in rumoca.validate(file):
            if diagnostic.rule == "syntax-error":
                found.append({"file": file, "line": diagnostic.line, "message": diagnostic.message})
                break
    return found


def main() -> int:
    """Flatten one model; the answer has either `flat` and `files` or `error` and `syntax`."""
    gc.disable()
    request = json.load(sys.stdin)
    answer: dict[str, object]
    try:
        session = rumoca.Session(request["roots"])
        flat = session.loads(request["source"], model=request["model"]).to_dict("flat")
        # only the form that is not used here has the list of files: that of a small model is found sooner
        files = session.loads(_SMALL, model="HeatsimFiles").to_dict("dae")["source_map"]["files"]
        answer = {"files": files, "flat": flat}
    except (rumoca.RumocaError, RuntimeError) as error:
        answer = {"error": str(error), "syntax": _syntax_errors(request["files"])}
    sys.stdout.buffer.write(marshal.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
