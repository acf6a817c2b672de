"""From Modelica source to an FMU on disk: find the library, compile with OpenModelica or embedded, cache by content."""
