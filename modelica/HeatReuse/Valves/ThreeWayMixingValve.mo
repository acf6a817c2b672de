within HeatReuse.Valves;
model ThreeWayMixingValve "Mixing valve with balanced legs and actuator"
  replaceable model Actuator = HeatReuse.Utilities.Actuator constrainedby HeatReuse.Interfaces.PartialActuator "Motor of the valve: ideal, with backlash or with stiction";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal flow of the common port";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 1e4 "Pressure drop at nominal flow";
  parameter HeatReuse.Types.Fraction leakage(min=0, max=0.1) = 1e-3 "Share of a closed leg";
  parameter HeatReuse.Types.Time T_stroke = 60 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction opening_start = 0.5 "Initial share of port_a";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded share of the flow that comes from port_a";
  HeatReuse.Interfaces.FluidPort_a port_a "Leg that gives the share";
  HeatReuse.Interfaces.FluidPort_a port_bypass "Leg that gives the rest";
  HeatReuse.Interfaces.FluidPort_b port_b "Common port";
  HeatReuse.Types.Fraction opening "Lift";
  HeatReuse.Types.Fraction share "Share of port_a in the flow";
  HeatReuse.Types.MassFlowRate m_flow "Flow that leaves through the common port";
protected
  Actuator actuator(T_stroke=T_stroke, y_start=opening_start) "Motor of the valve";
equation
  actuator.command = command;
  opening = actuator.y;
  share = leakage + (1 - 2*leakage)*HeatReuse.Utilities.clip(opening, 0, 1);
  m_flow = -port_b.m_flow;
  port_a.m_flow = share*m_flow;
  port_a.m_flow + port_bypass.m_flow + port_b.m_flow = 0;
  port_a.p - port_b.p = dp_nominal/m_flow_nominal^2*HeatReuse.Utilities.quadratic(m_flow, 0.01*m_flow_nominal);
  port_b.h_outflow = share*inStream(port_a.h_outflow) + (1 - share)*inStream(port_bypass.h_outflow);
  port_a.h_outflow = inStream(port_b.h_outflow);
  port_bypass.h_outflow = inStream(port_b.h_outflow);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>share = leakage + (1 - 2 leakage) l of the lift l; port_a gives this share of the flow m_flow of the common port, port_bypass the rest, and the enthalpies mix in that proportion. From port_a to
the common port dp = dp_nominal (m_flow/m_flow_nominal)<sup>2</sup>, linear below 1 % of the nominal flow. The lift follows the command with the actuator.</p>
<h4>Assumptions</h4>
<p>Linear characteristic, legs balanced against each other. The pressure at port_bypass follows from the point where the water of both legs comes from, so both legs must begin at one pressure (a header without pressure difference, an
injection circuit): what a pressure difference between the legs would change in the share is left out. When the flow reverses, the shares hold for the water that leaves. No volume.</p>
<h4>Source</h4>
<p>First principles: balances of mass and energy.</p></html>"));
end ThreeWayMixingValve;
