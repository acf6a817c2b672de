within HeatReuse.HeatExchangers;
model GlycolCooler "Dry coolers behind a glycol circuit: exchanger, glycol pump, frost protection"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Water of the plant";
  replaceable package Glycol = HeatReuse.Media.PG25 constrainedby HeatReuse.Media.PartialMedium "Liquid of the outdoor circuit";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 10e6 "Heat flow at nominal flows, full fan speed and dT_nominal";
  parameter HeatReuse.Types.TemperatureDifference dT_nominal = 18 "Water inlet minus outdoor air at the nominal point";
  parameter HeatReuse.Types.TemperatureDifference dT_exchanger = 3 "Water minus glycol in the exchanger at the nominal point";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 239 "Nominal water flow";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop of the water at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_glycol_nominal = 1.5e5 "Pressure drop of the glycol circuit at nominal flow";
  parameter HeatReuse.Types.Temperature T_frost = 275.15 "Glycol to the exchanger below which fans stop: ice in the water side comes next";
  parameter HeatReuse.Types.TemperatureDifference dT_frost = 4 "Range above T_frost over which the fans slow down";
  parameter HeatReuse.Types.Temperature T_freeze = 263.15 "Freezing point of the glycol";
  parameter HeatReuse.Types.Time T_rise = 30 "Time of fans and pump from standstill to full speed";
  parameter HeatReuse.Types.Fraction speed_pump_start = 0.9 "Initial speed of the glycol pump";
  parameter HeatReuse.Types.Fraction speed_start = 0 "Initial fan speed";
  parameter HeatReuse.Types.Temperature T_start = 298.15 "Initial temperature";
  HeatReuse.Interfaces.FluidPort_a port_a "Water to be cooled";
  HeatReuse.Interfaces.FluidPort_b port_b "Cooled water";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded fan speed, 0 off";
  HeatReuse.Interfaces.RealInput speed_pump(unit="1") "Command of the glycol pump";
  HeatReuse.Interfaces.RealInput T_outdoor(unit="K") "Temperature of the outdoor air";
  HeatReuse.Types.Temperature T_out "Water leaving at the design outlet";
  HeatReuse.Types.Temperature T_glycol "Glycol from the coolers to the exchanger";
  HeatReuse.Types.TemperatureDifference margin "Coldest glycol over its freezing point";
  HeatReuse.Types.Power P_fan "Electric power of the fans";
  HeatReuse.Types.Power P_pump "Electric power of the glycol pump";
  HeatReuse.Types.Power P_shaft "Shaft power of the glycol pump";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat to the outdoor air";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m_flow_glycol_nominal = m_flow_nominal*Medium.cp_nominal/Glycol.cp_nominal "Nominal flow of the glycol: equal capacity flows";
  HeatReuse.HeatExchangers.CounterflowExchanger exchanger(
    redeclare package Medium1 = Medium, redeclare package Medium2 = Glycol, m1_flow_nominal=m_flow_nominal, m2_flow_nominal=m_flow_glycol_nominal,
    UA_nominal=Q_flow_nominal/dT_exchanger, dp1_nominal=dp_nominal, dp2_nominal=dp_glycol_nominal/2, V1=m_flow_nominal/Medium.rho_nominal*4, V2=m_flow_nominal/Medium.rho_nominal*4,
    C_wall=1.5*m_flow_nominal*Medium.cp_nominal, T1_start=T_start, T2_start=T_start) "Water to glycol";
  HeatReuse.HeatExchangers.DryCooler cooler(
    redeclare package Medium = Glycol, Q_flow_nominal=Q_flow_nominal, dT_nominal=dT_nominal - dT_exchanger, m_flow_nominal=m_flow_glycol_nominal, dp_nominal=dp_glycol_nominal/2, V=m_flow_glycol_nominal/Glycol.rho_nominal*17,
    C_wall=8*m_flow_nominal*Medium.cp_nominal, T_rise=T_rise, speed_start=speed_start, T_start=T_start) "Dry coolers";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_glycol_nominal, dp_nominal=dp_glycol_nominal, rho=Glycol.rho_nominal, T_rise=T_rise, speed_start=speed_pump_start) "Glycol pump";
protected
  HeatReuse.Pipes.MixingVolume volume(redeclare package Medium = Glycol, nPorts=3, V=m_flow_glycol_nominal/Glycol.rho_nominal*10, T_start=T_start) "Pipes of the glycol circuit";
  HeatReuse.Pipes.Inertia inertia(L=60, A=5e-4*m_flow_glycol_nominal, m_flow_start=m_flow_glycol_nominal*speed_pump_start/0.9) "Inertia of the glycol";
  HeatReuse.Boundaries.PressureOutlet expansion(redeclare package Medium = Glycol) "Pressure of the expansion vessel; carries no flow";
equation
  cooler.command = command*HeatReuse.Utilities.smoothStep((T_glycol - T_frost)/dT_frost);
  cooler.T_outdoor = T_outdoor;
  pump.command = speed_pump;
  connect(port_a, exchanger.port_a1);
  connect(exchanger.port_b1, port_b);
  connect(exchanger.port_b2, volume.ports[1]);
  connect(volume.ports[2], pump.port_a);
  connect(volume.ports[3], expansion.port);
  connect(pump.heatPort, volume.heatPort);
  connect(pump.port_b, inertia.port_a);
  connect(inertia.port_b, cooler.port_a);
  connect(cooler.port_b, exchanger.port_a2);
  T_out = exchanger.T1;
  T_glycol = cooler.T_out;
  margin = noEvent(min(cooler.T)) - T_freeze;
  P_fan = cooler.P_fan;
  P_pump = pump.P_el;
  P_shaft = pump.P_shaft;
  Q_flow = cooler.Q_flow;
  U = exchanger.U + cooler.U + volume.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Water side of a <a href=\"modelica://HeatReuse.HeatExchangers.CounterflowExchanger\">CounterflowExchanger</a>; glycol circuit with
<a href=\"modelica://HeatReuse.Pumps.Pump\">pump</a> and <a href=\"modelica://HeatReuse.HeatExchangers.DryCooler\">DryCooler</a>, its flow a state. Equal capacity flows at the nominal point:
UA of the exchanger is Q/dT_exchanger, and the coolers are sized for dT_nominal - dT_exchanger. Frost protection: fan command times S((T_glycol - T_frost)/dT_frost) with
<a href=\"modelica://HeatReuse.Utilities.smoothStep\">smoothStep</a> S. margin = coldest cell - T_freeze.</p>
<h4>Assumptions</h4>
<p>Fans stop in frost, the natural draught remains: below about T_frost the flow of glycol is the next thing to reduce, by the command of the pump. No freezing is modelled: margin below 0 means that the mixture would freeze
(25 % propylene glycol at -10 degC; colder places take more glycol). Range: that of the medium, a little extrapolated below 0 degC.</p>
<h4>Source</h4>
<p>First principles: composition of its parts. Freezing point of 25 % propylene glycol by volume: ASHRAE Handbook, Fundamentals.</p></html>"));
end GlycolCooler;
