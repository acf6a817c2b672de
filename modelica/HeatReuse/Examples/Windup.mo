within HeatReuse.Examples;
model Windup "A heater at its limit: PI with and without anti-windup, and PID"
  output HeatReuse.Types.Temperature T_set "Set point";
  output HeatReuse.Types.Temperature T_good "Water with the PI controller";
  output HeatReuse.Types.Temperature T_windup "Water with a PI controller without anti-windup";
  output HeatReuse.Types.Temperature T_PID "Water with the PID controller";
  output Real y_good(unit="1") "Output of the PI controller";
  output Real y_windup(unit="1") "Output of the PI controller without anti-windup";
  output Real y_PID(unit="1") "Output of the PID controller";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_heaters(start=0, fixed=true) "Energy taken in from the heaters";
  output HeatReuse.Types.Energy E_in_load(start=0, fixed=true) "Energy taken in from the surroundings, negative for a loss";
protected
  HeatReuse.Pipes.MixingVolume volume[3](each nPorts=1, each V=2, each T_start=323.15) "Water, per controller";
  HeatReuse.Boundaries.PressureOutlet vessel[3] "Expansion vessel, per controller";
  HeatReuse.Boundaries.HeatSource source[3] "Heater and load, per controller";
  HeatReuse.Sensors.FirstOrder sensor[3](each T_lag=60, each y_start=323.15) "Sensor, per controller";
  HeatReuse.Controls.PI good(k=0.06, Ti=400, Tt=60, y_start=0.5) "PI";
  HeatReuse.Controls.PI winding(k=0.06, Ti=400, Tt=1e9, y_start=0.5) "PI without anti-windup";
  HeatReuse.Controls.PID faster(k=0.12, Ti=250, Td=45, Tt=60, y_start=0.5, measurement_start=323.15) "PID";
  HeatReuse.Tables.TimeTable setpoint(t={0, 600, 601, 7200}, y={323.15, 323.15, 338.15, 338.15}) "Set point";
  HeatReuse.Types.Power P[3] "Power of the heater, per controller";
  HeatReuse.Types.HeatFlowRate Q_flow[3] "Heat to the load, per controller";
equation
  for i in 1:3 loop
    connect(volume[i].ports[1], vessel[i].port);
    connect(source[i].port, volume[i].heatPort);
    sensor[i].u = volume[i].T;
    Q_flow[i] = 3e3*(volume[i].T - 289.82);
    source[i].Q_flow = P[i] - Q_flow[i];
  end for;
  good.setpoint = setpoint.v;
  good.measurement = sensor[1].y;
  winding.setpoint = setpoint.v;
  winding.measurement = sensor[2].y;
  faster.setpoint = setpoint.v;
  faster.measurement = sensor[3].y;
  P = {2e5*good.y, 2e5*winding.y, 2e5*faster.y};
  T_set = setpoint.v;
  T_good = volume[1].T;
  T_windup = volume[2].T;
  T_PID = volume[3].T;
  y_good = good.y;
  y_windup = winding.y;
  y_PID = faster.y;
  U = volume[1].U + volume[2].U + volume[3].U;
  der(E_in_heaters) = sum(P);
  der(E_in_load) = -sum(Q_flow);
  annotation (experiment(StopTime=7200, Interval=10, Tolerance=1e-6), Documentation(info="<html><p>Two cubic metres of water get a set point 15 K higher, which the heater of 200 kW reaches after some 27 minutes, nearly all of them at full power. Without anti-windup the
integral part grows all that time and the water overshoots until the error has been paid back; with back-calculation the controller leaves its limit in time. The PID controller, of twice the gain, sees the rise of the temperature and holds the
set point more closely.</p></html>"));
end Windup;
