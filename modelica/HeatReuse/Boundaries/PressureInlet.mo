within HeatReuse.Boundaries;
model PressureInlet "Water enters at a given temperature; the pressure is fixed, the flow follows from the plant"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.Pressure p = 2e5 "Pressure";
  HeatReuse.Interfaces.RealInput T_in(unit="K") "Temperature of the entering water";
  HeatReuse.Interfaces.FluidPort_b port "Connection to the plant";
  HeatReuse.Types.MassFlowRate m_flow "Mass flow into the plant";
  HeatReuse.Types.HeatFlowRate H_flow "Enthalpy flow into the plant";
equation
  port.p = p;
  port.h_outflow = Medium.enthalpy(T_in);
  m_flow = -port.m_flow;
  H_flow = noEvent(if m_flow > 0 then m_flow*port.h_outflow else m_flow*inStream(port.h_outflow));
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The pressure at the port is p; the water that enters has the enthalpy at T_in; H_flow = m_flow h with the enthalpy of whatever flows.</p>
<h4>Assumptions</h4>
<p>The flow follows from the plant. Also the pressure reference of its circuit. When the flow reverses, water of the plant's own temperature leaves.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end PressureInlet;
