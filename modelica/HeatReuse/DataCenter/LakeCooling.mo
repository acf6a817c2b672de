within HeatReuse.DataCenter;
model LakeCooling "Cooling by lake water: intake pump, strainer, exchanger, limit of the outfall temperature"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Water of the hall";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 10e6 "Nominal heat from hall to lake";
  parameter HeatReuse.Types.Temperature T_hall_in_nominal = 313.15 "Water of the hall entering, nominal";
  parameter HeatReuse.Types.Temperature T_hall_out_nominal = 303.15 "Water of the hall leaving, nominal";
  parameter HeatReuse.Types.Temperature T_lake_nominal = 288.15 "Lake water, nominal";
  parameter HeatReuse.Types.TemperatureDifference dT_lake_nominal = 10 "Rise of the lake water, nominal";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 5e4 "Pressure drop of the hall side at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_intake_nominal = 8e4 "Pressure drop of intake pipe and strainer at nominal flow";
  parameter HeatReuse.Types.PressureDifference dp_exchanger_nominal = 5e4 "Pressure drop of the lake side of the exchanger at nominal flow";
  parameter HeatReuse.Types.Temperature T_outfall_max = 303.15 "Outfall temperature above which the pump runs faster";
  parameter Real gain(unit="1/K") = 0.2 "Rise of the pump command per kelvin of outfall temperature above T_outfall_max";
  parameter HeatReuse.Types.Time T_rise = 30 "Time of the pump from standstill to full speed";
  parameter HeatReuse.Types.Fraction speed_start = 0.9 "Initial speed of the pump";
  parameter HeatReuse.Types.Temperature T_start = 298.15 "Initial temperature of both sides";
  HeatReuse.Interfaces.FluidPort_a port_a "Warm water of the hall";
  HeatReuse.Interfaces.FluidPort_b port_b "Cooled water of the hall";
  HeatReuse.Interfaces.RealInput command(unit="1") "Command of the intake pump";
  HeatReuse.Interfaces.RealInput T_lake(unit="K") "Temperature of the lake at the intake";
  HeatReuse.Types.MassFlowRate m_flow_lake "Flow of lake water";
  HeatReuse.Types.Temperature T_outfall "Lake water at the outfall";
  HeatReuse.Types.Temperature T_out "Water of the hall leaving";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat given to the lake";
  HeatReuse.Types.Energy E_metered(start=0, fixed=true) "Heat given to the lake";
  HeatReuse.Types.Power P_shaft "Shaft power of the pump";
  HeatReuse.Types.Power P_el "Electric power of the pump";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(Medium.cp_nominal*(T_hall_in_nominal - T_hall_out_nominal)) "Nominal flow of the hall side";
  final parameter HeatReuse.Types.MassFlowRate m_flow_lake_nominal = Q_flow_nominal/(HeatReuse.Media.Water.cp_nominal*dT_lake_nominal) "Nominal flow of lake water";
protected
  parameter HeatReuse.Types.TemperatureDifference dT_warm = T_hall_in_nominal - T_lake_nominal - dT_lake_nominal "Difference at the warm end";
  parameter HeatReuse.Types.TemperatureDifference dT_cold = T_hall_out_nominal - T_lake_nominal "Difference at the cold end";
  parameter HeatReuse.Types.ThermalConductance UA_nominal = Q_flow_nominal*log((dT_warm + 1e-6)/dT_cold)/(dT_warm + 1e-6 - dT_cold) "Conductance that gives the nominal point";
  HeatReuse.HeatExchangers.CounterflowExchanger exchanger(
    redeclare package Medium1 = Medium, m1_flow_nominal=m_flow_nominal, m2_flow_nominal=m_flow_lake_nominal, UA_nominal=UA_nominal, dp1_nominal=dp_nominal, dp2_nominal=dp_exchanger_nominal,
    V1=m_flow_nominal/Medium.rho_nominal*4, V2=m_flow_lake_nominal/HeatReuse.Media.Water.rho_nominal*4, C_wall=1.5*m_flow_nominal*Medium.cp_nominal, T1_start=T_start, T2_start=T_start) "Exchanger";
  HeatReuse.Boundaries.PressureInlet intake "Lake";
  HeatReuse.Boundaries.PressureOutlet outfall "Lake";
  HeatReuse.Pipes.Resistance strainer(m_flow_nominal=m_flow_lake_nominal, dp_nominal=dp_intake_nominal) "Intake pipe and strainer";
  HeatReuse.Pipes.MixingVolume well(nPorts=2, V=m_flow_lake_nominal/HeatReuse.Media.Water.rho_nominal*60, T_start=T_lake_nominal) "Intake pipe and pump well";
  HeatReuse.Pumps.Pump pump(m_flow_nominal=m_flow_lake_nominal, dp_nominal=dp_intake_nominal + dp_exchanger_nominal, T_rise=T_rise, speed_start=speed_start) "Intake pump";
  HeatReuse.Pipes.Inertia inertia(L=300, A=1e-3*m_flow_lake_nominal, m_flow_start=m_flow_lake_nominal*speed_start/0.9) "Inertia of the lake water";
equation
  assert(noEvent(dT_warm > 0 and dT_cold > 0), "Lake cooling: the nominal temperatures of hall and lake cross; check T_hall_in_nominal to dT_lake_nominal");
  pump.command = command + gain*noEvent(max(T_outfall - T_outfall_max, 0))*HeatReuse.Utilities.smoothStep((command - 0.05)/0.1);
  intake.T_in = T_lake;
  connect(port_a, exchanger.port_a1);
  connect(exchanger.port_b1, port_b);
  connect(intake.port, strainer.port_a);
  connect(strainer.port_b, inertia.port_a);
  connect(inertia.port_b, well.ports[1]);
  connect(well.ports[2], pump.port_a);
  connect(pump.heatPort, well.heatPort);
  connect(pump.port_b, exchanger.port_a2);
  connect(exchanger.port_b2, outfall.port);
  m_flow_lake = inertia.m_flow;
  T_outfall = exchanger.T2;
  T_out = exchanger.T1;
  Q_flow = -(intake.H_flow + outfall.H_flow);
  der(E_metered) = Q_flow;
  P_shaft = pump.P_shaft;
  P_el = pump.P_el;
  U = exchanger.U + well.U;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Hall water passes side 1 of a <a href=\"modelica://HeatReuse.HeatExchangers.CounterflowExchanger\">CounterflowExchanger</a>, UA_nominal = Q/dT_log of the nominal point. Lake water: strainer and intake pipe, well,
<a href=\"modelica://HeatReuse.Pumps.Pump\">pump</a>, exchanger, outfall at the same level; one flow, a state. The pump follows its command, raised by gain max(T_outfall - T_outfall_max, 0) while it runs: a permit
limits how warm the water may go back. Q = m (h_outfall - h_intake), dE_metered/dt = Q; the shaft power of the pump is part of that heat.</p>
<h4>Assumptions</h4>
<p>The siphon is full: no net lift. Clean strainer and exchanger (fouling: raise dp_intake_nominal, reduce Q_flow_nominal). The limit is proportional and keeps an offset; a pump at full speed can do no more. Range: zero and reversed
flow on the hall side; lake water above 0 degC.</p>
<h4>Source</h4>
<p>First principles: composition of its parts.</p></html>"));
end LakeCooling;
