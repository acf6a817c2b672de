within HeatReuse.Boundaries;
model SupplyAndReturn "Pair of pipes with a fixed pressure difference: a header, a network, a large plant"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.Pressure p_return = 2e5 "Pressure of the return";
  parameter HeatReuse.Types.PressureDifference dp = 1e5 "Pressure of the supply above that of the return";
  HeatReuse.Interfaces.RealInput T_supply(unit="K") "Temperature of the water that comes";
  HeatReuse.Interfaces.FluidPort_b port_supply "Water to the plant";
  HeatReuse.Interfaces.FluidPort_a port_return "Water from the plant";
  HeatReuse.Types.MassFlowRate m_flow "Flow to the plant";
  HeatReuse.Types.Temperature T_return "Temperature of the water that comes back";
  HeatReuse.Types.HeatFlowRate Q_flow "Enthalpy flow into the plant, net of what comes back";
protected
  HeatReuse.Boundaries.PressureInlet supply(redeclare package Medium = Medium, p=p_return + dp) "Supply";
  HeatReuse.Boundaries.PressureOutlet sink(redeclare package Medium = Medium, p=p_return) "Return";
equation
  supply.T_in = T_supply;
  connect(supply.port, port_supply);
  connect(sink.port, port_return);
  m_flow = supply.m_flow;
  T_return = sink.T;
  Q_flow = supply.H_flow + sink.H_flow;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>A <a href=\"modelica://HeatReuse.Boundaries.PressureInlet\">PressureInlet</a> at p_return + dp and a <a href=\"modelica://HeatReuse.Boundaries.PressureOutlet\">PressureOutlet</a> at p_return. Q_flow is the sum of their enthalpy flows: what
the plant takes.</p>
<h4>Assumptions</h4>
<p>The pressures do not depend on the flow.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end SupplyAndReturn;
