"""Attributes of a model description as numbers, flags and texts; one that is none is refused with its place."""

from __future__ import annotations

import math
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from heatsim.errors import FmuError

# xs:double, and "inf" in the spellings that tools write
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?|nan", re.IGNORECASE | re.ASCII)
_COUNT = re.compile(r"\+?\d{1,18}", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_REFERENCE_LIMIT = 2**32
EXPORT_AGAIN = "export the FMU again, or report it to the tool that made it"


def refusal(label: str, what: str, step: str = EXPORT_AGAIN) -> FmuError:
    """Error of a model description that cannot be used."""
    return FmuError(f"{label}: modelDescription.xml: {what}; {step}")


def quoted(text: str | None, limit: int = 80) -> str:
    """A text from outside for a message: one line, printable, not too long."""
    shown = clean(text or "")
    return f"'{shown}'" if len(shown) <= limit else f"'{shown[: limit - 20]}…{shown[-15:]}'"


def clean(text: str) -> str:
    """The text in one line, without characters that control a terminal or change the direction of writing."""
    return " ".join("".join(" " if unprintable(c) else c for c in text).split())


def unprintable(character: str) -> bool:
    """Whether a character controls, is invisible, or breaks a line."""
    return not character.isprintable() and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def number(text: str, label: str, where: str) -> float:
    """A number of the XML schema; `INF` is one, `NaN` is refused."""
    stripped = text.strip()
    value = float(stripped) if _NUMBER.fullmatch(stripped) else math.nan
    if math.isnan(value):
        raise refusal(label, f"{where} is {quoted(text)}, which is not a number")
    return value


def optional_number(element: ET.Element, key: str, label: str, where: str) -> float | None:
    """An attribute that is a number, None when it is missing."""
    text = element.get(key)
    return None if text is None else number(text, label, f"{key} of {where}")


def count(text: str | None, label: str, where: str, limit: int) -> int:
    """A number that counts, from 0 to `limit`."""
    stripped = (text or "").strip()
    if not _COUNT.fullmatch(stripped):
        raise refusal(label, f"{where} is {quoted(text)}, which is not a count" if text else f"{where} is missing")
    value = int(stripped)
    if value > limit:
        raise refusal(label, f"{where} is {value}, and at most {limit} is accepted")
    return value


def reference(text: str | None, label: str, where: str) -> int:
    """A value reference."""
    return count(text, label, f"value reference of {where}", _REFERENCE_LIMIT - 1)


def references(text: str, label: str, where: str) -> list[int]:
    """A list of indices or value references."""
    return [count(part, label, where, _REFERENCE_LIMIT - 1) for part in text.split()]


def flag(element: ET.Element, key: str, label: str, default: bool = False) -> bool:
    """An attribute that is true or false."""
    text = element.get(key)
    if text is None:
        return default
    value = _FLAGS.get(text.strip())
    if value is None:
        raise refusal(label, f"{key} is {quoted(text)}, which is neither true nor false")
    return value


def choice(text: str, allowed: Sequence[str], label: str, where: str) -> str:
    """An attribute that is one of a list of words."""
    if text not in allowed:
        raise refusal(label, f"{where} is {quoted(text)}, which is none of {', '.join(allowed)}")
    return text
