"""What the parts of a comparison measure: refuses what cannot be added or compared, and converts units."""

from __future__ import annotations

import ast
from dataclasses import replace

from heatsim.errors import UnitError
from heatsim.sweeps.design.expression_tokens import FUNCTIONS, Known, Measure, wrong

COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
"""Comparisons that are understood, besides `in`."""


class Measures:
    """Checks a parsed comparison.

    Parameters
    ----------
    text
        As it was written, for messages.
    known
        Stand-ins of `Tokens`; numbers in it are converted to the units of the names that they stand beside.
    """

    def __init__(self, text: str, known: dict[str, Known]) -> None:
        self._text = text
        self._known = known
        self._measured: dict[ast.expr, Measure | None] = {}

    def check(self, tree: ast.expr) -> None:
        """Raise UsageError when a part is not understood or does not fit another."""
        self._measure(tree)

    def _measure(self, node: ast.expr) -> Measure | None:
        """Return what a part measures; refuse what cannot be evaluated or compared."""
        if isinstance(node, ast.Name):
            # may change: a number with a unit goes to the unit of its neighbours
            return self._find_measure(node)
        if node not in self._measured:
            self._measured[node] = self._find_measure(node)
        return self._measured[node]

    def _find_measure(self, node: ast.expr) -> Measure | None:
        match node:
            case ast.BoolOp(values=parts):
                for part in parts:
                    if not decides(part) and not isinstance(part, ast.Name):
                        raise wrong(self._text, "joins something that is no comparison with 'and' or 'or'")
                    self._measure(part)
                return None
            case ast.UnaryOp(op=ast.Not(), operand=part):
                if not decides(part) and not isinstance(part, ast.Name):
                    raise wrong(self._text, "negates something that is no comparison")
                self._measure(part)
                return None
            case ast.Compare(left=left, ops=operations, comparators=others):
                self._compared([left, *others], operations)
                return None
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=part):
                return self._amount(part)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                self._amount(left), self._amount(right)
                return self._agreed([left, right])
            case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as operation, right=right):
                first, second = self._amount(left), self._amount(right)
                if first is None or second is None or first.unknown or second.unknown:
                    return None
                if isinstance(operation, ast.Mult):
                    powers = tuple(a + b for a, b in zip(first.dimension, second.dimension, strict=True))
                    return Measure(powers, first.factor * second.factor)
                powers = tuple(a - b for a, b in zip(first.dimension, second.dimension, strict=True))
                return Measure(powers, first.factor / second.factor)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                self._amount(left), self._amount(right)
                return None
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in FUNCTIONS:
                if (function == "abs") != (len(arguments) == 1) or not arguments:
                    raise wrong(self._text, f"calls {function} with {len(arguments)} values")
                for argument in arguments:
                    self._amount(argument)
                return self._agreed(arguments)
            case ast.Name(id=name) if name in self._known:
                return self._known[name].measure
            case ast.Constant(value=bool() | str()):
                return None
        raise wrong(
            self._text, "has something that is not understood; use comparisons, and, or, not, + - * / **, min, max"
        )

    def _compared(self, parts: list[ast.expr], operations: list[ast.cmpop]) -> None:
        if any(isinstance(operation, ast.In | ast.NotIn) for operation in operations):
            if len(operations) != 1 or not isinstance(parts[1], ast.Tuple | ast.List) or not parts[1].elts:
                raise wrong(self._text, "has an 'in' that is not understood; write method in ('jacobi', 'monolithic')")
            parts = [parts[0], *parts[1].elts]
        elif not all(type(operation) in COMPARISONS for operation in operations):
            raise wrong(self._text, "has a comparison that is not understood; use < <= > >= == !=")
        if any(decides(part) for part in parts):
            raise wrong(self._text, "compares a comparison; join comparisons with 'and'")
        # a point on a scale has a meaning beside another one only, not beside a difference
        if any(self._is_point(part) for part in parts) and any(
            isinstance(inner, ast.BinOp | ast.UnaryOp) for part in parts for inner in ast.walk(part)
        ):
            raise wrong(self._text, "compares a sum or difference with degC; write K")
        self._agreed(parts)

    def _amount(self, node: ast.expr) -> Measure | None:
        """Return what a part measures that is calculated with."""
        measure = self._measure(node)
        if self._is_point(node) or (measure is not None and measure.offset):
            raise wrong(self._text, "calculates with degC, which is a point on a scale; use K")
        return measure

    def _is_point(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._known and self._known[node.id].point

    def _agreed(self, parts: list[ast.expr]) -> Measure | None:
        """Return what all parts measure; numbers with a unit are converted to the unit of the names beside them."""
        measures = [(part, measure) for part in parts if (measure := self._measure(part)) is not None]
        written = [self._written(part) for part, _ in measures]
        if not measures:
            return None
        common = next((m for (_, m), number in zip(measures, written, strict=True) if number is None), measures[0][1])
        for (_, measure), number in zip(measures, written, strict=True):
            if measure.dimension != common.dimension or measure.unknown != common.unknown:
                both = sorted({measure.unit, common.unit} - {""})
                named = f", in {' and '.join(map(repr, both))}" if len(both) > 1 else ""
                raise UnitError(
                    f"constraint '{self._text}' adds or compares different quantities{named}; check its units"
                )
            if measure == common:
                continue
            if number is None:
                raise UnitError(
                    f"constraint '{self._text}' adds or compares numbers in different units of one quantity; "
                    "compare each with a number of its own, or let the study give them in SI"
                )
            item = self._known[number]
            self._known[number] = replace(item, number=(item.number - common.offset) / common.factor, measure=common)
        return common

    def _written(self, node: ast.expr) -> str | None:
        """Return our name of a number that stands alone."""
        alone = isinstance(node, ast.Name) and node.id in self._known and not self._known[node.id].name
        return node.id if alone else None  # type: ignore[attr-defined]


def decides(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )
