within HeatReuse.Examples;
model TownDay "A town's network with a ring over a day: at noon one street stops taking heat"
  output HeatReuse.Types.Temperature T_supply "Supply temperature of the plant";
  output HeatReuse.Types.Temperature T_return "Return temperature of the plant";
  output HeatReuse.Types.Temperature T_near "Supply temperature at the consumer next to the plant";
  output HeatReuse.Types.Temperature T_far "Supply temperature at the farthest consumer";
  output HeatReuse.Types.MassFlowRate m_flow "Flow of the network";
  output HeatReuse.Types.MassFlowRate m_flow_ring "Flow of the pipe that closes the ring";
  output HeatReuse.Types.PressureDifference dp_critical "Smallest pressure difference at a consumer";
  output HeatReuse.Types.HeatFlowRate Q_flow_delivered "Heat taken by all consumers";
  output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the ground";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_supply "Energy taken in with the water of the plant";
  output HeatReuse.Types.Energy E_in_consumers "Energy taken in from the consumers, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ground "Energy taken in from the ground, negative for a loss";
  output HeatReuse.Types.Energy E_in_pump "Energy taken in with the shaft power of the pump";
protected
  HeatReuse.District.Town town "Network";
  HeatReuse.District.GroundTemperature ground(depth=1, t_start=30*86400) "Ground on a day in winter";
  HeatReuse.Tables.TimeTable load(t={0, 14400, 25200, 36000, 57600, 68400, 86400}, y={0.35, 0.35, 0.8, 0.55, 0.5, 0.75, 0.35}) "Demand over peak demand";
  HeatReuse.Tables.TimeTable street(t={0, 43200, 43500, 86400}, y={1, 1, 0, 0}) "Whether the consumers of the first street take heat";
  HeatReuse.Tables.TimeTable supply(t={0, 21600, 25200, 72000, 75600}, y={343.15, 343.15, 351.15, 351.15, 343.15}) "Supply temperature";
equation
  town.T_supply = supply.v;
  town.T_ground = ground.T;
  town.speed_pump = 0.9;
  for i in 1:5 loop
    town.Q_flow_demand[i] = 6e4*load.v*street.v;
  end for;
  for i in 6:8 loop
    town.Q_flow_demand[i] = 6e4*load.v;
  end for;
  T_supply = supply.v;
  T_return = town.T_return;
  T_near = town.T_consumer[1];
  T_far = town.T_consumer[8];
  m_flow = town.m_flow;
  m_flow_ring = town.m_flow_ring_supply[1];
  dp_critical = town.dp_critical;
  Q_flow_delivered = town.Q_flow_delivered_total;
  Q_flow_loss = town.Q_flow_loss;
  U = town.U;
  E_in_supply = town.E_in_supply;
  E_in_consumers = town.E_in_consumers;
  E_in_ground = town.E_in_ground;
  E_in_pump = town.E_in_pump;
  annotation (experiment(StopTime=86400, Interval=120, Tolerance=1e-6), Documentation(info="<html>
<p>The network of <a href=\"modelica://HeatReuse.District.Town\">Town</a>: two streets, whose ends are joined by a ring pipe. In the morning the supply is raised by 8 K: the near consumer sees it first, the far one
only after the water has come through the street. At noon the five consumers of the first street stop taking heat. The flow of the ring pipe, small as long as both streets take heat, then turns round and carries water through the first street
to the far end of the second one, so T_far stays up while T_near, where the water stands, cools down.</p></html>"));
end TownDay;
