"""OpenModelica's messages as OMPython 4.1 puts them into exceptions, taken apart.

Each begins with a line `NN: [kind:level:id] [file:readonly:line:column:line:column] text`; its text may go on over more
lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_START = re.compile(
    r"^\d+: \[(?P<kind>\w+):(?P<level>\w+):(?P<id>\d+)\] "
    r"\[(?P<file>.*?):(?P<readonly>true|false):(?P<line>\d+):(?P<column>\d+):\d+:\d+\] (?P<text>.*)$"
)


@dataclass(frozen=True)
class Message:
    """One message: kind (`syntax`, `translation`, ...), level (`error`, `warning`, ...), place and text."""

    kind: str
    level: str
    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}" if self.file else self.text


def parse_messages(text: str) -> list[Message]:
    """Return the messages in the text of an OMPython exception, in its order."""
    messages: list[Message] = []
    for line in text.splitlines():
        found = _START.match(line)
        if found:
            messages.append(
                Message(
                    kind=found["kind"],
                    level=found["level"],
                    file=found["file"],
                    line=int(found["line"]),
                    column=int(found["column"]),
                    text=found["text"].strip(),
                )
            )
        elif messages and line.strip():
            last = messages[-1]
            messages[-1] = Message(
                last.kind, last.level, last.file, last.line, last.column, f"{last.text} {line.strip()}"
            )
    return messages


def one_line(messages: Sequence[Message], most: int = 3) -> str:
    """Join messages into one line; those with a place in a file come first, since they are the cause more often."""
    ordered = sorted(messages, key=lambda message: not message.file)
    shown = "; ".join(str(message) for message in ordered[:most])
    return f"{shown} (and {len(ordered) - most} more)" if len(ordered) > most else shown
