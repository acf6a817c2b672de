within HeatReuse.District;
model BoosterPump "Pumping station in a pipe, with a check valve around the pump"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 4e5 "Nominal head";
  parameter HeatReuse.Types.PressureDifference dp_bypass = 1e4 "Pressure drop of the open check valve at nominal flow";
  parameter HeatReuse.Types.Fraction eta_nominal = 0.8 "Efficiency of the pump at the nominal point";
  parameter HeatReuse.Types.Fraction eta_drive = 0.93 "Efficiency of motor and converter";
  parameter HeatReuse.Types.Time T_rise = 30 "Time from standstill to full speed";
  parameter HeatReuse.Types.Volume V = 2*m_flow_nominal/Medium.rho_nominal "Volume of each of the two branchings";
  parameter HeatReuse.Types.Temperature T_start = 348.15 "Initial temperature";
  parameter HeatReuse.Types.Fraction speed_start = 0 "Initial speed";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = 0 "Initial flow through the pump";
  HeatReuse.Interfaces.FluidPort_a port_a "Design inlet";
  HeatReuse.Interfaces.FluidPort_b port_b "Design outlet";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded relative speed, 0 off";
  HeatReuse.Types.PressureDifference dp "Pressure at port_a minus pressure at port_b";
  HeatReuse.Types.MassFlowRate m_flow "Flow from port_a to port_b";
  HeatReuse.Types.MassFlowRate m_flow_pump "Flow through the pump";
  HeatReuse.Types.MassFlowRate m_flow_bypass "Flow through the check valve";
  HeatReuse.Types.Fraction speed "Relative speed";
  HeatReuse.Types.Power P_shaft "Shaft power, all of it heat in the water";
  HeatReuse.Types.Power P_el "Electric power";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Pipes.MixingVolume inlet(redeclare package Medium = Medium, nPorts=3, V=V, T_start=T_start) "Branching before the pump";
  HeatReuse.Pipes.MixingVolume outlet(redeclare package Medium = Medium, nPorts=3, V=V, T_start=T_start) "Branching behind the pump";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_nominal, dp_nominal=dp_nominal, rho=Medium.rho_nominal, eta_nominal=eta_nominal, eta_drive=eta_drive, T_rise=T_rise, speed_start=speed_start) "Pump";
  HeatReuse.Pipes.Inertia inertia(L=10, A=5e-4*m_flow_nominal, m_flow_start=m_flow_start) "Inertia of the water in the pump's branch";
  HeatReuse.Valves.CheckValve bypass(m_flow_nominal=m_flow_nominal, dp_nominal=dp_bypass) "Check valve";
equation
  pump.command = command;
  connect(port_a, inlet.ports[1]);
  connect(inlet.ports[2], inertia.port_a);
  connect(inertia.port_b, pump.port_a);
  connect(pump.port_b, outlet.ports[2]);
  connect(inlet.ports[3], bypass.port_a);
  connect(bypass.port_b, outlet.ports[3]);
  connect(outlet.ports[1], port_b);
  connect(pump.heatPort, outlet.heatPort);
  dp = port_a.p - port_b.p;
  m_flow = port_a.m_flow;
  m_flow_pump = pump.m_flow;
  m_flow_bypass = bypass.m_flow;
  speed = pump.speed;
  P_shaft = pump.P_shaft;
  P_el = pump.P_el;
  U = inlet.U + outlet.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Between two small mixed volumes lie the <a href=\"modelica://HeatReuse.Pumps.Pump\">pump</a>, whose flow is a state (L/A dm_pump/dt = dp + head, L/A = 20000/m_flow_nominal s/m), and a <a href=\"modelica://HeatReuse.Valves.CheckValve\">check valve</a>, which takes
the rest: m_bypass = m_flow - m_pump, dp = dp_bypass (m_bypass/m_flow_nominal)<sup>2</sup> and the force of its spring when open. The shaft power heats the water behind the pump.</p>
<p>The pump runs: the pressure rises, the check valve is shut and the whole flow goes through the pump. When the network asks for more than the pump gives with a head of zero, the check valve opens and the rest passes beside it. The pump stands: the
flow goes through the check valve, and through the standing pump as much as its resistance lets pass at that pressure drop.</p>
<h4>Assumptions</h4>
<p>The flow of the line is a state outside of the station (one <a href=\"modelica://HeatReuse.Pipes.Inertia\">Inertia</a>, or a consumer that has its own). One pump; several with take-over: <a href=\"modelica://HeatReuse.Pumps.ParallelPumps\">ParallelPumps</a>. The check
valve leaks backwards, with the default less than 1 % of the nominal flow at the nominal head, which the pump circulates. Pump and check valve both stop a reversed flow, so that the station lets water through in one direction only: a ring where the flow may turn must
not have one. No heat to the room. Head at the inlet against cavitation is to be checked from the pressures of the network.</p>
<h4>Source</h4>
<p>First principles: composition of its parts.</p></html>"));
end BoosterPump;
