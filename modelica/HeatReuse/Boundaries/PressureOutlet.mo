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
  annotation (Documentation(info="<html><p>When the flow reverses, water comes back at the temperature at which it would have left.</p></html>"));
end PressureOutlet;
