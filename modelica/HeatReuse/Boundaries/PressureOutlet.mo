within HeatReuse.Boundaries;
model PressureOutlet "Water leaves; the pressure is fixed"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.Pressure p = 2e5 "Pressure";
  HeatReuse.Interfaces.FluidPort_a port "Connection to the plant";
  HeatReuse.Types.MassFlowRate m_flow "Mass flow out of the plant";
  HeatReuse.Types.Temperature T "Temperature of the leaving water";
  HeatReuse.Types.HeatFlowRate H_flow "Enthalpy flow into the plant, negative when water leaves";
equation
  port.p = p;
  port.h_outflow = inStream(port.h_outflow);
  m_flow = port.m_flow;
  T = Medium.temperature(inStream(port.h_outflow));
  H_flow = -m_flow*inStream(port.h_outflow);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The pressure at the port is p; T is the temperature of the water that arrives, H_flow = -m_flow h the enthalpy flow into the plant.</p>
<h4>Assumptions</h4>
<p>The flow follows from the plant. Also the pressure reference of its circuit. When the flow reverses, water comes back at the temperature at which it would have left.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end PressureOutlet;
