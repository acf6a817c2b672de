within HeatReuse.Examples;
model LakeCooling "A hall of 10 MW cooled by a lake through the year"
  output HeatReuse.Types.Temperature T_lake "Lake at the intake";
  output HeatReuse.Types.Temperature T_hall_out "Water of the hall to the lake station";
  output HeatReuse.Types.Temperature T_hall_in "Water of the hall behind the station";
  output HeatReuse.Types.Temperature T_outfall "Lake water at the outfall";
  output HeatReuse.Types.MassFlowRate m_flow_lake "Flow of lake water";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat given to the lake";
  output HeatReuse.Types.Power P_pump "Electric power of the intake pump";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_IT(start=0, fixed=true) "Energy taken in with the IT power";
  output HeatReuse.Types.Energy E_in_pumps(start=0, fixed=true) "Energy taken in with the shaft power of both pumps";
  output HeatReuse.Types.Energy E_in_lake(start=0, fixed=true) "Energy taken in from the lake, negative when heat is given";
protected
  HeatReuse.DataCenter.LakeCooling lake(T_outfall_max=298.15, speed_start=0.35, T_start=297.15) "Lake station";
  HeatReuse.Pipes.MixingVolume hall(nPorts=2, V=30, T_start=308.15) "Hall: a volume that takes the heat of the IT";
  HeatReuse.Pipes.MixingVolume suction(nPorts=3, V=10, T_start=301.15) "Suction of the pump, with expansion vessel";
  HeatReuse.Boundaries.HeatSource load "Heat of the IT";
  HeatReuse.Boundaries.PressureOutlet expansion "Pressure of the expansion vessel";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=lake.m_flow_nominal, dp_nominal=1.5e5) "Pump of the hall";
  HeatReuse.Pipes.Resistance pipes(m_flow_nominal=lake.m_flow_nominal, dp_nominal=1e5) "Pipes of the hall";
  HeatReuse.Pipes.Inertia inertia(L=200, A=0.12, m_flow_start=lake.m_flow_nominal) "Inertia";
  HeatReuse.Tables.TimeTable power(t={0, 7776000, 7862400, 23328000, 23414400, 31536000}, y={7e6, 7e6, 10e6, 10e6, 8e6, 8e6}) "Power of the IT";
  parameter HeatReuse.Types.Time year = 31536000 "A year";
equation
  T_lake = 273.15 + 11.5 - 8.5*cos(2*3.14159265358979*(time/year - 0.11));
  lake.T_lake = T_lake;
  lake.command = HeatReuse.Utilities.clip(0.35 + 0.1*(lake.T_out - 301.15), 0.3, 1);
  load.Q_flow = power.v;
  pump.command = 0.9;
  connect(load.port, hall.heatPort);
  connect(suction.ports[1], pump.port_a);
  connect(suction.ports[2], expansion.port);
  connect(pump.heatPort, suction.heatPort);
  connect(pump.port_b, inertia.port_a);
  connect(inertia.port_b, pipes.port_a);
  connect(pipes.port_b, hall.ports[1]);
  connect(hall.ports[2], lake.port_a);
  connect(lake.port_b, suction.ports[3]);
  T_hall_out = hall.T;
  T_hall_in = suction.T;
  T_outfall = lake.T_outfall;
  m_flow_lake = lake.m_flow_lake;
  Q_flow = lake.Q_flow;
  P_pump = lake.P_el;
  U = hall.U + suction.U + lake.U;
  der(E_in_IT) = load.Q_flow;
  der(E_in_pumps) = pump.P_shaft + lake.P_shaft;
  der(E_in_lake) = -lake.Q_flow;
  annotation (experiment(StopTime=31536000, Interval=86400, Tolerance=1e-6), Documentation(info="<html><p>A lake of 3 degC in February and 20 degC in August takes the heat of a hall instead of dry coolers. A proportional controller sets the intake pump
by the temperature of the water to the hall. In winter a third of the flow is enough and the lake water leaves at 23 degC. From spring on the limit of the outfall temperature (25 degC) raises the flow more than the
hall asks for. In summer the pump is at its full flow, with more than ten times the power, and the limit can no longer be held: with a lake of 20 degC the water leaves at 29 degC, so a permit of 25 degC
would need a larger station.</p></html>"));
end LakeCooling;
