within HeatReuse;
package Pipes "Pipes, volumes, resistances and inertia"
  annotation (Documentation(info="<html><p>Hydraulics: each branch that may carry a flow of its own has exactly one Inertia (or a component that contains one); all pressures then follow explicitly from the flows. Two inertias in series without a branching volume between them give a high-index model and must be avoided.</p></html>"));
end Pipes;
