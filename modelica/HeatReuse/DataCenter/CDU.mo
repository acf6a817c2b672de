within HeatReuse.DataCenter;
model CDU "Coolant distribution unit: exchanger, valve on the facility side, pump and expansion on the rack side"
  replaceable package Medium1 = HeatReuse.Media.PG25 constrainedby HeatReuse.Media.PartialMedium "Coolant of the racks";
  replaceable package Medium2 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Facility water";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 1e6 "Nominal heat flow";
  parameter HeatReuse.Types.TemperatureDifference dT_nominal = 4 "Nominal mean temperature difference between the sides";
  parameter HeatReuse.Types.MassFlowRate m1_flow_nominal = 25.3 "Nominal flow of the coolant";
  parameter HeatReuse.Types.MassFlowRate m2_flow_nominal = 23.9 "Nominal flow of the facility water";
  parameter HeatReuse.Types.PressureDifference dp_external_nominal = 1.5e5 "Head that is left for the racks and their pipes at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp1_nominal = 5e4 "Pressure drop of exchanger and strainer on the rack side";
  parameter HeatReuse.Types.PressureDifference dp2_nominal = 1e5 "Pressure drop of the facility side with open valve at nominal flow";
  parameter HeatReuse.Types.Fraction authority = 0.5 "Authority of the valve: its share of dp2_nominal when open";
  parameter HeatReuse.Types.Fraction oversizing_valve = 1.25 "Flow of the facility side with open valve at dp2_nominal, over m2_flow_nominal";
  parameter HeatReuse.Types.Fraction eta_pump = 0.75 "Hydraulic efficiency of the pump at nominal flow";
  parameter Real exponent(unit="1") = 0.8 "Exponent of the flow in the heat transfer law of the exchanger";
  parameter Integer n(min=2) = 8 "Number of cells of the exchanger";
  parameter HeatReuse.Types.Time T_residence = 4 "Residence time of the coolant in the pipes and tank of the unit, at nominal flow";
  parameter HeatReuse.Types.Time T_residence_exchanger = 4.7 "Residence time of each liquid in the exchanger, at nominal flow";
  parameter HeatReuse.Types.Time T_stroke = 60 "Stroke time of the valve";
  parameter HeatReuse.Types.Time T_rise = 30 "Time of the pump from standstill to full speed";
  parameter HeatReuse.Types.Length L = 30 "Length of the pipes on the facility side, for the inertia of the flow";
  parameter HeatReuse.Types.Fraction opening_start = 0.9 "Initial lift of the valve";
  parameter HeatReuse.Types.Fraction speed_start = 0.9 "Initial speed of the pump";
  parameter HeatReuse.Types.Temperature T1_start = 312.15 "Initial mean temperature of the coolant";
  parameter HeatReuse.Types.Temperature T2_start = 308.15 "Initial mean temperature of the facility water";
  parameter HeatReuse.Types.TemperatureDifference dT1_start = 10 "Initial difference of the coolant between return and supply";
  HeatReuse.Interfaces.FluidPort_a port_a1 "Coolant from the racks";
  HeatReuse.Interfaces.FluidPort_b port_b1 "Coolant to the racks";
  HeatReuse.Interfaces.FluidPort_a port_a2 "Facility water supply";
  HeatReuse.Interfaces.FluidPort_b port_b2 "Facility water return";
  HeatReuse.Interfaces.RealInput speed_pump(unit="1") "Command of the pump";
  HeatReuse.Interfaces.RealInput opening_valve(unit="1") "Command of the valve";
  HeatReuse.Types.MassFlowRate m1_flow "Coolant flow";
  HeatReuse.Types.MassFlowRate m2_flow "Facility water flow";
  HeatReuse.Types.Temperature T_supply "Coolant to the racks";
  HeatReuse.Types.Temperature T_return "Coolant from the racks";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat from coolant to exchanger plates";
  HeatReuse.Types.Power P_shaft "Shaft power of the pump";
  HeatReuse.Types.Power P_el "Electric power of the pump";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  HeatReuse.HeatExchangers.PlateHeatExchanger exchanger(
    redeclare package Medium1 = Medium1, redeclare package Medium2 = Medium2, n=n,
    Q_flow_nominal=Q_flow_nominal, dT_nominal=dT_nominal, m1_flow_nominal=m1_flow_nominal, m2_flow_nominal=m2_flow_nominal,
    dp1_nominal=dp1_nominal, dp2_nominal=dp2_nominal*(1 - authority)/oversizing_valve^2, exponent=exponent,
    V1=m1_flow_nominal/Medium1.rho_nominal*T_residence_exchanger, V2=m2_flow_nominal/Medium2.rho_nominal*T_residence_exchanger,
    C_wall=1.5*m1_flow_nominal*Medium1.cp_nominal, T1_start=T1_start, T2_start=T2_start) "Plate heat exchanger";
  HeatReuse.Valves.EqualPercentageValve valve(m_flow_nominal=oversizing_valve*m2_flow_nominal, dp_nominal=authority*dp2_nominal, T_stroke=T_stroke, opening_start=opening_start) "Valve on the facility side";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m1_flow_nominal, dp_nominal=dp_external_nominal + dp1_nominal, rho=Medium1.rho_nominal, eta_nominal=eta_pump, T_rise=T_rise, speed_start=speed_start) "Pump";
  HeatReuse.Boundaries.PressureOutlet expansion(redeclare package Medium = Medium1) "Pressure of the expansion vessel; carries no flow";
protected
  HeatReuse.Pipes.Inertia inertia(L=L, A=5e-4*m2_flow_nominal, m_flow_start=m2_flow_nominal) "Inertia of the facility water";
  HeatReuse.Pipes.MixingVolume returns(redeclare package Medium = Medium1, nPorts=3, V=m1_flow_nominal/Medium1.rho_nominal*T_residence/2, T_start=T1_start + dT1_start/2) "Return pipe with expansion vessel";
  HeatReuse.Pipes.MixingVolume supply(redeclare package Medium = Medium1, nPorts=2, V=m1_flow_nominal/Medium1.rho_nominal*T_residence/2, T_start=T1_start - dT1_start/2) "Tank at the suction of the pump";
equation
  pump.command = speed_pump;
  valve.command = opening_valve;
  connect(port_a1, returns.ports[1]);
  connect(returns.ports[2], exchanger.port_a1);
  connect(returns.ports[3], expansion.port);
  connect(exchanger.port_b1, supply.ports[1]);
  connect(supply.ports[2], pump.port_a);
  connect(pump.heatPort, supply.heatPort);
  connect(pump.port_b, port_b1);
  connect(port_a2, valve.port_a);
  connect(valve.port_b, inertia.port_a);
  connect(inertia.port_b, exchanger.port_a2);
  connect(exchanger.port_b2, port_b2);
  m1_flow = pump.m_flow;
  m2_flow = inertia.m_flow;
  T_supply = supply.T;
  T_return = returns.T;
  Q_flow = exchanger.Q_flow;
  P_shaft = pump.P_shaft;
  P_el = pump.P_el;
  U = exchanger.U + returns.U + supply.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Rack side: return pipe with expansion vessel, <a href=\"modelica://HeatReuse.HeatExchangers.PlateHeatExchanger\">exchanger</a>, tank, <a href=\"modelica://HeatReuse.Pumps.Pump\">pump</a>. The
pump is sized for dp_external_nominal + dp1_nominal at nominal flow, its shaft power m/rho dp/eta_pump enters the coolant. Facility side:
<a href=\"modelica://HeatReuse.Valves.EqualPercentageValve\">valve</a>, exchanger. With open valve and dp2_nominal the facility side takes oversizing_valve m2_flow_nominal, of which the valve takes the share
authority of the pressure. hA ~ m<sup>exponent</sup> on both sides.</p>
<p>The facility flow is a state (inertia with A = 5e-4 m2 for each kg/s of nominal flow). The flow of the rack side is that of the racks, which must hold it as a state:
<a href=\"modelica://HeatReuse.DataCenter.RackBranches\">RackBranches</a> does. Connect a volume or a boundary to each facility port, without an inertia in series.</p>
<h4>Assumptions</h4>
<p>The expansion vessel keeps the pressure of the rack side and takes no flow, because volumes keep their mass. The plates hold 1.5 s of the nominal capacity flow of the coolant, each liquid T_residence_exchanger. One pump
stands for the pumps of the unit in parallel. Left out: filter fouling, loss to the room, bypass on the rack side. Range: zero and reversed flow on the facility side; the pump has a
non-return valve.</p>
<h4>Source</h4>
<p>First principles: composition of its parts. Sizes are those of published units: approach 3 to 4 K, 1 to 2 MW, see
<a href=\"modelica://HeatReuse.Validation.CDUDesignPoint\">CDUDesignPoint</a>.</p></html>"));
end CDU;
