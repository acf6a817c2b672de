within HeatReuse.District;
model PrescribedConsumer "Consumer that takes its demand with a fixed temperature drop"
  extends HeatReuse.Interfaces.TwoPort(m_flow(start=m_flow_start, fixed=true));
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 2e4 "Peak demand";
  parameter HeatReuse.Types.TemperatureDifference dT = 20 "Temperature drop";
  parameter HeatReuse.Types.Temperature T_start = 303.15 "Initial temperature of the water inside";
  parameter HeatReuse.Types.Fraction bypass_share = 0 "Flow that is kept when there is no demand, over the peak flow; it passes uncooled";
  parameter HeatReuse.Types.Time T_response = 10 "Time constant of the ideal flow controller";
  parameter HeatReuse.Types.Time T_residence = 10 "Residence time of the water inside at the peak flow";
  parameter HeatReuse.Types.Fraction load_start = 0.5 "Initial demand over peak demand";
  HeatReuse.Interfaces.RealInput Q_flow_demand(unit="W") "Heat demand";
  HeatReuse.Types.Temperature T_supply "Supply temperature at the consumer";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Temperature of the water that leaves";
  HeatReuse.Types.HeatFlowRate Q_flow_delivered "Heat taken by the consumer";
  HeatReuse.Types.HeatFlowRate Q_flow_unmet "Demand that is not met";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(Medium.cp_nominal*dT) "Flow at the peak demand";
protected
  parameter HeatReuse.Types.MassFlowRate m_flow_start = noEvent(max(load_start, bypass_share))*m_flow_nominal "Initial flow";
  parameter Real mass(final unit="kg") = m_flow_nominal*T_residence "Mass of the water inside";
  HeatReuse.Types.MassFlowRate m_flow_wanted "Flow that meets the demand";
equation
  m_flow_wanted = noEvent(max(Q_flow_demand, 0))/(Medium.cp_nominal*dT);
  T_response*der(m_flow) = noEvent(max(m_flow_wanted, bypass_share*m_flow_nominal)) - m_flow;
  T_supply = Medium.temperature(inStream(port_a.h_outflow));
  Q_flow_delivered = noEvent(min(noEvent(max(Q_flow_demand, 0)), noEvent(max(m_flow, 0))*Medium.cp_nominal*dT));
  Q_flow_unmet = noEvent(max(Q_flow_demand, 0)) - Q_flow_delivered;
  port_a.h_outflow = Medium.enthalpy(T);
  port_b.h_outflow = Medium.enthalpy(T);
  mass*Medium.specificHeatCapacity(T)*der(T) = noEvent(if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow))) - Q_flow_delivered;
  U = mass*Medium.enthalpy(T);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>An ideal controller brings the flow to max(demand/(cp dT), bypass_share m_nominal) with the time constant T_response. The heat taken is the smaller of demand and flow times cp dT, and cools the water inside:
M cp(T) dT/dt = m_flow (h_in - h) - Q.</p>
<h4>Assumptions</h4>
<p>For planning and for exercises that prescribe the temperature drop. The flow does not depend on the pressure difference, whose value shows whether the pump could do it; the return is as cold as the supply temperature less dT
says. When demand falls, the flow follows with T_response and the return is warmer for that time. T_residence keeps a small volume of water between supply and return.</p>
<h4>Source</h4>
<p>First principles: balance of energy. The consumer of the IBPSA DESTEST exercise is of this kind.</p></html>"));
end PrescribedConsumer;
