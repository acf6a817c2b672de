"""Arguments of a record constructor have a field to go to."""

from __future__ import annotations

import pytest

from heatsim.errors import CompilerError

PACKAGE = """package P
  record Base Real a; end Base;
  record Size extends Base; Real b = 2; Real c = 3; end Size;
  model M Size s = {}; Real x(start=1, fixed=true); output Real y = 100*s.a + 10*s.b + s.c;
  equation der(x) = -x; end M;
end P;"""

WRONG = {
    "too many": ("Size(1, 2, 3, 4)", "'Size' has 3 fields: remove"),
    "unknown": ("Size(1, d=5)", "'Size' has no 'd'"),
    "twice": ("Size(1, 2, b=5)", "'b' of the record 'Size' is given twice"),
    "with a package": ("P.Size(1, d=5)", "'Size' has no 'd'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_arguments_without_a_field_are_refused(build, name: str) -> None:
    call, message = WRONG[name]
    with pytest.raises(CompilerError, match=rf":4:\d+: .*{message}"):
        build(PACKAGE.format(call), "P.M")


@pytest.mark.parametrize(
    ("call", "y"),
    [("Size(1, 4)", 143.0), ("Size(c=7, a=2)", 227.0), ("P.Size(5)", 523.0), ("Size(a=1, b=1, c=1)", 111.0)],
)
def test_arguments_by_position_and_name_arrive(build, call: str, y: float) -> None:
    built = build(PACKAGE.format(call), "P.M")
    model = built.initialized()
    assert built.get(model, "y") == [y]
    model.freeInstance()


def test_values_of_another_enumeration_are_refused(build) -> None:
    with pytest.raises(CompilerError, match=r":4:\d+: 'k' has the values heating, cooling, not those of P.Fuel"):
        build(
            """package P
              type Mode = enumeration(heating, cooling);
              type Fuel = enumeration(gas, oil);
              model M parameter Mode k = Fuel.oil; Real x(start=1);
              equation der(x) = if k == Mode.cooling then -x else x; end M;
            end P;""",
            "P.M",
        )
