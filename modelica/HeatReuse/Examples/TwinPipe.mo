within HeatReuse.Examples;
model TwinPipe "Twin pipe over a year: cold ground, warm ground, and a summer with little flow"
  output HeatReuse.Types.Temperature T_ground "Ground";
  output HeatReuse.Types.Temperature T_supply_out "Supply at the consumers' end";
  output HeatReuse.Types.Temperature T_return_in "Return at the consumers' end";
  output HeatReuse.Types.Temperature T_return_out "Return at the plant's end";
  output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the ground";
  output HeatReuse.Types.HeatFlowRate Q_flow_between "Heat from supply to return";
  output HeatReuse.Types.MassFlowRate m_flow "Flow";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with water";
  output HeatReuse.Types.Energy E_in_ground(start=0, fixed=true) "Energy taken in from the ground, negative for a loss";
protected
  HeatReuse.District.TwinPipe pipe(L=500, n=10, data=HeatReuse.Pipes.Data.TwinDN50()) "Pipe";
  HeatReuse.District.GroundTemperature annual(depth=1) "Ground over the year";
  HeatReuse.Boundaries.FlowInlet supply_in "Plant";
  HeatReuse.Boundaries.PressureOutlet supply_out "Consumers";
  HeatReuse.Boundaries.FlowInlet return_in "Consumers";
  HeatReuse.Boundaries.PressureOutlet return_out "Plant";
  HeatReuse.Boundaries.Temperature ground "Ground";
  HeatReuse.Tables.TimeTable season(t={0, 7.8e6, 1.1e7, 2.1e7, 2.4e7, 3.15576e7}, y={1.5, 1.5, 0.15, 0.15, 1.5, 1.5}) "Flow over the year";
equation
  supply_in.m_flow_in = season.v;
  supply_in.T_in = 343.15;
  return_in.m_flow_in = season.v;
  return_in.T_in = 313.15;
  ground.T_in = annual.T;
  connect(supply_in.port, pipe.port_a_supply);
  connect(pipe.port_b_supply, supply_out.port);
  connect(return_in.port, pipe.port_a_return);
  connect(pipe.port_b_return, return_out.port);
  connect(pipe.heatPort, ground.port);
  T_ground = annual.T;
  T_supply_out = supply_out.T;
  T_return_in = return_in.T_in;
  T_return_out = return_out.T;
  Q_flow_loss = pipe.Q_flow_loss;
  Q_flow_between = pipe.Q_flow_between;
  m_flow = season.v;
  U = pipe.U;
  der(E_in_water) = supply_in.H_flow + supply_out.H_flow + return_in.H_flow + return_out.H_flow;
  der(E_in_ground) = ground.Q_flow;
  annotation (experiment(StopTime=31557600, Interval=43200, Tolerance=1e-6), Documentation(info="<html>
<p>500 m of twin pipe DN 50. The loss follows the ground, which is coldest two months after New Year at this depth. In summer a tenth of the flow is left: the supply arrives some 6 K colder. The return cools by little more than 1 K, for what it loses to the
ground comes back to more than a half from the supply: with twin pipes a part of the heat goes round in circles.</p></html>"));
end TwinPipe;
