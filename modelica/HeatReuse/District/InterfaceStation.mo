within HeatReuse.District;
model InterfaceStation "Station between plant and network: exchanger, isolation valves on both sides, strainer, energy meter"
  replaceable package Medium1 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the plant";
  replaceable package Medium2 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid of the network";
  parameter Integer n(min=2) = 12 "Number of cells of the exchanger";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 12e6 "Nominal heat from plant to network";
  parameter HeatReuse.Types.TemperatureDifference dT_nominal = 3 "Nominal mean temperature difference of the exchanger";
  parameter HeatReuse.Types.MassFlowRate m1_flow_nominal = 95 "Nominal flow of the plant side";
  parameter HeatReuse.Types.MassFlowRate m2_flow_nominal = 95 "Nominal flow of the network side";
  parameter HeatReuse.Types.PressureDifference dp_exchanger = 4e4 "Nominal pressure drop of each side of the exchanger";
  parameter HeatReuse.Types.PressureDifference dp_valve = 1e4 "Nominal pressure drop of the isolation valves of each side, supply and return together";
  parameter HeatReuse.Types.Fraction leakage(min=1e-6, max=0.1) = 1e-4 "Flow coefficient of closed isolation valves relative to that of open ones";
  parameter HeatReuse.Types.Time T_stroke = 60 "Stroke time of the isolation valves";
  parameter HeatReuse.Types.Fraction opening_start = 1 "Initial lift of the isolation valves";
  parameter Real Kv_strainer(unit="m3/h") = 1100 "Flow coefficient of the clean strainer in the network's return";
  parameter HeatReuse.Types.Fraction clogging(min=0, max=0.99) = 0 "Share of the strainer that is blocked";
  parameter HeatReuse.Types.Time T_lag(min=0.01) = 20 "Time constant of the meter's temperature sensors in their pockets";
  parameter HeatReuse.Types.Time T_lag_flow(min=0.01) = 2 "Time constant of the meter's flow sensor";
  parameter HeatReuse.Types.Time T_residence = 8 "Residence time of each side of the exchanger at nominal flow";
  parameter HeatReuse.Types.Temperature T_hot_start = 348.15 "Initial temperature at the hot end";
  parameter HeatReuse.Types.Temperature T_cold_start = 318.15 "Initial temperature at the cold end";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = m2_flow_nominal "Initial reading of the flow";
  HeatReuse.Interfaces.FluidPort_a port_a1 "Supply of the plant";
  HeatReuse.Interfaces.FluidPort_b port_b1 "Return to the plant";
  HeatReuse.Interfaces.FluidPort_a port_a2 "Return of the network";
  HeatReuse.Interfaces.FluidPort_b port_b2 "Supply to the network";
  HeatReuse.Interfaces.RealInput command_plant(unit="1") "Isolation of the plant side: 1 open, 0 closed";
  HeatReuse.Interfaces.RealInput command_network(unit="1") "Isolation of the network side: 1 open, 0 closed";
  HeatReuse.Types.Fraction opening_plant "Lift of the isolation valves of the plant side";
  HeatReuse.Types.Fraction opening_network "Lift of the isolation valves of the network side";
  HeatReuse.Types.HeatFlowRate Q_flow_metered "Heat to the network as metered";
  HeatReuse.Types.HeatFlowRate Q_flow_true "Heat to the network as it is at the place of the meter";
  HeatReuse.Types.Energy E_metered "Heat to the network since the start, as metered";
  HeatReuse.Types.Temperature T_supply_metered "Reading of the meter's sensor in the supply";
  HeatReuse.Types.Temperature T_return_metered "Reading of the meter's sensor in the return";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.HeatExchangers.PlateHeatExchanger exchanger(
    redeclare package Medium1 = Medium1, redeclare package Medium2 = Medium2, n=n, Q_flow_nominal=Q_flow_nominal, dT_nominal=dT_nominal, m1_flow_nominal=m1_flow_nominal, m2_flow_nominal=m2_flow_nominal,
    dp1_nominal=dp_exchanger, dp2_nominal=dp_exchanger, V1=m1_flow_nominal*T_residence/Medium1.rho_nominal, V2=m2_flow_nominal*T_residence/Medium2.rho_nominal,
    C_wall=0.2*T_residence*m1_flow_nominal*Medium1.cp_nominal, T1_start=(T_hot_start + T_cold_start + dT_nominal)/2, T2_start=(T_hot_start + T_cold_start - dT_nominal)/2) "Exchanger";
  HeatReuse.Valves.LinearValve valve_plant(m_flow_nominal=m1_flow_nominal, dp_nominal=dp_valve, leakage=leakage, T_stroke=T_stroke, opening_start=opening_start) "Isolation of the plant side";
  HeatReuse.Valves.LinearValve valve_network(m_flow_nominal=m2_flow_nominal, dp_nominal=dp_valve, leakage=leakage, T_stroke=T_stroke, opening_start=opening_start) "Isolation of the network side";
  HeatReuse.Pipes.Strainer strainer(Kv=Kv_strainer, rho=Medium2.rho_nominal, clogging=clogging) "Strainer in the network's return";
  HeatReuse.Sensors.EnergyMeter meter(redeclare package Medium = Medium2, m_flow_nominal=m2_flow_nominal, T_lag_temperature=T_lag, T_lag_flow=T_lag_flow, T_supply_start=T_hot_start, T_return_start=T_cold_start, m_flow_start=m_flow_start) "Energy meter";
equation
  valve_plant.command = command_plant;
  valve_network.command = command_network;
  connect(port_a1, valve_plant.port_a);
  connect(valve_plant.port_b, exchanger.port_a1);
  connect(exchanger.port_b1, port_b1);
  connect(port_a2, strainer.port_a);
  connect(strainer.port_b, meter.port_a_return);
  connect(meter.port_b_return, exchanger.port_a2);
  connect(exchanger.port_b2, meter.port_a_supply);
  connect(meter.port_b_supply, valve_network.port_a);
  connect(valve_network.port_b, port_b2);
  opening_plant = valve_plant.opening;
  opening_network = valve_network.opening;
  Q_flow_metered = meter.Q_flow;
  Q_flow_true = meter.Q_flow_true;
  E_metered = meter.E_metered;
  T_supply_metered = meter.T_supply;
  T_return_metered = meter.T_return;
  U = exchanger.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Plant side: isolation <a href=\"modelica://HeatReuse.Valves.LinearValve\">valve</a>, side 1 of the <a href=\"modelica://HeatReuse.HeatExchangers.PlateHeatExchanger\">exchanger</a>. Network side: <a href=\"modelica://HeatReuse.Pipes.Strainer\">strainer</a>,
side 2 of the exchanger, isolation valve; the <a href=\"modelica://HeatReuse.Sensors.EnergyMeter\">meter</a> has its sensors next to the exchanger, before the isolation valve. The pressure drops of what stands in a row add up. Volumes of the exchanger:
V = m_nominal T_residence/&rho;; plates: 20 % of the capacity of the water of the plant side.</p>
<p>Meter: Q_flow_metered = m (h(T_supply) - h(T_return)) with readings behind their lags, E_metered its integral. Q_flow_true has the temperatures and the flow as they are.</p>
<h4>Assumptions</h4>
<p>The two isolation valves of a side, in supply and return, move together and count as one. They are butterfly valves in service for open or closed, not for control. Each side needs one
<a href=\"modelica://HeatReuse.Pipes.Inertia\">Inertia</a> in the circuit outside; the plant keeps a minimum flow through a bypass of its own before the station (see <a href=\"modelica://HeatReuse.Examples.NetworkIsolation\">NetworkIsolation</a>). No heat
to the room. With both sides isolated the water of the two sides comes to one temperature. A step of the inlet temperatures is metered late by T_lag, and energy of about T_lag times the change of the heat flow comes later; a change of the flow shows after
T_lag_flow. Range: zero and reversed flow on either side; a reversed flow of heat counts negative.</p>
<h4>Source</h4>
<p>First principles: composition of its parts. Heat meters: EN 1434-1; indirect connection with isolation on both sides: EN 12828 and connection conditions of networks.</p></html>"));
end InterfaceStation;
