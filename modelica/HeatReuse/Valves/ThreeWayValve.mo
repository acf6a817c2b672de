within HeatReuse.Valves;
model ThreeWayValve "Diverting valve with balanced legs and actuator"
  replaceable model Actuator = HeatReuse.Utilities.Actuator constrainedby HeatReuse.Interfaces.PartialActuator "Motor of the valve: ideal, with backlash or with stiction";
  parameter HeatReuse.Types.Time T_stroke = 60 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction opening_start = 0 "Initial share of port_b";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded share of the flow that leaves through port_b";
  HeatReuse.Interfaces.FluidPort_a port_a "Common port";
  HeatReuse.Interfaces.FluidPort_b port_b "Leg that takes the share";
  HeatReuse.Interfaces.FluidPort_b port_bypass "Leg that takes the rest";
  HeatReuse.Types.Fraction opening "Share of port_b";
protected
  Actuator actuator(T_stroke=T_stroke, y_start=opening_start) "Motor of the valve";
equation
  actuator.command = command;
  opening = actuator.y;
  port_b.m_flow = -opening*port_a.m_flow;
  port_a.m_flow + port_b.m_flow + port_bypass.m_flow = 0;
  port_a.p = port_b.p;
  port_b.h_outflow = inStream(port_a.h_outflow);
  port_bypass.h_outflow = inStream(port_a.h_outflow);
  port_a.h_outflow = opening*inStream(port_b.h_outflow) + (1 - opening)*inStream(port_bypass.h_outflow);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The share of the flow that leaves through port_b is the position of the valve, the rest leaves through port_bypass; both carry the enthalpy of the common port. The position follows the command with the actuator.</p>
<h4>Assumptions</h4>
<p>Linear characteristic, no leakage, legs balanced against each other, no pressure drop of its own. The pressure at the bypass port follows from the point where both legs meet again, so both must meet in one volume. When the flow
reverses, the water of both legs mixes in the proportion of the shares. No volume.</p>
<h4>Source</h4>
<p>First principles: balances of mass and energy.</p></html>"));
end ThreeWayValve;
