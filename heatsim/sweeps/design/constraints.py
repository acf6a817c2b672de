"""Which cases of a sweep are run: constraints between what is swept, such as `storage_volume >= 500m3`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from heatsim.errors import UsageError
from heatsim.sweeps.case import Value
from heatsim.sweeps.design.axis import Axis
from heatsim.sweeps.design.expressions import Expression


@dataclass(frozen=True)
class Constraints:
    """Comparisons that a case must all meet.

    Attributes
    ----------
    expressions
        The comparisons.
    names
        Names of the values of a row, in order.
    settings
        What all cases share, SI.
    """

    expressions: tuple[Expression, ...]
    names: tuple[str, ...]
    settings: Mapping[str, Value]

    def met(self, rows: Iterable[tuple[Value, ...]]) -> list[bool]:
        """Return for each row of values whether it meets all of them."""
        used = sorted({name for expression in self.expressions for name in expression.names})
        columns = [self.names.index(name) for name in used if name in self.names]
        swept = [self.names[i] for i in columns]
        # rows of a grid repeat the few values that decide
        known: dict[tuple[Value, ...], bool] = {}
        answers = []
        for row in rows:
            key = tuple(row[i] for i in columns)
            if key not in known:
                values = {**self.settings, **dict(zip(swept, key, strict=True))}
                known[key] = all(expression.holds(values) for expression in self.expressions)
            answers.append(known[key])
        return answers


def read_constraints(
    texts: Sequence[str], axes: Sequence[Axis], settings: Mapping[str, Value], known: Mapping[str, str | None]
) -> Constraints:
    """Read constraints between swept names; they may name settings too, but not these alone.

    `known` has the SI unit of each of these names, None where it is not known.

    Raises
    ------
    UsageError
        When one is not understood, or names nothing that is swept.
    """
    names = tuple(axis.name for axis in axes)
    expressions = tuple(Expression(text, known) for text in texts)
    for expression in expressions:
        if not set(expression.names) & set(names):
            raise UsageError(
                f"constraint '{expression.text}' names nothing that is swept; swept are {', '.join(names)}"
            )
    return Constraints(expressions, names, settings)
