"""Child process of the front end: reads a request as JSON on stdin, writes the flat model as JSON to stdout.

It runs alone in a process because the front end can panic, which ends a process from inside; the parent then reads the
panic message from stderr. It imports nothing of heatsim, so that it starts fast.
"""

from __future__ import annotations

import json
import sys

import rumoca


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
    request = json.load(sys.stdin)
    try:
        model = rumoca.Session(request["roots"]).loads(request["source"], model=request["model"])
        files = json.dumps(model.to_dict("dae")["source_map"]["files"])
        answer = f'{{"flat": {model.to_json("flat")}, "files": {files}}}'
    except (rumoca.RumocaError, RuntimeError) as error:
        answer = json.dumps({"error": str(error), "syntax": _syntax_errors(request["files"])})
    sys.stdout.buffer.write(answer.encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
