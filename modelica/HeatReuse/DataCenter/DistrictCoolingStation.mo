within HeatReuse.DataCenter;
model DistrictCoolingStation "Exchanger to a district-cooling network: primary valve, limit of the return temperature, heat meter"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Water of the hall";
  replaceable package MediumPrimary = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Water of the network";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 10e6 "Nominal heat from hall to network";
  parameter HeatReuse.Types.Temperature T_hall_in_nominal = 313.15 "Water of the hall entering, nominal";
  parameter HeatReuse.Types.Temperature T_hall_out_nominal = 303.15 "Water of the hall leaving, nominal";
  parameter HeatReuse.Types.Temperature T_primary_in_nominal = 281.15 "Network supply, nominal";
  parameter HeatReuse.Types.Temperature T_primary_out_nominal = 299.15 "Network return, nominal";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop of the hall side at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_primary_nominal = 1.5e5 "Differential pressure of the network at the station";
  parameter HeatReuse.Types.Fraction authority = 0.6 "Authority of the primary valve";
  parameter HeatReuse.Types.Fraction oversizing_valve = 1.2 "Primary flow with open valve over nominal flow";
  parameter HeatReuse.Types.Temperature T_return_min = 0 "Return temperature below which the valve closes, as tariffs ask for; 0 without limit";
  parameter HeatReuse.Types.TemperatureDifference dT_limit = 2 "Range over which that limit acts";
  parameter HeatReuse.Types.Time T_stroke = 60 "Stroke time of the valve";
  parameter HeatReuse.Types.Fraction opening_start = 0 "Initial lift of the valve";
  parameter HeatReuse.Types.Temperature T_start = 303.15 "Initial temperature of both sides";
  HeatReuse.Interfaces.FluidPort_a port_a "Warm water of the hall";
  HeatReuse.Interfaces.FluidPort_b port_b "Cooled water of the hall";
  HeatReuse.Interfaces.RealInput command(unit="1") "Command of the primary valve";
  HeatReuse.Interfaces.RealInput T_primary(unit="K") "Supply temperature of the network";
  HeatReuse.Types.MassFlowRate m_flow_primary "Primary flow";
  HeatReuse.Types.Temperature T_return "Primary return temperature";
  HeatReuse.Types.Temperature T_out "Water of the hall leaving";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat given to the network: what its meter sees";
  HeatReuse.Types.Energy E_metered(start=0, fixed=true) "Heat given to the network";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(Medium.cp_nominal*(T_hall_in_nominal - T_hall_out_nominal)) "Nominal flow of the hall side";
  final parameter HeatReuse.Types.MassFlowRate m_flow_primary_nominal = Q_flow_nominal/(MediumPrimary.cp_nominal*(T_primary_out_nominal - T_primary_in_nominal)) "Nominal primary flow";
protected
  parameter HeatReuse.Types.TemperatureDifference dT_warm = T_hall_in_nominal - T_primary_out_nominal "Difference at the warm end";
  parameter HeatReuse.Types.TemperatureDifference dT_cold = T_hall_out_nominal - T_primary_in_nominal "Difference at the cold end";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = Q_flow_nominal*log((dT_warm + 1e-6)/dT_cold)/(dT_warm + 1e-6 - dT_cold) "Conductance that gives the nominal point";
  HeatReuse.HeatExchangers.CounterflowExchanger exchanger(
    redeclare package Medium1 = Medium, redeclare package Medium2 = MediumPrimary, m1_flow_nominal=m_flow_nominal, m2_flow_nominal=m_flow_primary_nominal, UA_nominal=UA_nominal,
    dp1_nominal=dp_nominal, dp2_nominal=dp_primary_nominal*(1 - authority)/oversizing_valve^2, V1=m_flow_nominal/Medium.rho_nominal*4, V2=m_flow_primary_nominal/MediumPrimary.rho_nominal*4,
    C_wall=1.5*m_flow_nominal*Medium.cp_nominal, T1_start=T_start, T2_start=T_start) "Exchanger";
  HeatReuse.Valves.EqualPercentageValve valve(m_flow_nominal=oversizing_valve*m_flow_primary_nominal, dp_nominal=authority*dp_primary_nominal, T_stroke=T_stroke, opening_start=opening_start) "Primary valve";
  HeatReuse.Pipes.Inertia inertia(L=30, A=5e-4*m_flow_primary_nominal, m_flow_start=0) "Inertia of the primary water";
  HeatReuse.Boundaries.PressureInlet supply(redeclare package Medium = MediumPrimary, p=4e5 + dp_primary_nominal) "Network supply";
  HeatReuse.Boundaries.PressureOutlet returns(redeclare package Medium = MediumPrimary, p=4e5) "Network return";
equation
  assert(noEvent(dT_warm > 0 and dT_cold > 0), "District cooling: the nominal temperatures of hall and network cross; check T_hall_in_nominal to T_primary_out_nominal");
  valve.command = command*HeatReuse.Utilities.smoothStep((T_return - T_return_min)/dT_limit);
  supply.T_in = T_primary;
  connect(port_a, exchanger.port_a1);
  connect(exchanger.port_b1, port_b);
  connect(supply.port, valve.port_a);
  connect(valve.port_b, inertia.port_a);
  connect(inertia.port_b, exchanger.port_a2);
  connect(exchanger.port_b2, returns.port);
  m_flow_primary = inertia.m_flow;
  T_return = exchanger.T2;
  T_out = exchanger.T1;
  Q_flow = -(supply.H_flow + returns.H_flow);
  der(E_metered) = Q_flow;
  U = exchanger.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Hall water passes side 1 of a <a href=\"modelica://HeatReuse.HeatExchangers.CounterflowExchanger\">CounterflowExchanger</a>; UA_nominal = Q/dT_log of the nominal point. Primary side: network at constant
differential pressure, <a href=\"modelica://HeatReuse.Valves.EqualPercentageValve\">valve</a>, exchanger, flow as a state. The command of the valve is multiplied by S((T_return - T_return_min)/dT_limit),
<a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a> S: water that would return too cold is held back until it has warmed up. Meter: Q = m (h_return - h_supply),
dE_metered/dt = Q.</p>
<h4>Assumptions</h4>
<p>The network holds its differential pressure, its supply temperature comes from outside. Limit and valve act without sensor lag. When hall water is colder than the network, heat flows the other way and the meter
counts back. Range: zero and reversed flow on the hall side.</p>
<h4>Source</h4>
<p>First principles: composition of its parts. Return limits of district-cooling tariffs: as contracts of networks have them (return at least 6 to 10 K above supply).</p></html>"));
end DistrictCoolingStation;
