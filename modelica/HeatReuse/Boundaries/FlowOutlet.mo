within HeatReuse.Boundaries;
model FlowOutlet "Water leaves with a given flow"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  HeatReuse.Interfaces.RealInput m_flow_out(unit="kg/s") "Mass flow out of the plant";
  HeatReuse.Interfaces.FluidPort_a port "Connection to the plant";
  HeatReuse.Types.Temperature T "Temperature of the leaving water";
  HeatReuse.Types.HeatFlowRate H_flow "Enthalpy flow into the plant, negative when water leaves";
equation
  port.m_flow = m_flow_out;
  port.h_outflow = inStream(port.h_outflow);
  T = Medium.temperature(inStream(port.h_outflow));
  H_flow = -m_flow_out*inStream(port.h_outflow);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The mass flow out of the port is m_flow_out; T is the temperature of the water that arrives, H_flow = -m_flow_out h the enthalpy flow into the plant.</p>
<h4>Assumptions</h4>
<p>The pressure follows from the plant. When the flow reverses, water comes back at the temperature at which it would have left.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end FlowOutlet;
