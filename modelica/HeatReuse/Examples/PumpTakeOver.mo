within HeatReuse.Examples;
model PumpTakeOver "One of two pumps on duty trips, the third takes over"
  output HeatReuse.Types.MassFlowRate m_flow "Flow of the circuit";
  output HeatReuse.Types.MassFlowRate m_flow_pump[3] "Flow, per pump";
  output Real speed[3](each unit="1") "Relative speed, per pump";
  output HeatReuse.Types.PressureDifference head "Head of the pumps";
  output HeatReuse.Types.Temperature T_supply "Water to the hall";
  output HeatReuse.Types.Temperature T_return "Water from the hall";
  output HeatReuse.Types.Power P_pumps "Electric power of the pumps";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_hall(start=0, fixed=true) "Energy taken in from the hall";
  output HeatReuse.Types.Energy E_in_pumps(start=0, fixed=true) "Energy taken in with the shaft power of the pumps";
  output HeatReuse.Types.Energy E_in_plant(start=0, fixed=true) "Energy taken in with the water of the plant, negative when heat is given";
protected
  HeatReuse.Boundaries.SupplyAndReturn plant(dp=0) "Cooling plant behind a header without pressure difference";
  HeatReuse.Pipes.MixingVolume supply(nPorts=2, V=5, T_start=303.15) "Supply header";
  HeatReuse.Pumps.ParallelPumps pumps(n=3, m_flow_nominal=100, dp_nominal=2e5, T_rise=15, T_coast=2, speed_start={0.9, 0.9, 0}) "Three pumps, two on duty";
  HeatReuse.Controls.TakeOver standby(n=3, n_duty=2, T_detect=3) "Starts the pump in standby";
  HeatReuse.Pipes.Resistance resistance(m_flow_nominal=200, dp_nominal=1.95e5) "Circuit";
  HeatReuse.Pipes.Inertia inertia(L=100, A=0.1, m_flow_start=200) "Inertia of the circuit";
  HeatReuse.Pipes.MixingVolume hall(nPorts=2, V=5, T_start=313.15) "Hall";
  HeatReuse.Boundaries.HeatSource heat "Heat of the hall";
  HeatReuse.Tables.TimeTable first(t={0, 120, 120.2, 480, 480.2, 720}, y={1, 1, 0, 0, 1, 1}) "Availability of the first pump";
equation
  plant.T_supply = 303.15;
  heat.Q_flow = 8.36e6;
  standby.command = 0.9;
  standby.available = {first.v, 1, 1};
  pumps.available = {first.v, 1, 1};
  connect(standby.y, pumps.command);
  connect(plant.port_supply, supply.ports[1]);
  connect(supply.ports[2], pumps.port_a);
  connect(pumps.heatPort, supply.heatPort);
  connect(pumps.port_b, resistance.port_a);
  connect(resistance.port_b, inertia.port_a);
  connect(inertia.port_b, hall.ports[1]);
  connect(heat.port, hall.heatPort);
  connect(hall.ports[2], plant.port_return);
  m_flow = inertia.m_flow;
  m_flow_pump = pumps.m_flow_pump;
  speed = pumps.speed;
  head = pumps.head;
  T_supply = supply.T;
  T_return = hall.T;
  P_pumps = pumps.P_el;
  U = supply.U + hall.U;
  der(E_in_hall) = heat.Q_flow;
  der(E_in_pumps) = pumps.P_shaft;
  der(E_in_plant) = plant.Q_flow;
  annotation (experiment(StopTime=720, Interval=0.5, Tolerance=1e-6), Documentation(info="<html><p>Three pumps, two on duty, carry the heat of a hall of 8 MW. At 120 s the first pump loses its power. Its non-return valve closes within
two seconds and the second pump goes out on its curve, so that the flow falls by a quarter only; the third pump starts, and 15 s after the trip the flow is back. The return water shows what the
dip costs. At 480 s the first pump is available again: it starts at once, and the third is taken back slowly and goes off after three minutes, so that the
flow dips by no more than one percent. With T_return = 3 s in the take-over the third would fall while the first rises, and the change-over would cost as deep a dip as the trip.</p></html>"));
end PumpTakeOver;
