within HeatReuse.Generation;
model CHP "Engine with generator and heat recovery in the supply"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Data.Engines.Engine data = HeatReuse.Data.Engines.GasEngine2MW() "Efficiencies over load";
  parameter HeatReuse.Types.Power P_el_nominal = 2e6 "Electric power at full load";
  parameter HeatReuse.Types.Time T_ramp = 300 "Time from zero to full load";
  parameter Boolean use_start_up = true "Starting takes T_start_up before the first load";
  parameter HeatReuse.Types.Time T_start_up = 180 "Time from the command until the generator is on the grid";
  parameter HeatReuse.Types.Power P_preheater = 0.01*P_el_nominal "Electric preheater of the engine at rest";
  parameter HeatReuse.Types.Temperature T_preheated = 333.15 "Temperature at which the preheater is off";
  parameter HeatReuse.Types.Temperature T_max = 368.15 "Water temperature at which the engine is off";
  parameter HeatReuse.Types.TemperatureDifference dT_max = 5 "Range below T_max over which the load fades out";
  parameter HeatReuse.Types.HeatCapacity C_engine = 20e6*P_el_nominal/2e6 "Heat capacity of engine, oil and jacket water";
  parameter HeatReuse.Types.ThermalConductance UA_recovery = P_el_nominal/8 "Conductance between engine and heating water";
  parameter HeatReuse.Types.ThermalConductance UA_loss = 300*P_el_nominal/2e6 "Conductance from engine to its room: standby loss";
  parameter HeatReuse.Types.Volume V = 1*P_el_nominal/2e6 "Water volume of the heat recovery";
  parameter HeatReuse.Types.Fraction load_start = 0 "Initial load";
  parameter HeatReuse.Types.Temperature T_start = 343.15 "Initial temperature of water and engine";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded electric load, 0 off, otherwise load_min of the engine to 1";
  HeatReuse.Interfaces.HeatPort heatPort "Engine room";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Temperature of the water";
  HeatReuse.Types.Temperature T_engine(start=T_start, fixed=true) "Temperature of the engine";
  HeatReuse.Types.Fraction load "Electric load";
  HeatReuse.Types.HeatFlowRate Q_flow_engine "Usable heat of engine and exhaust gas";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat into the water";
  HeatReuse.Types.Power P_fuel "Fuel power, lower heating value";
  HeatReuse.Types.Power P_el "Electric power made";
  HeatReuse.Types.Power P_el_used "Electric power of the preheater";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Utilities.Drive governor(T_rise=T_ramp, y_min=data.load_min, y_off=data.load_min/2, y_start=load_start, band=0.02) "Load control";
  HeatReuse.Generation.StartSequence sequence(T_start_up=T_start_up, y_off=data.load_min/2, progress_start=HeatReuse.Utilities.smoothStep(load_start/0.01)) "Start";
  HeatReuse.Tables.Table1D table_el(final x=data.load, final y=data.eta_el) "Electric efficiency";
  HeatReuse.Tables.Table1D table_heat(final x=data.load, final y=data.eta_heat) "Efficiency of heat";
  parameter Real mass(final unit="kg") = V*Medium.density(T_start) "Mass of the water";
equation
  sequence.command = command;
  governor.command = if use_start_up then command*sequence.released else command;
  load = noEvent(max(governor.y, 0))*HeatReuse.Utilities.smoothStep((T_max - T)/dT_max);
  table_el.u = load;
  table_heat.u = load;
  P_el = P_el_nominal*load;
  P_fuel = P_el/table_el.v;
  Q_flow_engine = P_fuel*table_heat.v;
  P_el_used = P_preheater*HeatReuse.Utilities.smoothStep((T_preheated - T_engine)/5)*HeatReuse.Utilities.smoothStep(1 - load/0.1);
  Q_flow = UA_recovery*(T_engine - T)*HeatReuse.Utilities.smoothStep((T_engine - T)/2 + 0.5);
  C_engine*der(T_engine) = Q_flow_engine + P_el_used - Q_flow - UA_loss*(T_engine - heatPort.T);
  heatPort.Q_flow = UA_loss*(heatPort.T - T_engine);
  dp = 0;
  port_a.h_outflow = Medium.enthalpy(T);
  port_b.h_outflow = Medium.enthalpy(T);
  mass*Medium.specificHeatCapacity(T)*der(T) = noEvent(
    if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow))) + Q_flow;
  U = mass*Medium.enthalpy(T) + C_engine*(T_engine - Medium.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>P_el = P_el_nominal load, P_fuel = P_el/eta_el(load), Q_engine = P_fuel eta_heat(load), with the tables of <a href=\"modelica://HeatReuse.Data.Engines\">Engines</a>. Engine: C_engine dT_engine/dt = Q_engine +
P_preheater,used - Q_flow - UA_loss (T_engine - T_room). Water: M cp dT/dt = m_flow (h_in - h) + Q_flow. Q_flow = UA_recovery (T_engine - T) s((T_engine - T)/(2 K) + 1/2) with the smooth step s: a thermostat keeps the
water from cooling into a colder engine. The load follows its command within T_ramp, at least load_min of the record, after the
<a href=\"modelica://HeatReuse.Generation.StartSequence\">start</a>; it fades out below T_max. The preheater fades in over 5 K below T_preheated while the load is under 10 %.</p>
<h4>Assumptions</h4>
<p>Exhaust gas, jacket and oil act as one heat capacity at one temperature. Losses other than UA_loss leave with exhaust gas and air and are in P_fuel only. No emergency cooler: an engine without flow stops at
T_max. Sizing: 8 K between engine and water at full load. Efficiencies do not depend on the water temperature.</p>
<h4>Source</h4>
<p>First principles for the heat; efficiencies from the record.</p></html>"));
end CHP;
