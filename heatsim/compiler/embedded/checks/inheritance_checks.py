"""Refuse modifications that contradict others: of an element that is inherited twice, and of one that is final.

The language wants what is inherited twice to be identical and what is final to stay as it is (sections 7.1 and 7.2.6 of
the specification). The front end takes one of the modifications and drops the other without an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from heatsim.compiler.embedded.reading.classes import ClassText, Modification, Token

Refuse = Callable[[ClassText, Token, str], NoReturn]


@dataclass(frozen=True)
class _Leaf:
    """What one element is modified to."""

    text: str
    token: Token
    is_final: bool


def check_inherited_twice(found: ClassText, used: Sequence[ClassText], refuse: Refuse) -> None:
    """Compare the modifications on all ways from a class to each of its bases.

    Parameters
    ----------
    found : the class that extends others
    used : all classes that count, to find the bases in
    refuse : called with the class, the place and the message when two ways differ
    """
    clauses = [reference for reference in found.references if reference.role == "extends"]
    first: dict[int, tuple[str, dict[str, str]]] = {}  # by base: the clause that leads to it and what it modifies
    for clause in clauses if len(clauses) > 1 else ():
        for base, modified in _bases(clause.target, _leaves(clause.modifications), found, used, ()):
            elements = {r.token.text for r in base.references if r.role == "component"}
            elements |= {child.name for child in base.children}
            own = {name: leaf.text for name, leaf in modified.items() if name.split(".")[0] in elements}
            target, other = first.setdefault(id(base), (clause.target, own))
            for name in sorted(own.keys() | other.keys()):
                if own.get(name) != other.get(name):
                    refuse(
                        found,
                        clause.token,
                        f"'{found.name}' inherits '{name}' of '{base.name}' twice, through '{target}' with "
                        f"{other.get(name, 'its own value')} and through '{clause.target}' with "
                        f"{own.get(name, 'its own value')}; give both the same modification: "
                        f"extends {clause.target}({name.split('.')[0]}...)",
                    )


def check_final(found: ClassText, used: Sequence[ClassText], refuse: Refuse) -> None:
    """Refuse modifications of what a class further inside has modified with `final`; see `check_inherited_twice`."""
    for reference in found.references:
        leaves = _leaves(reference.modifications)
        if not leaves or reference.role == "constrainedby":
            continue
        for name, holder in _finals(reference.target, {name: name for name in leaves}, found, used, ()):
            refuse(
                found,
                leaves[name].token,
                f"'{name}' is final in '{holder}' and cannot be changed: take the modification away, or 'final' there",
            )


def _finals(
    target: str,
    names: Mapping[str, str],
    around: ClassText,
    used: Sequence[ClassText],
    way: tuple[ClassText, ...],
) -> Iterator[tuple[str, str]]:
    """Yield those of some modified elements that are final inside a class, and the name of the class.

    Parameters
    ----------
    target : name of the class
    names : dotted names of elements, seen from the class, and as they are written outside
    around, used : where the class is looked for
    way : classes that lead here
    """
    base = _resolve(target, around, used)
    if base is None or base in way or not names:
        return
    for reference in base.references:
        inside = names
        if reference.role == "component":
            prefix = f"{reference.token.text}."
            inside = {name[len(prefix) :]: outer for name, outer in names.items() if name.startswith(prefix)}
        elif reference.role == "constrainedby":
            continue
        for fixed, leaf in _leaves(reference.modifications).items():
            for name, outer in inside.items():
                if leaf.is_final and (name == fixed or name.startswith(f"{fixed}.")):
                    yield outer, base.name
        yield from _finals(reference.target, inside, base, used, (*way, base))


def _bases(
    target: str, modified: dict[str, _Leaf], around: ClassText, used: Sequence[ClassText], way: tuple[ClassText, ...]
) -> Iterator[tuple[ClassText, dict[str, _Leaf]]]:
    """Yield a class and all it extends, with the modifications that reach each; outer ones win over inner ones."""
    base = _resolve(target, around, used)
    if base is None or base in way:
        return
    yield base, modified
    for reference in base.references:
        if reference.role in ("extends", "short"):
            inner = _leaves(reference.modifications) | modified
            yield from _bases(reference.target, inner, base, used, (*way, base))


def _resolve(target: str, around: ClassText, used: Sequence[ClassText]) -> ClassText | None:
    """Return the class that a name in another class means, when there is only one."""
    found = [c for c in used if (c.path == target or c.path.endswith(f".{target}")) and c is not around]
    if around.kind != "package":
        found = [c for c in found if c.kind != "package"]
    return found[0] if len(found) == 1 else None


def _leaves(modifications: Sequence[Modification], prefix: str = "", is_final: bool = False) -> dict[str, _Leaf]:
    """Return what is modified by dotted name."""
    result: dict[str, _Leaf] = {}
    for modification in modifications:
        name = prefix + modification.name
        value = " ".join(token.text for token in modification.value)
        final = is_final or modification.is_final
        if modification.redeclares:
            result[name] = _Leaf(f"redeclare {modification.target}", modification.token, final)
        if value:
            result[name] = _Leaf(value, modification.token, final)
        result |= _leaves(modification.nested, f"{name}.", final)
    return result
