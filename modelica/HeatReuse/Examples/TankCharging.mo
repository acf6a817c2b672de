within HeatReuse.Examples;
model TankCharging "A tank with three diffusers: charged at the top, then half-warm water to the middle, then discharged"
  output HeatReuse.Types.Temperature T_top "Uppermost layer";
  output HeatReuse.Types.Temperature T_three_quarters "Layer at three quarters of the height";
  output HeatReuse.Types.Temperature T_middle "Layer at half of the height";
  output HeatReuse.Types.Temperature T_quarter "Layer at a quarter of the height";
  output HeatReuse.Types.Temperature T_bottom "Lowest layer";
  output HeatReuse.Types.MassFlowRate m_flow_top "Flow into the upper diffuser";
  output HeatReuse.Types.MassFlowRate m_flow_middle "Flow into the middle diffuser";
  output HeatReuse.Types.MassFlowRate m_flow_bottom "Flow into the lower diffuser";
  output HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the outdoor air";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with water, negative when it is given";
  output HeatReuse.Types.Energy E_in_ambient(start=0, fixed=true) "Energy taken in from the air, negative for a loss";
protected
  HeatReuse.Storage.Tank tank(n=40, nPorts=3, data=HeatReuse.Storage.Data.Unpressurised2000(), share_start=0.1) "Tank";
  HeatReuse.Boundaries.FlowInlet top "Hot water, or what is taken";
  HeatReuse.Boundaries.FlowInlet middle "Half-warm water";
  HeatReuse.Boundaries.PressureOutlet bottom "Cold side";
  HeatReuse.Boundaries.Temperature air "Outdoor air";
  HeatReuse.Tables.TimeTable charge(t={0, 300, 9000, 9300, 28800, 29100, 46800, 47100, 57600}, y={0, 80, 80, 0, 0, -80, -80, 0, 0}) "Flow at the top";
  HeatReuse.Tables.TimeTable fill(t={0, 12000, 12300, 23100, 23400, 57600}, y={0, 0, 60, 60, 0, 0}) "Flow at the middle";
equation
  top.m_flow_in = charge.v;
  top.T_in = 353.15;
  middle.m_flow_in = fill.v;
  middle.T_in = 335.15;
  air.T_in = 278.15;
  connect(top.port, tank.ports[1]);
  connect(middle.port, tank.ports[2]);
  connect(tank.ports[3], bottom.port);
  connect(tank.heatPort, air.port);
  T_top = tank.T[1];
  T_three_quarters = tank.T[10];
  T_middle = tank.T[20];
  T_quarter = tank.T[30];
  T_bottom = tank.T[40];
  m_flow_top = charge.v;
  m_flow_middle = fill.v;
  m_flow_bottom = -bottom.m_flow;
  Q_flow_loss = tank.Q_flow_loss;
  U = tank.U;
  der(E_in_water) = top.H_flow + middle.H_flow + bottom.H_flow;
  der(E_in_ambient) = air.Q_flow;
  annotation (experiment(StopTime=57600, Interval=120, Tolerance=1e-6), Documentation(info="<html>
<p>2000 m<sup>3</sup>, three diffusers. Charging with 80 degC: one height after the other jumps from 45 to 80 degC as the thermocline passes, down to the middle. Then water of 62 degC enters there: it is colder than what is above
and warmer than what is below, makes a step of its own between both and pushes cold water out of the bottom. At last the tank is discharged at the top, hot water first, then the step; the lower diffuser takes water back at the
temperature of the lowest layer.</p></html>"));
end TankCharging;
