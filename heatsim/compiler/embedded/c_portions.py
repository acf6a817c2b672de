"""Cut a straight line of assignments into C functions of some hundred lines, and write what repeats only once.

The line is cut behind each result (the derivative of a state, an output). Many of these segments are the same but for
the inputs, values and results that they take and give: one for each cell of a pipe, one for each of several equal
components. A segment that comes often becomes one C function with a table of indices, called in a loop where its
instances follow each other. This makes the code small, which compiles faster by an order of magnitude and does not run
slower, since it stays in the processor's instruction cache. Segments that come once are put together to portions.

A value that is needed outside the C function in which it is computed goes through an array `v`; its places are used
again when a value is not needed any more. Inputs and numbers are read anew in each C function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

PORTION = 250  # assignments in one C function; see benchmarks/compiler.py
_LEAST_SAVED = 40  # assignments that must fall away for a segment to become a function of its own
_LEAST_LENGTH = 6  # below, a call costs more than what it does

_PARAMETERS = "const casadi_real** arg, casadi_real** res, casadi_real* v"


@dataclass(frozen=True)
class Step:
    """One assignment.

    Attributes
    ----------
    kind : 'number', 'input', 'value' (an operation) or 'result'
    pieces : the C expression, cut at its operands
    operands : the steps whose values go between the pieces
    argument, index : which element of which argument or result, for inputs and results
    """

    kind: str
    pieces: tuple[str, ...] = ()
    operands: tuple[int, ...] = ()
    argument: int = 0
    index: int = 0


@dataclass(frozen=True)
class Straight:
    """A function that is a straight line; `all_given`: none of its arguments and results is a null pointer."""

    steps: tuple[Step, ...]
    all_given: bool


@dataclass
class _Unit:
    """Steps that make one C function, or one instance of one that is used several times."""

    steps: list[int]
    shape: int | None = None  # number of the shared function


@dataclass
class _Text:
    """C code of a unit: lines and the indices in them, in the order of appearance."""

    lines: list[str] = field(default_factory=list)
    indices: list[tuple[str, int]] = field(default_factory=list)  # ('value', step) or ('element', number)
    variables: int = 0


def in_portions(name: str, header: str, straight: Straight, size: int) -> str:
    """Return the C code of a function as a chain of smaller ones.

    Parameters
    ----------
    name, header : C name and first line of the function
    size : assignments in one portion
    """
    steps = _select(straight.steps)
    segments = _segments(steps, size)
    units = _units(steps, segments, straight.all_given, size)
    places, count = _places(steps, units)
    kept = places.keys()
    functions: list[str] = []
    calls: list[str] = []
    shared: dict[int, list[list[int]]] = {}
    for number, unit in enumerate(units):
        if unit.shape is None:
            text = _write(steps, unit.steps, kept, straight.all_given, lambda kind, k, _: str(_index(kind, k, places)))
            functions.append(_function(f"{name}_{number}", _PARAMETERS, text))
            calls.append(f"  {name}_{number}(arg, res, v);\n")
            continue
        text = _write(steps, unit.steps, kept, straight.all_given, lambda _kind, _k, position: f"at[{position}]")
        table = shared.setdefault(unit.shape, [])
        if not table:
            functions.append(_function(f"{name}_s{unit.shape}", f"{_PARAMETERS}, const int* at", text))
        first = len(table)
        table.append([_index(kind, k, places) for kind, k in text.indices])
        width = max(len(text.indices), 1)
        call = f"{name}_s{unit.shape}(arg, res, v, {name}_t{unit.shape} + "
        if number and units[number - 1].shape == unit.shape:
            begin = calls.pop()
            start = begin.split("k = ")[1].split(";")[0] if "for (" in begin else str(first - 1)
            calls.append(f"  for (k = {start}; k < {first + 1}; ++k) {call}{width}*k);\n")
        else:
            calls.append(f"  {call}{width * first});\n")
    tables = [
        f"static const int {name}_t{shape}[] = {{\n{_rows(rows)}\n}};\n\n" for shape, rows in sorted(shared.items())
    ]
    counter = "  int k;\n" if any("for (" in call for call in calls) else ""
    body = f"{header}  casadi_real v[{max(count, 1)}];\n{counter}{''.join(calls)}  return 0;\n"
    return "".join([*tables, *functions, body])


def _select(steps: Sequence[Step]) -> list[Step]:
    """Write `if` expressions as such; CasADi has them as (c ? x : 0) + (!c ? y : 0).

    Adding zero stays, because it makes 0 of -0.
    """
    result = list(steps)
    uses = [0] * len(steps)
    for step in steps:
        for k in step.operands:
            uses[k] += 1
    for number, step in enumerate(steps):
        if step.pieces != ("(", "+", ")"):
            continue
        first, second = (result[k] for k in step.operands)
        if not (first.pieces == second.pieces == ("(", "?", ":0)")) or any(uses[k] != 1 for k in step.operands):
            continue
        condition, opposite = first.operands[0], second.operands[0]
        if result[opposite].pieces == ("(!", ")") and result[opposite].operands[0] == condition:
            operands = (condition, first.operands[1], second.operands[1])
            result[number] = Step("value", ("((", "?", ":", ")+0.)"), operands)
    return result


def _segments(steps: Sequence[Step], size: int) -> list[list[int]]:
    """Cut behind each result, and where a segment becomes too long; steps that nothing needs are left out."""
    used = [step.kind == "result" for step in steps]
    for number in range(len(steps) - 1, -1, -1):
        if used[number]:
            for k in steps[number].operands:
                used[k] = True
    segments: list[list[int]] = [[]]
    for number, step in enumerate(steps):
        if not used[number] or step.kind in ("number", "input"):
            continue
        segments[-1].append(number)
        if step.kind == "result" or len(segments[-1]) >= 2 * size:
            segments.append([])
    return [segment for segment in segments if segment]


def _units(steps: Sequence[Step], segments: list[list[int]], all_given: bool, size: int) -> list[_Unit]:
    """Find the segments that repeat, and put the others together."""
    owner = {number: k for k, segment in enumerate(segments) for number in segment}
    kept = {
        operand
        for k, segment in enumerate(segments)
        for number in segment
        for operand in steps[number].operands
        if owner.get(operand, k) != k
    }
    shapes: dict[str, list[int]] = {}
    for k, segment in enumerate(segments):
        if len(segment) >= _LEAST_LENGTH:
            text = _write(steps, segment, kept, all_given, lambda _kind, _k, position: f"at[{position}]")
            shapes.setdefault("".join(text.lines), []).append(k)
    worth = [members for members in shapes.values() if (len(members) - 1) * len(segments[members[0]]) >= _LEAST_SAVED]
    shape_of = {k: shape for shape, members in enumerate(worth) for k in members}
    units: list[_Unit] = []
    for k, segment in enumerate(segments):
        if k in shape_of:
            units.append(_Unit(segment, shape_of[k]))
        elif units and units[-1].shape is None and len(units[-1].steps) + len(segment) <= size:
            units[-1].steps.extend(segment)
        else:
            units.append(_Unit(list(segment)))
    return units


def _places(steps: Sequence[Step], units: Sequence[_Unit]) -> tuple[dict[int, int], int]:
    """Give each value that is used in several units a place in `v`; return the places and their number."""
    owner = {number: k for k, unit in enumerate(units) for number in unit.steps}
    last: dict[int, int] = {}  # last unit in which a value is used
    for k, unit in enumerate(units):
        for number in unit.steps:
            for operand in steps[number].operands:
                if owner.get(operand, k) != k:
                    last[operand] = k
    ends: dict[int, list[int]] = {}
    for value, k in last.items():
        ends.setdefault(k, []).append(value)
    places: dict[int, int] = {}
    free: list[int] = []
    count = 0
    for k, unit in enumerate(units):
        for number in unit.steps:
            if number in last:
                if free:
                    places[number] = free.pop()
                else:
                    places[number] = count
                    count += 1
        free += [places[value] for value in ends.get(k, ())]
    return places, count


def _index(kind: str, number: int, places: Mapping[int, int]) -> int:
    return places[number] if kind == "value" else number


def _write(
    steps: Sequence[Step],
    unit: Sequence[int],
    kept: Collection[int],
    all_given: bool,
    place: Callable[[str, int, int], str],
) -> _Text:
    """Write the lines of a unit.

    Parameters
    ----------
    kept : steps whose values are needed in other units
    place : gives the C text of an index from its kind, number and position among the indices of the unit
    """
    text = _Text()
    names: dict[int, str] = {}  # C variables of this unit: by step, and by input

    def index(kind: str, number: int) -> str:
        text.indices.append((kind, number))
        return place(kind, number, len(text.indices) - 1)

    def variable(number: int) -> str:
        names[number] = f"a{len(names)}"
        return names[number]

    def operand(number: int) -> str:
        step = steps[number]
        if step.kind == "number":
            return step.pieces[0]
        if number not in names:
            if step.kind == "input":
                source = f"arg[{step.argument}][{index('element', step.index)}]"
                if not all_given:
                    source = f"arg[{step.argument}]? {source} : 0"
            else:
                source = f"v[{index('value', number)}]"
            text.lines.append(f"{variable(number)}={source};")
        return names[number]

    for number in unit:
        step = steps[number]
        operands = [operand(k) for k in step.operands]
        value = step.pieces[0] + "".join(o + piece for o, piece in zip(operands, step.pieces[1:], strict=True))
        if step.kind == "result":
            line = f"res[{step.argument}][{index('element', step.index)}]={value};"
            text.lines.append(line if all_given else f"if (res[{step.argument}]!=0) {line}")
        else:
            text.lines.append(f"{variable(number)}={value};")
    text.lines += [f"v[{index('value', number)}]={names[number]};" for number in unit if number in kept]
    text.variables = len(names)
    return text


def _function(name: str, parameters: str, text: _Text) -> str:
    lines = list(text.lines)
    if text.variables:
        lines.insert(0, f"casadi_real {', '.join(f'a{k}' for k in range(text.variables))};")
    return f"static HS_APART void {name}({parameters}) {{\n{''.join(f'  {line}' + chr(10) for line in lines)}}}\n\n"


def _rows(rows: Sequence[Sequence[int]]) -> str:
    return ",\n".join(f"  {', '.join(map(str, row or [0]))}" for row in rows)
