import random

import numpy as np
import pytest

from heatsim.errors import UnitError, UsageError
from heatsim.sweeps.design.expressions import Expression

UNITS = {
    "a": None,
    "b": "",
    "storage.V": "m3",
    "storage.V_dead": "m3",
    "P_IT:factor": None,
    "T": "K",
    "P": "W",
    "heat": "MWh",
    "T_celsius": "degC",
    "el": "kWh_el",
    "method": None,
    "winter": None,
    "h": "s",
    "COP mean": "1",
}
VALUES = {
    "a": 0.1,
    "b": 0.3,
    "storage.V": 500.0,
    "storage.V_dead": 20.0,
    "P_IT:factor": 1.1,
    "T": 348.15,
    "P": 5e6,
    "heat": 5.2,
    "T_celsius": 75.0,
    "el": 3.0,
    "method": "jacobi",
    "winter": True,
    "h": 2.0,
    "COP mean": 4.5,
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a < b", True),
        ("3 * a == b", True),  # 0.30000000000000004 in floating point
        ("b - a - a - a == 0", True),
        ("a < b < 1", True),
        ("a < b > 1", False),
        ("storage.V >= 500m3", True),
        ("storage.V > 500 m3", False),
        ("storage.V-storage.V_dead == 480", True),
        ("storage.V >= 25 * storage.V_dead", True),
        ("P_IT:factor*2 <= 2.2", True),
        ("P_IT:factor > 105%", True),
        ("T >= 75degC", True),
        ("T > 75degC", False),
        ("-5degC < T <= 75 degC", True),
        ("T - 5K >= 343.15", True),
        ("P == 5MW", True),
        ("P <= 5000kW and T < 300", False),
        ("P <= 5000kW or T < 300", True),
        ("not (P <= 5000kW or T < 300)", False),
        ("P / h >= 2.5MW / h", True),
        # a figure that is not in SI: a number with a unit is converted to its unit, one without is in it
        ("heat > 5MWh", True),
        ("heat > 5.3MWh", False),
        ("heat > 18.7GJ", True),
        ("heat <= 5.2", True),
        ("heat + 1MWh == 6.2", True),
        ("2 * heat > 10", True),
        ("T_celsius >= 348.15K", True),
        ("T_celsius == 75degC", True),
        ("T_celsius > 75", False),
        ("el > 2", True),
        ("method == 'jacobi'", True),
        ('method != "jacobi"', False),
        ("method in ('monolithic', 'jacobi')", True),
        ("method not in ['monolithic']", True),
        ("winter and a < 1", True),
        ("winter == False", False),
        ("not winter", False),
        ("min(a, b) == 0.1", True),
        ("max(a, b, 1) >= 1", True),
        ("abs(a - b) == 0.2", True),
        ("-a ** 2 == -0.01", True),
        ("a ** 0.5 < 0.32", True),
        ("2 ** 10 == 1024 and a < 1", True),
        ("COP mean >= 4.5", True),
        ("1e-1 <= a <= 1.E-1", True),
    ],
)
def test_answers(text, answer):
    assert Expression(text, UNITS).holds(VALUES) is answer


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write a comparison"),
        ("a", "compares nothing"),
        ("a + b", "compares nothing"),
        ("a < 1, 5", "compares nothing"),
        ("a = 1", "write == for equal"),
        ("a <", "is not a comparison"),
        ("a < (b", "is not a comparison"),
        ("(" * 500 + "a" + ")" * 500 + "< 1", "is not a comparison"),
        ("c < 1", "unknown name 'c'"),
        ("storage.W > 1", r"did you mean 'storage.V'"),
        ("storage > 1", "unknown name 'storage'"),
        ("storage.V.real > 1", "unknown name 'storage.V.real'"),
        ("P_IT < 1", "unknown name 'P_IT'"),
        ("method == jacobi", "text goes into quotes"),
        ("method > 'a'", "orders a text"),
        ("method == 1", "compares a number with a text"),
        ("winter == 2", "compares a number with a switch"),
        ("method * 2 == 2", "calculates with a text"),
        ("a and b < 1", "takes a number for a switch"),
        ("(a < b) == True", "join comparisons"),
        ("(a < b) + 1 > 1", "join|not understood|calculates"),
        ("a > 5 mw", "did you mean 'MW'"),
        ("a > 5abc", "unknown unit 'abc'"),
        ("a > 1_000", "not understood"),
        ("a > 1e999", "too large"),
        ("P >= 100kW/h", "'h' in '100kW/h' is a unit and a name"),
        ("T - 5 >= 70degC", "write K"),
        ("T - 5degC >= 70", "K"),
        ("-T <= 70degC", "write K"),
        ("2 * T_celsius > 100", "use K"),
        ("max(a) < 1", "max with 1"),
        ("a(b) < 1", "not understood"),
        ("__import__('os') < 1", "unknown name"),
        ("[x for x in (a, b)] < 1", "unknown name"),
        ("lambda: a < 1", "unknown name 'lambda'"),
        ("a < 1 if b else a", "unknown name 'if'"),
        ("a in b", "'in'"),
        ("a < 1; b < 1", "';'"),
        ("a < {1}", "'{'"),
        ("a / 0 < 1", "cannot be evaluated at a = 0.1"),
        ("9 ** 9 ** 9 > a", "cannot be evaluated"),
        ("(0 - a) ** 0.5 > 0", "cannot be evaluated"),
    ],
)
def test_what_cannot_be_answered_gets_one_line(text, says):
    with pytest.raises(UsageError, match=says) as caught:
        Expression(text, UNITS).holds(VALUES)
    assert str(caught.value).startswith("constraint ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "T >= 5MW",
        "P > storage.V",
        "T + P > 1",
        "heat > P",  # energy and power
        "P * h > 5MW",
        "min(T, P) > 1",
        "COP mean >= 5MW",
        "el > 5kWh",  # what the unit of `el` is nobody knows
        "T_celsius > T",  # 75 is not larger than 348.15, but not smaller either
    ],
)
def test_quantities_that_do_not_fit_are_not_compared(text):
    with pytest.raises(UnitError, match=r"units|SI"):
        Expression(text, UNITS)


def test_products_and_quotients_have_units():
    assert Expression("P * h == 10MJ", UNITS).holds(VALUES)
    assert Expression("P / storage.V == 10kW/m3", UNITS).holds(VALUES)
    # a plain number may stand for anything, so a rule of thumb can be written
    assert Expression("storage.V >= 100 * P / 1e6", UNITS).holds(VALUES)


@pytest.mark.parametrize("text", ["a > 1", "a <= 1", "not a > 1", "a != 1", "a > 1 or b < 1"])
def test_nothing_holds_for_nan(text):
    assert not Expression(text, UNITS).holds({**VALUES, "a": float("nan")})
    assert not Expression(text, UNITS).holds({**VALUES, "a": np.float64("nan")})
    assert not Expression(text, UNITS).holds({**VALUES, "a": None})


def test_infinite_figures_can_be_compared():
    assert Expression("a > 5", UNITS).holds({**VALUES, "a": float("inf")})
    assert not Expression("a < 5", UNITS).holds({**VALUES, "a": np.float64("inf")})


def test_names_that_decide():
    assert Expression("storage.V > 2 * a or a < storage.V", UNITS).names == ("storage.V", "a")


def test_random_comparisons_agree_with_python():
    """Numbers that binary fractions hold exactly, so that Python's own arithmetic is exact too."""
    draw = random.Random(5)
    names = ["a", "b", "storage.V", "P_IT:factor"]
    python = {"storage.V": "v", "P_IT:factor": "f"}

    def term(depth):
        if depth == 0:
            return draw.choice([draw.choice(names), str(draw.randint(1, 9)), str(draw.randint(1, 9) / 4)])
        first, second = term(depth - 1), term(draw.randint(0, depth - 1))
        kind = draw.randint(0, 5)
        if kind == 0:
            return f"min({first}, {second})"
        if kind == 1:
            return f"-({first})"
        return f"({first} {draw.choice('+-*')} {second})"

    def condition(depth):
        if depth == 0:
            return f"{term(2)} {draw.choice(['<', '<=', '>', '>=', '==', '!='])} {term(2)}"
        kind = draw.choice(["and", "or", "not"])
        return f"not ({condition(depth - 1)})" if kind == "not" else f"({condition(depth - 1)}) {kind} {condition(0)}"

    answers = []
    for _ in range(300):
        text = condition(draw.randint(0, 2))
        values = {name: draw.randint(-16, 16) / 8 for name in names}
        source = text
        for name, plain in python.items():
            source = source.replace(name, plain)
        expected = eval(source, {python.get(name, name): value for name, value in values.items()})
        answers.append(expected)
        assert Expression(text, dict.fromkeys(names)).holds(values) is expected, text
    assert 50 < sum(answers) < 250
