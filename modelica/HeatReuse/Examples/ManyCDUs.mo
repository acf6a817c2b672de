within HeatReuse.Examples;
model ManyCDUs "Hall with four CDUs of different size: the load moves from one to another"
  output HeatReuse.Types.Temperature T_tcs_supply[4] "Coolant to the racks, per CDU";
  output HeatReuse.Types.MassFlowRate m_flow_cdu[4] "Facility water flow, per CDU";
  output HeatReuse.Types.Temperature T_fws_out "Facility water leaving to heat recovery";
  output HeatReuse.Types.Temperature T_fws_supply "Facility water to the hall";
  output HeatReuse.Types.HeatFlowRate Q_flow_recovery "Heat given to heat recovery";
  output HeatReuse.Types.Power P_IT_drawn "Electric power of the IT";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_electricity "Energy taken in with IT, pumps, fans and trim compressors";
  output HeatReuse.Types.Energy E_in_recovery "Energy taken in with the facility water from heat recovery, negative when heat is given";
  output HeatReuse.Types.Energy E_in_surroundings "Energy taken in from outdoor air and room, negative when heat is given";
protected
  HeatReuse.Plants.MultiCDULoop hall(n=4, dp_header_nominal=7e4, share={0.4, 0.3, 0.2, 0.1}) "Data center";
  HeatReuse.Tables.TimeTable moved(t={0, 900, 910, 3600}, y={0, 0, 1, 1}) "Share of the job that has moved from CDU 1 to CDU 2";
equation
  hall.P_IT = {3.4e6 - 1.5e6*moved.v, 1e6 + 1.5e6*moved.v, 1.7e6, 0.85e6};
  hall.P_IT_air = 1.5e6;
  hall.T_outdoor = 278.15;
  hall.T_fws_in = 303.15;
  hall.speed_tcs = fill(0.9, 4);
  for i in 1:4 loop
    hall.opening_cdu[i] = HeatReuse.Utilities.clip(0.8 + 0.15*(T_tcs_supply[i] - 307.15), 0.2, 1);
  end for;
  hall.speed_fws = 0.9;
  hall.opening_crah = 0.9;
  hall.opening_cooler = 0;
  hall.speed_fan = 0;
  T_tcs_supply = hall.T_tcs_supply;
  m_flow_cdu = hall.m_flow_cdu;
  T_fws_out = hall.T_fws_out;
  T_fws_supply = hall.T_fws_supply;
  Q_flow_recovery = hall.Q_flow_recovery;
  P_IT_drawn = hall.P_IT_drawn;
  U = hall.U;
  E_in_electricity = hall.E_in_IT + hall.E_in_pumps + hall.E_in_fans + hall.E_in_trim;
  E_in_recovery = hall.E_in_recovery;
  E_in_surroundings = hall.E_in_outdoor + hall.E_in_room;
  annotation (experiment(StopTime=3600, Interval=10, Tolerance=1e-6), Documentation(info="<html><p>Four CDUs of 3.4, 2.55, 1.7 and 0.85 MW on one header, each with a proportional controller of its supply temperature. After 900 s a job
of 1.5 MW moves from CDU 1 to CDU 2: their valves follow, and for a minute the small CDUs 3 and 4 feel it through the header although their load is the same, by less than 1 % of
their flow and 0.03 K.</p></html>"));
end ManyCDUs;
