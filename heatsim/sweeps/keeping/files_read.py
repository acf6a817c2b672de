"""What is known of the files that cases have opened themselves: results of other contents are not mixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

READ = "files read"
"""Where the provenance of a case has name -> hash of the files that it has opened."""

NEW = "files new"
"""Where it has name -> hash of those that were younger than the case when it opened them: made for it, or edited."""

MADE = "files made"
"""Where it has the names of files that it has written."""

EDITED = "edited while it was read"
"""In place of a hash."""


class FilesRead:
    """Files of cases, taken case by case.

    What a case has written itself may be read by others with whatever content, as tables that the first one makes.
    """

    def __init__(self) -> None:
        self._contents: dict[str, Counter[str]] = {}
        self._made: set[str] = set()

    def add(self, provenance: Mapping[str, Any]) -> None:
        """Take a case that ended well."""
        for name, digest in provenance.get(READ, {}).items():
            self._contents.setdefault(name, Counter())[digest] += 1
        self._made.update(provenance.get(MADE, ()))

    def others(self, provenance: Mapping[str, Any]) -> list[str]:
        """Return the files that a case has read with a content that no case before it has read."""
        made = {*self._made, *provenance.get(MADE, ())}
        read, new = provenance.get(READ, {}), provenance.get(NEW, {})
        return [
            name
            for name, digest in {**new, **read}.items()
            if name not in made
            and ((digest == EDITED and name in read) or digest not in self._contents.get(name, {digest: 1}))
        ]

    def changed(self, now: Callable[[str], str | None]) -> list[str]:
        """Return the files whose content is one that no case has read; `now` gives its hash, None without a file.

        A file that is not there is not named: a case that needs it fails.
        """
        return [
            name
            for name, contents in self._contents.items()
            if name not in self._made and (found := now(name)) is not None and found not in contents
        ]

    def lines(self) -> list[str]:
        """Return a line for each file that cases have read with several contents."""
        return [
            f"cases have read {len(contents)} contents of '{name}' "
            f"({', '.join(str(count) for _, count in contents.most_common())} cases)"
            for name, contents in sorted(self._contents.items())
            if name not in self._made and len(contents) > 1
        ]
