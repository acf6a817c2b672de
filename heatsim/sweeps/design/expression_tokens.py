"""Cuts the text of a comparison into tokens, and gives it back as Python with stand-ins for names and quantities.

Names may have dots and `:factor`, which Python would read otherwise; numbers may have units.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from heatsim import units
from heatsim.errors import UnitError, UsageError, listed, near_miss
from heatsim.sweeps.design.values import exact, exact_unit, has_offset, to_si

FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs}
"""Functions that a comparison may use."""

_WORDS = ("and", "or", "not", "in", "True", "False")
_BEFORE_A_SIGN = ("<", "<=", ">", ">=", "==", "!=", "(", "[", ",", "and", "or", "not", "in")

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_UNIT = re.compile(r"\s*([A-Za-z°µ%]+(?:\^?-?\d+)?(?:[./](?:[A-Za-z°µ%]+(?:\^?-?\d+)?|\([^()]*\)))*)")
_WORD = re.compile(r"[A-Za-z_][\w.]*(?::\w+)?")
_SIGN = re.compile(r"<=|>=|==|!=|\*\*|[-+*/<>(),\[\]]")


@dataclass(frozen=True)
class Measure:
    """What numbers measure: exponents of the base units, and SI = factor * number + offset.

    `unknown` is a unit that heatsim does not know: it fits itself and plain numbers only. `unit` is for messages.
    """

    dimension: tuple[float, ...]
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    unknown: str = ""
    unit: str = field(default="", compare=False)


@dataclass(frozen=True)
class Known:
    """A name, or a number with or without a unit, that stands in the parsed text under a name of ours.

    A measure of None fits anything: a plain number, a name whose unit nobody knows.
    """

    name: str = ""
    number: Fraction = Fraction(0)
    measure: Measure | None = None
    point: bool = False


def wrong(text: str, what: str) -> UsageError:
    """Return the error of a comparison that cannot be used."""
    return UsageError(f"constraint '{text}' {what}")


class Tokens:
    """The text as Python (`source`), and what its stand-ins are (`known`).

    Parameters
    ----------
    text
        What a person wrote.
    names
        Name -> unit of its values, "" or None where it has none.
    """

    def __init__(self, text: str, names: Mapping[str, str | None]) -> None:
        self._text = text
        self.known: dict[str, Known] = {}
        self.source = self._tokens(names)

    def _tokens(self, known: Mapping[str, str | None]) -> str:
        """Return the text as Python, with names of ours in place of names and quantities."""
        text, at, pieces = self._text, 0, []
        names = sorted(known, key=len, reverse=True)
        pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            if match := _TEXT.match(text, at):
                pieces.append(match[0])
            elif (found := _name_at(text, at, names, pattern)) is not None:
                pieces.append(self._stand_in(Known(found, measure=_measure_of(known[found]))))
                at += len(found)
                continue
            elif match := _NUMBER.match(text, at):
                # -5degC is a point on a scale, and not the opposite of one
                below = pieces[-1:] == ["-"] and (not pieces[:-1] or pieces[-2] in _BEFORE_A_SIGN)
                piece, at = self._number(match, known, below)
                if below and self.known[piece].point:
                    pieces.pop()
                pieces.append(piece)
                continue
            elif match := _WORD.match(text, at):
                if match[0] not in _WORDS and match[0] not in FUNCTIONS:
                    hint = near_miss(match[0], known)
                    there = listed(sorted(names))
                    raise wrong(
                        self._text, f"has an unknown name '{match[0]}'{hint}; known are {there}; text goes into quotes"
                    )
                pieces.append(match[0])
            elif match := _SIGN.match(text, at):
                pieces.append(match[0])
            elif text[at] == "=":
                raise wrong(self._text, "has a single '='; write == for equal, >= or <= for limits")
            else:
                raise wrong(self._text, f"has a '{text[at]}' that is not understood")
            at = match.end()
        return " ".join(pieces)

    def _number(self, match: re.Match[str], known: Mapping[str, str | None], below: bool) -> tuple[str, int]:
        if not math.isfinite(float(match[0])):
            raise wrong(self._text, f"has too large a number, {match[0]}")
        number, text = exact(float(match[0])), self._text
        written = _UNIT.match(text, match.end())
        if written is None or re.match(r"(and|or|not|in|if)\b", written[1]):
            if re.match(r"[\w.]", text[match.end() : match.end() + 1]):
                raise wrong(
                    self._text, f"has a number that is not understood, '{text[match.start() : match.end() + 1]}'"
                )
            return self._stand_in(Known(number=number)), match.end()
        # the longest that is a unit: what follows may be a division by something else
        ends = [len(written[1]), *(cut.start() for cut in reversed(list(re.finditer(r"[./]", written[1]))))]
        for end in ends:
            unit = written[1][:end]
            if not units.known(unit):
                continue
            for part in re.findall(r"[A-Za-z_]\w*", unit)[1:]:
                if part in known:
                    raise wrong(
                        self._text, f"is ambiguous: '{part}' in '{match[0]}{unit}' is a unit and a name; write spaces"
                    )
            stop = written.start(1) + end
            if re.match(r"[\w(]", text[stop : stop + 1]):
                continue
            point = has_offset(unit)
            value = exact(to_si(-number if below and point else number, unit))
            item = Known(number=value, measure=Measure(units.definition(unit).exponents, unit=unit), point=point)
            return self._stand_in(item), stop
        try:
            units.definition(written[1])
        except UnitError as error:
            raise wrong(self._text, f"has '{match[0]}{written[1]}': {error}") from error
        raise wrong(self._text, f"has '{match[0]}{written[1]}' that is not understood")

    def _stand_in(self, item: Known) -> str:
        name = f"_{len(self.known)}"
        self.known[name] = item
        return name


def _name_at(text: str, at: int, names: list[str], pattern: re.Pattern[str]) -> str | None:
    """Return the longest known name that begins here and ends where a name ends."""
    if pattern.match(text, at) is None:
        return None
    for name in names:
        if text.startswith(name, at) and not re.match(r"\w|[.:]\w", text[at + len(name) : at + len(name) + 2]):
            return name
    return None


def _measure_of(unit: str | None) -> Measure | None:
    if not unit:
        return None
    if not units.known(unit):
        return Measure((), unknown=unit, unit=unit)
    return Measure(units.definition(unit).exponents, *exact_unit(unit), unit=unit)
