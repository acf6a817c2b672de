"""Refuse what the front end drops or mixes up without an error, by reading the sources.

Each rule was found by comparing the front end with values worked out by hand; where a rule is stricter than needed,
the message says how to write the same in a way that is safe.

- Modifications with dotted names, and modifications inside a redeclaration of a class or behind `constrainedby`, are
  dropped.
- Constants of packages: the value of one derived package gets into others when a constant is changed in more than one
  step, when another constant depends on it, or when a function that uses it is inherited by several packages. (What
  else happens to constants inside functions is put right in `functions_of_calls`.)
- Names of arguments of built-in functions, as in `homotopy(simplified=a, actual=b)`, are dropped.
- Constructors of records that share their name get each other's defaults. Of a record that is declared in a function,
  modifications are dropped, also those behind `extends` in its class.
- Functions inside a model do not follow a constant of the model that is changed where the model is used.
- Of an element that is inherited twice with different modifications the front end keeps one, and
  some modifications of final elements it takes (`inheritance_checks`).
"""

from __future__ import annotations

from typing import NoReturn

from heatsim.compiler.embedded.checks.inheritance_checks import check_final, check_inherited_twice
from heatsim.compiler.embedded.equations.builtins import HANDLERS
from heatsim.compiler.embedded.equations.values import ELEMENTARY
from heatsim.compiler.embedded.reading.classes import ClassText, Modification, Reference, Token, calls, span_of
from heatsim.compiler.embedded.reading.sources import SourceMap

BUILT_IN = frozenset(name[:1].lower() + name[1:] for name in (*ELEMENTARY, *HANDLERS))


def check(used: list[ClassText], sources: SourceMap) -> None:
    """Check the classes a model is made of.

    Parameters
    ----------
    used : the classes that count (`classes.used_classes`)
    sources : all files that the front end read

    Raises
    ------
    UnsupportedModelicaError
        With file, line and what to write instead.
    """
    checks = _Checks(sources, used)
    for found in used:
        checks.modifications(found)
        checks.named_arguments(found)
        checks.constructors(found)
        checks.records_in_functions(found)
    for found in used:
        checks.package(found)
        checks.local_functions(found)
        check_inherited_twice(found, used, checks.refuse)
        check_final(found, used, checks.refuse)


class _Checks:
    """The rules, on the classes that count."""

    def __init__(self, sources: SourceMap, used: list[ClassText]) -> None:
        self.sources = sources
        self.by_name: dict[str, list[ClassText]] = {}
        for found in used:
            self.by_name.setdefault(found.name, []).append(found)
        self.used = used

    def refuse(self, found: ClassText, token: Token, message: str) -> NoReturn:
        """Refuse at a token of a class."""
        text = self.sources.files[found.source][1]
        self.sources.refuse(span_of(found.source, text, token), message)

    # -- modifications

    def modifications(self, found: ClassText) -> None:
        """Refuse modifications that would be dropped."""
        for reference in found.references:
            if reference.role == "constrainedby" and reference.modifications:
                self.refuse(
                    found,
                    reference.token,
                    "the front end drops modifications behind constrainedby; put them into the class that "
                    f"'{reference.target}' is replaced by, or into '{reference.target}' itself",
                )
            if reference.role == "short" and found.kind == "package" and reference.modifications:
                self.refuse(
                    found,
                    reference.token,
                    f"the front end mixes up constants of 'package {found.name} = {reference.target}(...)'; write "
                    f"'package {found.name} extends {reference.target}(...); end {found.name};'",
                )
            for modification in reference.modifications:
                self._modification(found, modification)

    def _modification(self, found: ClassText, modification: Modification) -> None:
        if "." in modification.name and not modification.redeclares:
            head, rest = modification.name.split(".", 1)
            self.refuse(
                found,
                modification.token,
                f"the front end drops the modification '{modification.name}'; write it as {head}({rest}=...)",
            )
        if modification.redeclares not in ("", "component", "function") and modification.nested:
            kind, target = modification.redeclares, modification.target
            self.refuse(
                found,
                modification.token,
                f"the front end drops modifications inside 'redeclare {kind} {modification.name} = {target}(...)'; "
                f"give them to a class of its own: {kind} Mine extends {target}(...); end Mine; "
                f"redeclare {kind} {modification.name} = Mine",
            )
        for nested in modification.nested:
            self._modification(found, nested)

    def named_arguments(self, found: ClassText) -> None:
        """Refuse names in calls of built-in functions."""
        for name, inside in calls(found.tokens, BUILT_IN):
            for part in inside:
                if len(part) > 1 and part[1].text == "=":
                    self.refuse(
                        found,
                        part[0],
                        f"the front end drops the name '{part[0].text}' of an argument of {name}; write the arguments "
                        "in their order, without names",
                    )

    def constructors(self, found: ClassText) -> None:
        """Refuse constructors of records that share their name, whose defaults the front end mixes up."""
        records = {name for name, classes in self.by_name.items() if sum(c.kind == "record" for c in classes) > 1}
        for name, inside in calls(found.tokens, records):
            self.refuse(
                found,
                inside[0][0] if inside[0] else found.token,
                f"there are several records '{name}', and the front end may take the defaults of another one; give "
                f"one of them another name, or write the constructor with its package, as in Package.{name}(...)",
            )

    def records_in_functions(self, found: ClassText) -> None:
        """Refuse records whose fields would have other values than modifications say: the front end drops these."""
        changed = {
            name
            for name, classes in self.by_name.items()
            for c in classes
            if c.kind == "record" and any(r.modifications for r in c.references if r.role in ("extends", "short"))
        }
        for reference in found.references if found.kind == "function" else ():
            name = reference.target.rsplit(".", 1)[-1]
            is_record = any(c.kind == "record" for c in self.by_name.get(name, []))
            if reference.role == "component" and is_record and (reference.modifications or name in changed):
                self.refuse(
                    found,
                    reference.token,
                    f"the front end drops modifications of the record '{reference.token.text}' in a function; assign "
                    f"its fields in the algorithm, and declare all fields of '{name}' in '{name}' itself",
                )

    # -- constants of packages

    def package(self, found: ClassText) -> None:
        """Refuse changes of constants that would get into other packages."""
        if found.kind != "package" or found.is_short:
            return
        for reference in found.references:
            if reference.role == "extends":
                changed = {m.name for m in reference.modifications if not m.redeclares}
                for base in self._packages(reference.target):
                    if changed:
                        self._changed_once(found, reference, base, changed)
                    self._changed_by_all(found, reference, base, changed)
                    self._inherited_functions(found, reference, base, changed)

    def _packages(self, target: str) -> list[ClassText]:
        return [found for found in self.by_name.get(target.rsplit(".", 1)[-1], []) if found.kind == "package"]

    def _changed_once(self, found: ClassText, reference: Reference, base: ClassText, changed: set[str]) -> None:
        """Constants may be changed in one step, from a partial package that declares them, and all that depend too."""
        first = sorted(changed)[0]
        if "partial" not in base.prefixes:
            self.refuse(
                found,
                reference.token,
                f"'{base.name}' is a complete package, and the front end mixes up its constant '{first}' with that of "
                f"'{found.name}'; derive both from a partial package that declares '{first}'",
            )
        for name in sorted(changed - set(base.constants)):
            self.refuse(
                found,
                reference.token,
                f"the front end may miss the value of '{name}', which '{base.name}' does not declare itself; "
                f"extend the partial package that declares '{name}'",
            )
        for name, expression in base.constants.items():
            on = sorted(changed & {token.text for token in expression})
            if on and name not in changed:
                self.refuse(
                    found,
                    reference.token,
                    f"the constant '{name}' of '{base.name}' depends on '{on[0]}', and the front end may keep its old "
                    f"value; give '{name}' a value here as well",
                )

    def _derived(self, base: ClassText) -> list[tuple[ClassText, set[str]]]:
        """Return the packages that extend one, and what each changes."""
        return [
            (other, {m.name for m in reference.modifications})
            for other in self.used
            if other.kind == "package" and not other.is_short
            for reference in other.references
            if reference.role == "extends" and base in self._packages(reference.target)
        ]

    def _changed_by_all(self, found: ClassText, reference: Reference, base: ClassText, changed: set[str]) -> None:
        """A constant that one package changes must be given a value by all that stand beside it."""
        for other, names in self._derived(base):
            for name in sorted(names & set(base.constants) - changed):
                self.refuse(
                    found,
                    reference.token,
                    f"'{other.name}' changes the constant '{name}' of '{base.name}', and the front end may take its "
                    f"value for '{found.name}' as well; give '{name}' a value here: extends {base.name}({name}=...)",
                )

    def _inherited_functions(self, found: ClassText, reference: Reference, base: ClassText, changed: set[str]) -> None:
        """A function that several packages inherit must not depend on what they change."""
        own = {child.name for child in found.children}
        others = [other for other, _ in self._derived(base) if other is not found]
        if not others and "partial" in base.prefixes:
            return
        differing = changed | {child.name for child in base.children if child.name in own}
        for child in base.children:
            on = sorted(differing & child.words - {child.name})
            if child.kind == "function" and "partial" not in child.prefixes and child.name not in own and on:
                self.refuse(
                    found,
                    reference.token,
                    f"the function '{child.name}' of '{base.name}' uses '{on[0]}', which '{found.name}' changes, and "
                    f"the front end would give all packages one body; write 'redeclare function extends {child.name}' "
                    f"with its algorithm in each package",
                )

    def local_functions(self, found: ClassText) -> None:
        """Functions inside a model must not use its constants, which may be changed where the model is used."""
        if found.kind not in ("model", "block", "class"):
            return
        constants = set(found.constants)
        for reference in found.references:
            if reference.role == "extends":
                for base in self.by_name.get(reference.target.rsplit(".", 1)[-1], []):
                    constants |= set(base.constants)
        for child in found.children:
            for token in child.tokens:
                if child.kind == "function" and token.text in constants:
                    self.refuse(
                        child,
                        token,
                        f"the function '{child.name}' uses the constant '{token.text}' of the model around it, which "
                        f"the front end does not keep apart for each use of the model; give it as an argument",
                    )
