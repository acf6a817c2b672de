within HeatReuse.Sensors;
model PressureDifferenceSensor "Pressure difference between two points"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.Time T_lag(min=0.01) = 1 "Time constant of sensor and impulse lines";
  parameter HeatReuse.Types.PressureDifference dp_start = 0 "Initial reading";
  HeatReuse.Interfaces.FluidPort_a port_a "Point of the higher pressure; connect it to a volume";
  HeatReuse.Interfaces.FluidPort_b port_b "Point of the lower pressure; connect it to a volume";
  HeatReuse.Interfaces.RealOutput reading(unit="Pa", start=dp_start, fixed=true) "Reading";
  HeatReuse.Types.PressureDifference dp "Pressure difference";
equation
  port_a.m_flow = 0;
  port_b.m_flow = 0;
  port_a.h_outflow = Medium.enthalpy(293.15);
  port_b.h_outflow = Medium.enthalpy(293.15);
  dp = port_a.p - port_b.p;
  T_lag*der(reading) = dp - reading;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dp = p_a - p_b, T_lag d(reading)/dt = dp - reading. No flow through either port.</p>
<h4>Assumptions</h4>
<p>The impulse lines hold still water of 20 degC that does not come out. Connect the ports to ports of volumes: a third branch at the connection of two others would take part in their mixing. No error, no height between the points.</p>
<h4>Source</h4>
<p>First principles: damping as one lag.</p></html>"));
end PressureDifferenceSensor;
