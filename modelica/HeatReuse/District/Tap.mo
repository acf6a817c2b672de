within HeatReuse.District;
model Tap "Where a consumer or a bypass meets the network"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  input HeatReuse.Types.Pressure p_supply "Pressure in the supply";
  input HeatReuse.Types.Pressure p_return "Pressure in the return";
  input HeatReuse.Types.Temperature T_supply "Temperature in the supply";
  input HeatReuse.Types.Temperature T_return "Temperature in the return";
  HeatReuse.Interfaces.FluidPort_b port_supply "From the supply to the consumer";
  HeatReuse.Interfaces.FluidPort_a port_return "From the consumer to the return";
  HeatReuse.Types.MassFlowRate m_flow "Flow out of the supply";
  HeatReuse.Types.MassFlowRate m_flow_return "Flow into the return";
  HeatReuse.Types.HeatFlowRate H_flow_supply "Enthalpy flow out of the supply";
  HeatReuse.Types.HeatFlowRate H_flow_return "Enthalpy flow into the return";
equation
  port_supply.p = p_supply;
  port_return.p = p_return;
  port_supply.h_outflow = Medium.enthalpy(T_supply);
  port_return.h_outflow = Medium.enthalpy(T_return);
  m_flow = -port_supply.m_flow;
  m_flow_return = port_return.m_flow;
  H_flow_supply = noEvent(if m_flow > 0 then m_flow*port_supply.h_outflow else m_flow*inStream(port_supply.h_outflow));
  H_flow_return = noEvent(if m_flow_return > 0 then m_flow_return*inStream(port_return.h_outflow) else m_flow_return*port_return.h_outflow);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Both ports have the pressure and, for what leaves through them, the temperature of the network at that place. Reported are the flows and the enthalpy flows: flow times the enthalpy of where the water comes from.</p>
<h4>Assumptions</h4>
<p>Joins components with fluid ports to the arrays of <a href=\"modelica://HeatReuse.District.PipePairs\">PipePairs</a> and <a href=\"modelica://HeatReuse.District.NetworkVolumes\">NetworkVolumes</a>. It holds no
water. The component between the ports decides on the flow, in either direction.</p>
<h4>Source</h4>
<p>First principles: balances of mass and energy.</p></html>"));
end Tap;
