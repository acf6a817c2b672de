"""From Modelica source to an FMU on disk: find the library, compile with OpenModelica or embedded, cache by content."""

from heatsim.compiler.driver import BuildEvent, BuildResult, build, build_many, choose_compiler
from heatsim.compiler.library import library_models

__all__ = ["BuildEvent", "BuildResult", "build", "build_many", "choose_compiler", "library_models"]
