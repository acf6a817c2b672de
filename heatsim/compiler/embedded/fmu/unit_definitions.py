"""Units of Modelica in the form of FMI: exponents of the SI base units, a factor and an offset.

Modelica writes `W/(m2.K)`, `kg/s`, `J/(kg.K)`, `m3/h`, `degC`, `1`. A unit that is not understood is still named in
the FMU, but without base units.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

BASE = ("kg", "m", "s", "A", "K", "mol", "cd", "rad")


@dataclass(frozen=True)
class BaseUnit:
    """`SI value = factor * value + offset`, with exponents of `BASE`."""

    exponents: tuple[int, ...]
    factor: float = 1.0
    offset: float = 0.0


def _base(factor: float = 1.0, offset: float = 0.0, **exponents: int) -> BaseUnit:
    return BaseUnit(tuple(exponents.get(name, 0) for name in BASE), factor, offset)


_SYMBOLS: dict[str, BaseUnit] = {
    "1": _base(),
    "kg": _base(kg=1),
    "g": _base(1e-3, kg=1),
    "t": _base(1e3, kg=1),
    "m": _base(m=1),
    "s": _base(s=1),
    "min": _base(60.0, s=1),
    "h": _base(3600.0, s=1),
    "d": _base(86400.0, s=1),
    "A": _base(A=1),
    "K": _base(K=1),
    "degC": _base(1.0, 273.15, K=1),
    "mol": _base(mol=1),
    "cd": _base(cd=1),
    "rad": _base(rad=1),
    "deg": _base(math.pi / 180, rad=1),
    "rev": _base(2 * math.pi, rad=1),
    "Hz": _base(s=-1),
    "N": _base(kg=1, m=1, s=-2),
    "Pa": _base(kg=1, m=-1, s=-2),
    "bar": _base(1e5, kg=1, m=-1, s=-2),
    "J": _base(kg=1, m=2, s=-2),
    "Wh": _base(3600.0, kg=1, m=2, s=-2),
    "W": _base(kg=1, m=2, s=-3),
    "V": _base(kg=1, m=2, s=-3, A=-1),
    "l": _base(1e-3, m=3),
    "L": _base(1e-3, m=3),
}
_PREFIXES = {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_TOKEN = re.compile(r"\s*(?:([A-Za-z]+|1)([+-]?\d+)?|([./()]))")


def base_unit(text: str) -> BaseUnit | None:
    """Return the base unit of a Modelica unit string, or None when it is not understood."""
    if text.strip() in _SYMBOLS:
        return _SYMBOLS[text.strip()]
    position, tokens = 0, []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        tokens.append((match[1], int(match[2]) if match[2] else 1, match[3]))
        position = match.end()
    parser = _Parser(tokens)
    result = parser.product()
    return result if parser.position == len(tokens) else None


def _lookup(symbol: str) -> BaseUnit | None:
    if symbol in _SYMBOLS:
        unit = _SYMBOLS[symbol]
        return BaseUnit(unit.exponents, unit.factor)  # inside a product a temperature is a difference
    prefix, rest = _PREFIXES.get(symbol[:1]), _SYMBOLS.get(symbol[1:])
    return BaseUnit(rest.exponents, prefix * rest.factor) if prefix and rest and symbol[1:] != "1" else None


def _times(a: BaseUnit, b: BaseUnit, power: int) -> BaseUnit:
    exponents = tuple(i + power * j for i, j in zip(a.exponents, b.exponents, strict=True))
    return BaseUnit(exponents, a.factor * b.factor**power)


class _Parser:
    """Products and one quotient: `a.b/(c.d)`, `a/b`."""

    def __init__(self, tokens: list[tuple[str | None, int, str | None]]) -> None:
        self.tokens = tokens
        self.position = 0

    def product(self) -> BaseUnit | None:
        """Read factors until the end or a closing bracket."""
        result = self.factor()
        while result is not None and self.position < len(self.tokens) and self.tokens[self.position][2] in (".", "/"):
            power = 1 if self.tokens[self.position][2] == "." else -1
            self.position += 1
            other = self.factor()
            result = None if other is None else _times(result, other, power)
        return result

    def factor(self) -> BaseUnit | None:
        """Read one unit with its exponent, or a bracket."""
        if self.position >= len(self.tokens):
            return None
        symbol, exponent, sign = self.tokens[self.position]
        self.position += 1
        if sign == "(":
            inner = self.product()
            if self.position < len(self.tokens) and self.tokens[self.position][2] == ")":
                self.position += 1
                return inner
            return None
        unit = _lookup(symbol) if symbol else None
        return None if unit is None else _times(_base(), unit, exponent)
