"""Cut a straight line of assignments into C functions of some hundred lines, and write what repeats only once.

The line is cut behind each result (the derivative of a state, an output). Many of these segments are the same but for
the inputs, values, results and numbers in them: one for each cell of a pipe, one for each of several components of one
class. A segment that comes often becomes one C function with tables of indices and numbers, with a loop over uses
that follow each other. This makes the code small, which compiles faster by an order of magnitude and does not run
slower, since it stays in the processor's instruction cache. Segments that come once are put together to portions.

A value that is needed outside the C function in which it is computed goes through an array `v`; its places are used
again when a value is not needed any more. Inputs and numbers are read anew in each C function.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

PORTION = 250  # assignments in one C function; see benchmarks/compiler.py
_LEAST_SAVED = 40  # assignments that must fall away for a segment to become a function of its own
_LEAST_LENGTH = 6  # below, a call costs more than what it does

_PARAMETERS = "const casadi_real** arg, casadi_real** res, casadi_real* v"
_TABLES = "int n, const int* at, const casadi_real* c"


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


@dataclass(frozen=True)
class _Shape:
    """A C function that is used several times; `varying`: which of its numbers are not the same in all uses."""

    number: int
    varying: tuple[int, ...]


@dataclass
class _Text:
    """C code of a unit.

    Attributes
    ----------
    lines : the code
    indices : all indices in it, as ('value', step) or ('element', number), in the order of appearance
    numbers : all numbers in it, in the order of appearance
    arguments, results : those of the whole function that it reads and writes
    variables : how many variables it has
    """

    lines: list[str] = field(default_factory=list)
    indices: list[tuple[str, int]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    arguments: set[int] = field(default_factory=set)
    results: set[int] = field(default_factory=set)
    variables: int = 0


@dataclass
class _Unit:
    """Steps that make one C function, or one use of one that is used several times."""

    steps: list[int]
    shape: _Shape | None = None
    text: _Text | None = None  # with the indices and numbers of this use of the shape


class _Tables:
    """Indices and numbers of all uses of one shape."""

    def __init__(self) -> None:
        self.indices: list[list[str]] = []
        self.numbers: list[list[str]] = []

    def add(self, indices: list[str], numbers: list[str]) -> int:
        """Add a use and return its number."""
        self.indices.append(indices)
        self.numbers.append(numbers)
        return len(self.indices) - 1


def in_portions(name: str, header: str, straight: Straight, size: int) -> str:
    """Return the C code of a function as a chain of smaller ones.

    Parameters
    ----------
    name, header : C name and first line of the function
    size : assignments in one portion
    """
    steps = _select(straight.steps)
    units = _units(steps, _segments(steps, size), straight.all_given, size)
    places, count = _places(steps, units)

    def index(kind: str, number: int) -> str:
        return str(places[number] if kind == "value" else number)

    functions: list[str] = []
    calls: list[str] = []
    first = 0  # of the uses of a shape that follow each other
    tables: dict[_Shape, _Tables] = {}
    for number, unit in enumerate(units):
        shape, text = unit.shape, unit.text
        if shape is None or text is None:
            text = _write(steps, unit.steps, places, straight.all_given, lambda kind, k, _: index(kind, k), _literal)
            functions.append(_function(f"{name}_{number}", _PARAMETERS, text))
            calls.append(f"  {name}_{number}(arg, res, v);\n")
            continue
        table = tables.setdefault(shape, _Tables())
        use = table.add([index(*item) for item in text.indices], [text.numbers[k] for k in shape.varying])
        if use == 0:
            shared = _write(steps, unit.steps, places, straight.all_given, _from_table, _varying(shape))
            functions.append(_function(f"{name}_s{shape.number}", f"{_PARAMETERS}, {_TABLES}", shared, shape))
        if use > 0 and units[number - 1].shape == shape:
            calls.pop()
        else:
            first = use
        own = f"{name}_i{shape.number} + {len(text.indices) * first}"
        numbers = f"{name}_n{shape.number} + {len(shape.varying) * first}" if shape.varying else "0"
        calls.append(f"  {name}_s{shape.number}(arg, res, v, {use + 1 - first}, {own}, {numbers});\n")
    parts = []
    for shape, table in tables.items():
        parts.append(_array("int", f"{name}_i{shape.number}", table.indices))
        if shape.varying:
            parts.append(_array("casadi_real", f"{name}_n{shape.number}", table.numbers))
    start = f"{header}  casadi_real v[{max(count, 1)}];\n"
    return "".join([*parts, *functions, start, *calls, "  return 0;\n"])


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
    groups: dict[str, list[int]] = {}
    texts: dict[int, _Text] = {}
    for k, segment in enumerate(segments):
        if len(segment) >= _LEAST_LENGTH:
            text = _write(steps, segment, kept, all_given, _from_table, lambda _position, _number: "#")
            groups.setdefault("".join(text.lines), []).append(k)
            texts[k] = text
    shape_of: dict[int, _Shape] = {}
    for members in groups.values():
        if (len(members) - 1) * len(segments[members[0]]) >= _LEAST_SAVED:
            columns = enumerate(zip(*(texts[k].numbers for k in members), strict=True))
            varying = tuple(position for position, column in columns if len(set(column)) > 1)
            shape_of.update(dict.fromkeys(members, _Shape(len(shape_of), varying)))
    units: list[_Unit] = []
    for k, segment in enumerate(segments):
        if k in shape_of:
            units.append(_Unit(segment, shape_of[k], texts[k]))
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


def _from_table(_kind: str, _number: int, position: int) -> str:
    return f"at[{position}]"


def _literal(_position: int, number: str) -> str:
    return number


def _varying(shape: _Shape) -> Callable[[int, str], str]:
    """Return how the numbers of a shared function are written: those that are not the same in all uses by table."""
    places = {position: k for k, position in enumerate(shape.varying)}
    return lambda position, number: f"c[{places[position]}]" if position in places else number


def _write(
    steps: Sequence[Step],
    unit: Sequence[int],
    kept: Collection[int],
    all_given: bool,
    place: Callable[[str, int, int], str],
    constant: Callable[[int, str], str],
) -> _Text:
    """Write the lines of a unit.

    Parameters
    ----------
    kept : steps whose values are needed in other units
    place : gives the C text of an index from its kind, number and position among the indices of the unit
    constant : gives the C text of a number from its position among the numbers of the unit and itself
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
            text.numbers.append(step.pieces[0])
            return constant(len(text.numbers) - 1, step.pieces[0])
        if number not in names:
            if step.kind == "input":
                text.arguments.add(step.argument)
                source = f"x{step.argument}[{index('element', step.index)}]"
                if not all_given:
                    source = f"x{step.argument}? {source} : 0"
            else:
                source = f"v[{index('value', number)}]"
            text.lines.append(f"{variable(number)}={source};")
        return names[number]

    for number in unit:
        step = steps[number]
        operands = [operand(k) for k in step.operands]
        value = step.pieces[0] + "".join(o + piece for o, piece in zip(operands, step.pieces[1:], strict=True))
        if step.kind == "result":
            text.results.add(step.argument)
            line = f"y{step.argument}[{index('element', step.index)}]={value};"
            text.lines.append(line if all_given else f"if (y{step.argument}!=0) {line}")
        else:
            text.lines.append(f"{variable(number)}={value};")
    text.lines += [f"v[{index('value', number)}]={names[number]};" for number in unit if number in kept]
    text.variables = len(names)
    return text


def _function(name: str, parameters: str, text: _Text, shape: _Shape | None = None) -> str:
    """Write a C function; one for a shape goes through `n` uses."""
    lines = [f"const casadi_real* x{k}=arg[{k}];" for k in sorted(text.arguments)]
    lines += [f"casadi_real* y{k}=res[{k}];" for k in sorted(text.results)]
    if shape is not None:
        steps = "".join(
            f", {table} += {count}" for table, count in (("at", len(text.indices)), ("c", len(shape.varying))) if count
        )
        lines.append(f"for (; n > 0; --n{steps}) {{")
    if text.variables:
        lines.append(f"casadi_real {', '.join(f'a{k}' for k in range(text.variables))};")
    lines += text.lines
    if shape is not None:
        lines.append("}")
    return f"static HS_APART void {name}({parameters}) {{\n{''.join(f'  {line}' + chr(10) for line in lines)}}}\n\n"


def _array(kind: str, name: str, rows: Sequence[Sequence[str]]) -> str:
    lines = ",\n".join(f"  {', '.join(row)}" for row in rows if row)
    return f"static const {kind} {name}[] = {{\n{lines or '  0'}\n}};\n\n"
