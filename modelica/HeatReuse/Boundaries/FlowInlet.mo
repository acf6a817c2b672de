within HeatReuse.Boundaries;
model FlowInlet "Water enters with a given flow and temperature"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  HeatReuse.Interfaces.RealInput m_flow_in(unit="kg/s") "Mass flow into the plant";
  HeatReuse.Interfaces.RealInput T_in(unit="K") "Temperature of the entering water";
  HeatReuse.Interfaces.FluidPort_b port "Connection to the plant";
  HeatReuse.Types.HeatFlowRate H_flow "Enthalpy flow into the plant";
equation
  port.m_flow = -m_flow_in;
  port.h_outflow = Medium.enthalpy(T_in);
  H_flow = noEvent(if m_flow_in > 0 then m_flow_in*port.h_outflow else m_flow_in*inStream(port.h_outflow));
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The mass flow at the port is m_flow_in; the water that enters has the enthalpy at T_in; H_flow = m_flow h with the enthalpy of whatever flows.</p>
<h4>Assumptions</h4>
<p>The pressure follows from the plant. A negative flow takes water out of the plant at the plant's temperature.</p>
<h4>Source</h4>
<p>Boundary condition.</p></html>"));
end FlowInlet;
