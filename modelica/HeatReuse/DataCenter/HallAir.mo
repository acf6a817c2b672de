within HeatReuse.DataCenter;
model HallAir "Cold and hot aisle of a hall, with bypass and recirculation when servers and air handlers move different flows"
  parameter HeatReuse.Types.HeatCapacity C_cold = 3e6 "Heat capacity of air, floor and walls of the cold aisle";
  parameter HeatReuse.Types.HeatCapacity C_hot = 3e6 "Heat capacity of air, ceiling and walls of the hot aisle";
  parameter HeatReuse.Types.SpecificHeatCapacity cp_air = 1006 "Heat capacity of air";
  parameter HeatReuse.Types.MassFlowRate m_flow_leak = 5 "Air exchange between the aisles through gaps";
  parameter HeatReuse.Types.ThermalConductance UA_envelope = 2e3 "Conductance from the hot aisle to the surroundings";
  parameter HeatReuse.Types.Temperature T_cold_start = 298.15 "Initial temperature of the cold aisle";
  parameter HeatReuse.Types.Temperature T_hot_start = 310.15 "Initial temperature of the hot aisle";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings";
  HeatReuse.Interfaces.RealInput m_flow_server(unit="kg/s") "Air flow through the servers";
  HeatReuse.Interfaces.RealInput Q_flow_server(unit="W") "Heat of the servers to the air";
  HeatReuse.Interfaces.RealInput m_flow_crah(unit="kg/s") "Air flow through the air handlers";
  HeatReuse.Interfaces.RealInput Q_flow_crah(unit="W") "Heat that the air handlers take from the air, less the power of their fans";
  HeatReuse.Types.Temperature T_cold(start=T_cold_start, fixed=true) "Cold aisle: air to the servers";
  HeatReuse.Types.Temperature T_hot(start=T_hot_start, fixed=true) "Hot aisle: air to the air handlers";
  HeatReuse.Types.MassFlowRate m_flow_bypass "Air from the cold to the hot aisle beside the servers; negative: recirculation of hot air";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Types.ThermalConductance C_exchange "Capacity flow that passes from one aisle to the other and back";
equation
  m_flow_bypass = m_flow_crah - m_flow_server;
  C_exchange = cp_air*(noEvent(max(m_flow_crah, m_flow_server)) + m_flow_leak);
  C_cold*der(T_cold) = C_exchange*(T_hot - T_cold) - Q_flow_crah;
  C_hot*der(T_hot) = C_exchange*(T_cold - T_hot) + Q_flow_server + heatPort.Q_flow;
  heatPort.Q_flow = UA_envelope*(heatPort.T - T_hot);
  U = C_cold*(T_cold - 273.15) + C_hot*(T_hot - 273.15);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Two mixed volumes. Air handlers carry m_crah from the hot to the cold aisle and take Q_crah from it; servers carry m_server back and give it Q_server. The difference of the flows goes through gaps: from cold
to hot when the handlers move more (bypass), from hot to cold when the servers move more (recirculation). In both cases each aisle receives max(m_crah, m_server) of the other's air:
C_cold dT_cold/dt = cp (max(m_crah, m_server) + m_leak) (T_hot - T_cold) - Q_crah, C_hot dT_hot/dt = cp (max(m_crah, m_server) + m_leak) (T_cold - T_hot) + Q_server + Q_envelope.</p>
<h4>Assumptions</h4>
<p>Aisle containment without plumes: each aisle has one temperature. Constant heat capacity of air; no humidity. Air and nearby structure share one capacity. Range: flows not negative, zero included.</p>
<h4>Source</h4>
<p>First principles: mass and energy balance of two stirred volumes.</p></html>"));
end HallAir;
