within HeatReuse.Plants;
model DataCenterCooledByNetwork "Data center whose last resort is a district-cooling network or a lake in place of dry coolers"
  extends HeatReuse.Plants.PartialDataCenterLoop;
  parameter HeatReuse.Types.Temperature T_network_nominal = 281.15 "Supply temperature of the cooling network for which the station is sized";
  parameter HeatReuse.Types.Temperature T_network_return_nominal = 299.15 "Return temperature of the cooling network for which the station is sized";
  parameter HeatReuse.Types.Temperature T_network_return_min = 0 "Return temperature below which the primary valve closes; 0 without limit";

  input HeatReuse.Types.Temperature T_network(start=281.15, min=274.15, max=303.15) "Supply temperature of the cooling network";
  input Real opening_cooler(unit="1", start=0, min=0, max=1) "Command of the three-way valve: share of the facility water through the station";
  input Real opening_network(unit="1", start=0, min=0, max=1) "Command of the primary valve of the station";

  output HeatReuse.Types.Temperature T_cooler "Water leaving the station";
  output HeatReuse.Types.Temperature T_network_return "Water going back to the cooling network";
  output HeatReuse.Types.MassFlowRate m_flow_network "Water of the cooling network";
  output HeatReuse.Types.HeatFlowRate Q_flow_rejected "Heat given to the cooling network, as its meter sees it";
  output HeatReuse.Types.Energy E_network "Heat given to the cooling network";
  output HeatReuse.Types.Energy E_in_network(start=0, fixed=true) "Energy taken in from the cooling network, negative when heat is given";
protected
  HeatReuse.Valves.ThreeWayValve valve_cooler(T_stroke=T_stroke_valve) "Three-way valve of the station";
  HeatReuse.DataCenter.DistrictCoolingStation station(
    Q_flow_nominal=m_flow_fws_nominal*HeatReuse.Media.Water.cp_nominal*dT_fws_nominal, T_hall_in_nominal=303.15 + dT_fws_nominal, T_hall_out_nominal=303.15,
    T_primary_in_nominal=T_network_nominal, T_primary_out_nominal=T_network_return_nominal, dp_nominal=0, T_return_min=T_network_return_min, T_stroke=T_stroke_valve,
    T_start=T_fws_supply_start) "Station of the cooling network";
equation
  valve_cooler.command = opening_cooler;
  station.command = opening_network;
  station.T_primary = T_network;
  connect(inlet.port, valve_cooler.port_a);
  connect(valve_cooler.port_b, station.port_a);
  connect(station.port_b, fws_supply.ports[1]);
  connect(valve_cooler.port_bypass, fws_supply.ports[2]);
  T_cooler = station.T_out;
  T_network_return = station.T_return;
  m_flow_network = station.m_flow_primary;
  Q_flow_rejected = station.Q_flow;
  E_network = station.E_metered;
  P_fans = hall.P_fan;
  U = U_hall + station.U;
  der(E_in_network) = -station.Q_flow;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<p>As <a href=\"modelica://HeatReuse.Plants.DataCenterLoop\">DataCenterLoop</a>, with a <a href=\"modelica://HeatReuse.DataCenter.DistrictCoolingStation\">DistrictCoolingStation</a> in the place of the dry
coolers: a three-way valve sends a share of the water that comes back from heat recovery through its exchanger, a primary valve sets the flow of the network. A lake is a network whose
T_network is that of the lake and whose pump belongs to someone else; with a pump of its own take <a href=\"modelica://HeatReuse.DataCenter.LakeCooling\">LakeCooling</a>.</p>
<p>The pressure drop of the station on the hall side is part of dp_external_nominal.</p>
<p>U(t) - U(0) = E_in_IT + E_in_pumps + E_in_fans + E_in_trim + E_in_recovery + E_in_network.</p></html>"));
end DataCenterCooledByNetwork;
