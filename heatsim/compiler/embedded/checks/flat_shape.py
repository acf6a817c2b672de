"""Which fields the parts of a flat model may have: anything more is an error, never ignored.

The fields are those of the front end that heatsim is pinned to. One with more in it could mean equations in a way that
is not read here. Fields without effect on the equations (places, numbers of declarations, hints such as
`state_select`) are listed, so that they are known to be left out on purpose.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from heatsim.compiler.embedded.reading.sources import SourceMap, Span
from heatsim.errors import CompilerError

# of expressions by their kind
EXPRESSIONS: Mapping[str, frozenset[str]] = {
    "Literal": frozenset({"value", "span"}),
    "VarRef": frozenset({"name", "subscripts", "span"}),
    "Binary": frozenset({"op", "lhs", "rhs", "span"}),
    "Unary": frozenset({"op", "rhs", "span"}),
    "If": frozenset({"branches", "else_branch", "span"}),
    "BuiltinCall": frozenset({"function", "args", "span"}),
    "FunctionCall": frozenset({"name", "args", "is_constructor", "span"}),
    "Array": frozenset({"elements", "kind", "span"}),
    "Tuple": frozenset({"elements", "span"}),
    "Range": frozenset({"start", "step", "end", "span"}),
    "ArrayComprehension": frozenset({"expr", "indices", "filter", "span"}),
    "Index": frozenset({"base", "subscripts", "span"}),
    "FieldAccess": frozenset({"base", "field", "field_def_id", "span"}),
}

# of statements in functions by their kind
STATEMENTS: Mapping[str, frozenset[str]] = {
    "Assignment": frozenset({"comp", "value", "span"}),
    "FunctionCall": frozenset({"comp", "args", "outputs", "span"}),
    "For": frozenset({"indices", "equations", "span"}),
    "While": frozenset({"block", "span"}),
    "If": frozenset({"cond_blocks", "else_block", "span"}),
    "Return": frozenset({"span", "token"}),
    "Break": frozenset({"span", "token"}),
    "Assert": frozenset({"condition", "message", "level", "span"}),
}

# of statements in when
_ACTIONS: Mapping[str, frozenset[str]] = {
    "Assign": frozenset({"target", "value", "origin", "span"}),
    "Reinit": frozenset({"state", "value", "origin", "span"}),
    "Assert": frozenset({"condition", "message", "level", "origin", "span"}),
    "Conditional": frozenset({"branches", "else_branch", "origin", "span"}),
}

_VARIABLE = frozenset(
    {"name", "dims", "type_id", "is_discrete_type", "variability", "causality", "start", "binding", "fixed", "min"}
    | {"max", "nominal", "unit", "display_unit", "description", "is_protected", "source_span", "component_ref"}
    | {"instance_id", "connected", "flow", "stream"}  # used by the front end itself
    | {"quantity", "state_select", "evaluate", "binding_from_modification"}  # without effect here
    | {"is_primitive", "is_overconstrained", "from_expandable_connector", "evaluate_refused"}
    | {"oc_record_path", "oc_eq_constraint_size"}
)
_EQUATION = frozenset({"residual", "origin", "scalar_count", "span"})
_FAMILY = frozenset(
    {"domain", "equations_per_point", "first_equation_index", "interiors_materialized", "template", "origin", "span"}
    | {"regular"}  # how elements are accessed, said once more
)
_ASSERTION = frozenset({"condition", "message", "level", "origin", "span"})
_CHAIN = frozenset({"first", "else_when", "span"})
_BRANCH = frozenset({"condition", "equations", "span"})
_FUNCTION = frozenset(
    {"name", "inputs", "outputs", "locals", "body", "external", "is_constructor", "def_id", "instance_id", "span"}
    | {"derivatives", "inline", "pure", "purity_declared", "transitively_non_replaceable"}  # without effect here
)
# limits of arguments are for the reader: a function that is put in place of its call checks nothing
_ARGUMENT = frozenset(
    {"name", "default", "shape_expr", "effective_type", "type_name", "type_class", "type_def_id", "def_id", "span"}
    | {"description", "min", "max"}
)
_ORIGINS = frozenset({"ComponentEquation", "Connection", "FlowSum", "UnconnectedFlow"})


def unknown_field(data: Mapping[str, Any], known: Collection[str]) -> str:
    """Return the first field that is not known, or an empty string."""
    return next((key for key in data if key not in known), "")


def check(raw: Mapping[str, Any], sources: SourceMap) -> None:
    """Make sure that variables, equations, assertions, `when` clauses and functions hold nothing that is not known.

    Parameters
    ----------
    raw : the flat model as the front end wrote it
    sources : for places

    Raises
    ------
    CompilerError
        With the name of the field.
    """
    for name, variable in raw["variables"].items():
        _check(variable, _VARIABLE, f"variable '{name}'")
        if variable["is_overconstrained"] or variable["oc_record_path"] or variable["oc_eq_constraint_size"]:
            raise CompilerError(f"'{name}' is in an overconstrained connector, which is not supported; use a plain one")
        if variable["from_expandable_connector"]:
            raise CompilerError(
                f"'{name}' is in an expandable connector, which is not supported; declare it in a plain one"
            )
        if not variable["is_primitive"] or variable["evaluate_refused"]:
            raise CompilerError(f"the front end gives the variable '{name}' without a basic type; simplify its class")
        fixed, count = variable["fixed"], math.prod(variable["dims"])
        if isinstance(fixed, list) and len(fixed) not in (1, count):
            place = Span.of(variable["source_span"])
            sources.fail(place, f"'{name}' has {count} elements, its fixed has {len(fixed)}; write each fixed=...")
    for equation in (*raw["equations"], *raw["initial_equations"]):
        _check(equation, _EQUATION, "equation")
        origin = equation["origin"]
        kind = next(iter(origin)) if isinstance(origin, Mapping) else origin
        if kind not in _ORIGINS:
            raise _unknown(kind, "equation")
    for family in (*raw["structured_equations"], *raw["initial_structured_equations"]):
        _check(family, _FAMILY, "for loop")
        _check(family["template"], ("body", "scalar_view"), "for loop")
        for binder in family["domain"]["binders"]:
            _check(binder, ("id", "display_name", "lower", "upper", "step"), "for loop")
    for assertion in (*raw["assert_equations"], *raw["initial_assert_equations"]):
        _check(assertion, _ASSERTION, "assert")
    for chain in raw["when_chains"]:
        _check(chain, _CHAIN, "when")
        for branch in (chain["first"], *chain["else_when"]):
            _check(branch, _BRANCH, "when")
            _check_actions(branch["equations"])
    for name, function in raw["functions"].items():
        _check(function, _FUNCTION, f"function '{name}'")
        for argument in (*function["inputs"], *function["outputs"], *function["locals"]):
            _check(argument, _ARGUMENT, f"function '{name}'")


def _check_actions(statements: Iterable[Mapping[str, Any]]) -> None:
    """Check the statements of a `when`; kinds that are not known are refused by `when_clauses` with their place."""
    for statement in statements:
        for kind, data in statement.items():
            if kind in _ACTIONS:
                _check(data, _ACTIONS[kind], "statement in when")
            if kind == "Conditional":
                for _, inner in data["branches"]:
                    _check_actions(inner)
                _check_actions(data["else_branch"] or ())


def _check(data: Mapping[str, Any], known: Collection[str], what: str) -> None:
    field = unknown_field(data, known)
    if field:
        raise _unknown(field, what)


def _unknown(field: object, what: str) -> CompilerError:
    return CompilerError(
        f"the front end gives '{field}' for a part of the model ({what}), which the embedded compiler does not know; "
        "install the version of rumoca that heatsim asks for"
    )
