"""C code of functions: written by CasADi, then put into a form that compiles fast and runs fast.

CasADi writes a function of scalars as one straight line of assignments, tens of thousands in one C function, on which
the effort of a C compiler grows faster than the length. `c_portions` cuts such a function into small ones and writes
pieces that repeat, such as the cells of a pipe, only once. Nothing is computed in another way or order, so results are
the same bit by bit.

CasADi's small helpers (`fmax`, `fmin`, squares) are external functions in its code, so that each use is a call through
the tables of the loader; here they are `static inline`, as everything else is static. All that is left to the outside
are the functions of FMI.

Functions with Newton iterations are not straight lines; they stay as they are, but the residuals and right-hand sides
that they call are cut as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import casadi as ca

from heatsim.compiler.c_portions import PORTION, Step, Straight, in_portions

_HEADER = re.compile(
    r"static int (casadi_f\d+)\(const casadi_real\*\* arg, casadi_real\*\* res, casadi_int\* iw, casadi_real\* w, "
    r"int mem\) \{\n"
)
_DECLARATION = re.compile(r"casadi_real a\d+(?:, a\d+)*;")
_ASSIGNMENT = re.compile(r"a(\d+)=(.*);")
_RESULT = re.compile(r"if \(res\[(\d+)\]!=0\) res\[\1\]\[(\d+)\]=a(\d+);")
_INPUT = re.compile(r"arg\[(\d+)\]\? arg\[\1\]\[(\d+)\] : 0")
_NUMBER = re.compile(r"-?\d[\d.]*(?:e[-+]?\d+)?")
_VARIABLE = re.compile(r"\ba(\d+)\b")
_DEFINITION = re.compile(
    r"^(?!static |return |else |struct |typedef )((?:const )?\w+\*? \w+\([^;{}]*\) \{)", re.MULTILINE
)

# `fmax` and `fmin` of C, which give the other argument for one that is not a number, as compilers can write them out
_PLAIN = (
    ("return fmax(x, y);", "return x > y || y != y ? x : y;"),
    ("return fmin(x, y);", "return x < y || y != y ? x : y;"),
)

_APART = """\
/* keeps the compiler from putting the portions of a function together again */
#if defined(_MSC_VER)
#define HS_APART __declspec(noinline)
#else
#define HS_APART __attribute__((noinline))
#endif

"""


def c_code(functions: Sequence[ca.Function], portion: int = PORTION, nulls: bool = False) -> str:
    """Return the C code of functions.

    Parameters
    ----------
    functions : with different names
    portion : number of assignments in one C function
    nulls : whether arguments and results may be null pointers, as CasADi passes for what it does not need; otherwise
        all are given at every call
    """
    generator = ca.CodeGenerator("model_functions.c", {"with_header": False, "include_math": True})
    for function in functions:
        generator.add(function)
    text = generator.dump()
    for external, written_out in _PLAIN:
        text = text.replace(external, written_out)
    text = _DEFINITION.sub(_make_static, text)
    given = set() if nulls else _called_from_outside(text)
    parts = [_APART]
    end = 0
    for header in _HEADER.finditer(text):
        close = text.index("\n}\n", header.end())
        straight = _read(text[header.end() : close].split("\n"), header[1] in given)
        if straight is not None:
            parts += [text[end : header.start()], in_portions(header[1], header[0], straight, portion)]
            end = close + 1
    return "".join([*parts, text[end:]])


def _make_static(match: re.Match[str]) -> str:
    return match[1] if match[1].startswith("CASADI_SYMBOL_EXPORT") else f"static inline {match[1]}"


def _called_from_outside(text: str) -> set[str]:
    """Return the functions that are called once, by the wrapper with the function's own name."""
    wrapped = re.findall(r"^  return (casadi_f\d+)\(arg, res, iw, w, mem\);$", text, re.MULTILINE)
    calls = re.findall(r"(?<!int )\b(casadi_f\d+)\(", text)
    return {name for name in wrapped if calls.count(name) == 1}


def _read(lines: Sequence[str], all_given: bool) -> Straight | None:
    """Read the body of a function; None when it is not a straight line of assignments."""
    if lines[-1] != "  return 0;":
        return None
    steps: list[Step] = []
    holder: dict[str, int] = {}  # variable of the C code: the step that has set it last
    for line in lines[:-1]:
        text = line.strip()
        assignment = _ASSIGNMENT.fullmatch(text)
        if assignment:
            variable, value = assignment.groups()
            source = _INPUT.fullmatch(value)
            if source:
                step = Step("input", argument=int(source[1]), index=int(source[2]))
            elif _NUMBER.fullmatch(value):
                step = Step("number", (f"({value})" if value.startswith("-") else value,))
            else:
                pieces = _VARIABLE.split(value)
                if any(name not in holder for name in pieces[1::2]):
                    return None
                step = Step("value", tuple(pieces[::2]), tuple(holder[name] for name in pieces[1::2]))
            holder[variable] = len(steps)
            steps.append(step)
            continue
        result = _RESULT.fullmatch(text)
        if result and result[3] in holder:
            operands = (holder[result[3]],)
            steps.append(Step("result", ("", ""), operands, argument=int(result[1]), index=int(result[2])))
        elif not _DECLARATION.fullmatch(text):
            return None
    return Straight(tuple(steps), all_given)
