within HeatReuse.Examples;
model CombinedHeatAndPower "Engine and boilers while the demand for heat rises and falls"
  output HeatReuse.Types.Temperature T_out "Water leaving";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat";
  output HeatReuse.Types.Power P_el "Electricity made";
  output HeatReuse.Types.Power P_fuel "Fuel";
  output Real command(unit="1") "Command";
  output Real load_engine(unit="1") "Load of the engine";
  output Real load_boiler(unit="1") "Load of the boilers";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_burner "Energy taken in from engine and burners";
  output HeatReuse.Types.Energy E_in_water "Energy taken in with the water";
  output HeatReuse.Types.Energy E_in_ambient "Energy taken in from the rooms";
protected
  HeatReuse.Plants.CHPPlant plant(T_start=333.15) "Engine and boilers";
  HeatReuse.Tables.TimeTable commands(t={0, 1800, 1810, 7200, 10800, 14400, 18000, 18010}, y={0, 0, 0.25, 0.25, 0.8, 0.8, 0.2, 0}) "Command";
equation
  plant.command = commands.v;
  plant.T_in = 333.15;
  plant.m_flow = 110;
  T_out = plant.T_out;
  Q_flow = plant.Q_flow;
  P_el = plant.P_el;
  P_fuel = plant.P_fuel;
  command = commands.v;
  load_engine = plant.load_engine;
  load_boiler = plant.load_boiler;
  U = plant.U;
  E_in_burner = plant.E_in_burner;
  E_in_water = plant.E_in_water;
  E_in_ambient = plant.E_in_ambient;
  annotation (experiment(StopTime=21600, Interval=20, Tolerance=1e-6), Documentation(info="<html>
<p>The engine of 4 MW starts three minutes after the command, electricity at once, heat later: its metal has to warm up first. When the command rises above the heat of the engine, the boilers start behind
their purge and add the rest. When the command falls, the boilers stop first and the engine follows down to seven tenths of its load, until it is switched off at five hours; its metal gives heat for a while longer.</p></html>"));
end CombinedHeatAndPower;
