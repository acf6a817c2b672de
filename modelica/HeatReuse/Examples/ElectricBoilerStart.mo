within HeatReuse.Examples;
model ElectricBoilerStart "Start of an electric and a gas boiler on the same command"
  output HeatReuse.Types.Temperature T_out_electric "Water behind the electric boiler";
  output HeatReuse.Types.Temperature T_out_gas "Water behind the gas boiler";
  output HeatReuse.Types.HeatFlowRate Q_flow_electric "Heat of the electric boiler";
  output HeatReuse.Types.HeatFlowRate Q_flow_gas "Heat of the gas boiler";
  output HeatReuse.Types.Power P_el "Electric power";
  output HeatReuse.Types.Power P_fuel "Fuel power";
  output Real command(unit="1") "Command";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_burner "Energy taken in from electricity and burners";
  output HeatReuse.Types.Energy E_in_water "Energy taken in with the water";
  output HeatReuse.Types.Energy E_in_ambient "Energy taken in from the boiler rooms";
protected
  HeatReuse.Plants.ElectricPeakPlant electric(T_start=333.15) "Electric boiler";
  HeatReuse.Plants.PeakPlant gas(use_start_up=true, T_start=333.15) "Gas boiler";
  HeatReuse.Tables.TimeTable commands(t={0, 300, 301, 330, 331, 600, 601, 2400, 2401}, y={0, 0, 1, 1, 0, 0, 0.8, 0.8, 0}) "Command";
equation
  electric.command = commands.v;
  electric.T_in = 333.15;
  electric.m_flow = 100;
  gas.command = commands.v;
  gas.T_in = 333.15;
  gas.m_flow = 100;
  T_out_electric = electric.T_out;
  T_out_gas = gas.T_out;
  Q_flow_electric = electric.Q_flow;
  Q_flow_gas = gas.Q_flow;
  P_el = electric.P_el;
  P_fuel = gas.P_fuel;
  command = commands.v;
  U = electric.U + gas.U;
  E_in_burner = electric.E_in_burner + gas.E_in_burner;
  E_in_water = electric.E_in_water + gas.E_in_water;
  E_in_ambient = electric.E_in_ambient + gas.E_in_ambient;
  annotation (experiment(StopTime=3600, Interval=5, Tolerance=1e-6), Documentation(info="<html>
<p>The first command lasts 30 s: the gas boiler is still purging and gives no heat, the electric one barely starts. The second stays: the electric boiler is at its load after a minute and a half, the gas
boiler after two minutes of purge and four of ramp.</p></html>"));
end ElectricBoilerStart;
