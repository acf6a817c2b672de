within HeatReuse.Examples;
model BoosterLine "Far consumer on a long line: without booster pump, with it, and after it has tripped"
  output HeatReuse.Types.MassFlowRate m_flow "Flow of the line";
  output HeatReuse.Types.MassFlowRate m_flow_bypass "Flow through the check valve around the booster pump";
  output HeatReuse.Types.PressureDifference dp_consumer "Pressure difference at the consumer";
  output HeatReuse.Types.PressureDifference dp_booster "Pressure rise in the booster station, negative for a drop";
  output HeatReuse.Types.HeatFlowRate Q_flow_demand "Demand of the consumer";
  output HeatReuse.Types.HeatFlowRate Q_flow_delivered "Heat taken by the consumer";
  output HeatReuse.Types.Temperature T_supply "Supply at the consumer";
  output HeatReuse.Types.Temperature T_return "Return at the consumer";
  output HeatReuse.Types.Power P_el "Electric power of the booster pump";
  output Real speed(unit="1") "Relative speed of the booster pump";
  output Real opening(unit="1") "Lift of the consumer's valve";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_plant(start=0, fixed=true) "Energy taken in with the plant's water";
  output HeatReuse.Types.Energy E_in_consumer(start=0, fixed=true) "Energy taken in from the consumer, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ground(start=0, fixed=true) "Energy taken in from the ground, negative for a loss";
  output HeatReuse.Types.Energy E_in_booster(start=0, fixed=true) "Energy taken in with the shaft power of the booster pump";
protected
  HeatReuse.Boundaries.SupplyAndReturn plant(p_return=2e5, dp=0) "Plant";
  HeatReuse.District.PressureLift lift "Pumps of the plant, at a constant pressure difference";
  HeatReuse.Pipes.Pipe supply_1(n=8, L=2000, data=HeatReuse.Pipes.Data.DN150(), m_flow_nominal=29, T_start=348.15) "Supply, plant to booster";
  HeatReuse.District.BoosterPump booster(m_flow_nominal=29, dp_nominal=5.5e5) "Booster station";
  HeatReuse.Pipes.Pipe supply_2(n=8, L=2000, data=HeatReuse.Pipes.Data.DN150(), m_flow_nominal=29, T_start=347.65) "Supply, booster to consumer";
  HeatReuse.District.Substation consumer(Q_flow_nominal=3.5e6, load_start=0.6, T_primary_nominal=345.15, dp_nominal=1e5) "Consumer, whose flow is that of the line";
  HeatReuse.Pipes.Pipe return_pipe(n=12, L=4000, data=HeatReuse.Pipes.Data.DN150(), m_flow_nominal=29, T_start=315.15) "Return";
  HeatReuse.Boundaries.Temperature ground "Ground";
  HeatReuse.Tables.TimeTable demand(t={0, 3600, 4800, 36000}, y={2.1e6, 2.1e6, 3.4e6, 3.4e6}) "Demand";
  HeatReuse.Tables.TimeTable start_and_trip(t={0, 10800, 10801, 25200, 25201, 36000}, y={0, 0, 0.9, 0.9, 0, 0}) "Command of the booster pump";
equation
  plant.T_supply = 348.15;
  lift.dp_in = 6e5;
  ground.T_in = 281.15;
  consumer.Q_flow_demand = demand.v;
  booster.command = start_and_trip.v;
  connect(plant.port_supply, lift.port_a);
  connect(lift.port_b, supply_1.port_a);
  connect(supply_1.port_b, booster.port_a);
  connect(booster.port_b, supply_2.port_a);
  connect(supply_2.port_b, consumer.port_a);
  connect(consumer.port_b, return_pipe.port_a);
  connect(return_pipe.port_b, plant.port_return);
  connect(supply_1.heatPort, ground.port);
  connect(supply_2.heatPort, ground.port);
  connect(return_pipe.heatPort, ground.port);
  m_flow = consumer.m_flow;
  m_flow_bypass = booster.m_flow_bypass;
  dp_consumer = consumer.dp;
  dp_booster = -booster.dp;
  Q_flow_demand = demand.v;
  Q_flow_delivered = consumer.Q_flow_delivered;
  T_supply = consumer.T_supply;
  T_return = consumer.T_primary;
  P_el = booster.P_el;
  speed = booster.speed;
  opening = consumer.opening;
  U = supply_1.U + booster.U + supply_2.U + consumer.U + return_pipe.U;
  der(E_in_plant) = plant.Q_flow;
  der(E_in_consumer) = -consumer.Q_flow_delivered;
  der(E_in_ground) = ground.Q_flow;
  der(E_in_booster) = booster.P_shaft;
  annotation (experiment(StopTime=36000, Interval=30, Tolerance=1e-6), Documentation(info="<html>
<p>A consumer of 3.5 MW lies 4 km away from the plant, which gives 6 bar. At 60 % of the peak that is enough. From 3600 s on the consumer wants nearly its peak: its valve opens fully, the line takes all the pressure and a part of the demand
is not met. At 10800 s the booster pump in the middle of the supply starts: the check valve around it shuts, the pressure at the consumer comes back and its valve closes to where it can control. At 25200 s the pump trips: the flow goes on through
the check valve, as it was before.</p></html>"));
end BoosterLine;
