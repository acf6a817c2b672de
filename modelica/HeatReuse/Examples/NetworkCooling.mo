within HeatReuse.Examples;
model NetworkCooling "Heat recovery stops: a district-cooling network takes over the hall"
  output HeatReuse.Types.Temperature T_fws_supply "Facility water to the hall";
  output HeatReuse.Types.Temperature T_fws_in "Facility water coming back from heat recovery";
  output HeatReuse.Types.Temperature T_network_return "Water going back to the cooling network";
  output HeatReuse.Types.Temperature T_chip "Case temperature of the processors";
  output HeatReuse.Types.HeatFlowRate Q_flow_recovery "Heat given to heat recovery";
  output HeatReuse.Types.HeatFlowRate Q_flow_network "Heat given to the cooling network";
  output HeatReuse.Types.MassFlowRate m_flow_network "Water of the cooling network";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_electricity "Energy taken in with IT, pumps, fans and trim compressors";
  output HeatReuse.Types.Energy E_in_recovery "Energy taken in with the facility water from heat recovery, negative when heat is given";
  output HeatReuse.Types.Energy E_in_network "Energy taken in from the cooling network, negative when heat is given";
protected
  HeatReuse.Plants.DataCenterCooledByNetwork hall(T_network_return_min=287.15) "Data center";
  HeatReuse.Tables.TimeTable running(t={0, 1800, 1980, 7200}, y={1, 1, 0, 0}) "Share of the heat that heat recovery takes";
  HeatReuse.Tables.TimeTable share(t={0, 1830, 1831, 7200}, y={0, 0, 1, 1}) "Command of the three-way valve";
equation
  T_fws_in = running.v*303.15 + (1 - running.v)*hall.T_fws_out;
  hall.T_fws_in = T_fws_in;
  hall.P_IT = 1e7;
  hall.speed_tcs = 0.9;
  hall.speed_fws = 0.9;
  hall.opening_cdu = 0.9;
  hall.opening_crah = 0.9;
  hall.T_network = 281.15;
  hall.opening_cooler = share.v;
  hall.opening_network = share.v*HeatReuse.Utilities.clip(0.6 + 0.15*(hall.T_cooler - 303.15), 0, 1);
  T_fws_supply = hall.T_fws_supply;
  T_network_return = hall.T_network_return;
  T_chip = hall.T_chip;
  Q_flow_recovery = hall.Q_flow_recovery;
  Q_flow_network = hall.Q_flow_rejected;
  m_flow_network = hall.m_flow_network;
  U = hall.U;
  E_in_electricity = hall.E_in_IT + hall.E_in_pumps + hall.E_in_fans + hall.E_in_trim;
  E_in_recovery = hall.E_in_recovery;
  E_in_network = hall.E_in_network;
  annotation (experiment(StopTime=7200, Interval=20, Tolerance=1e-6), Documentation(info="<html><p>After half an hour the heat pumps stop within three minutes and the facility water comes back as warm as it left. The three-way valve
turns to the station of a district-cooling network of 8 degC, whose valve a proportional controller opens by the temperature of the water that leaves the station. The hall becomes two kelvins warmer and stays so, as a proportional controller needs a deviation to keep the valve open.</p></html>"));
end NetworkCooling;
