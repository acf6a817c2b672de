"""Which models exercise which construct of the supported language."""

CONSTRUCTS: dict[str, list[str]] = {}
