within HeatReuse.Interfaces;
partial connector FluidPort "Pressure, mass flow and transported enthalpy of a liquid"
  HeatReuse.Types.Pressure p "Pressure";
  flow HeatReuse.Types.MassFlowRate m_flow "Mass flow into the component";
  stream HeatReuse.Types.SpecificEnthalpy h_outflow "Specific enthalpy if the liquid leaves the component";
  annotation (Documentation(info="<html><p>Base of the fluid connectors. Join more than two ports only through a
<a href=\"modelica://HeatReuse.Pipes.MixingVolume\">MixingVolume</a>.</p></html>"));
end FluidPort;
