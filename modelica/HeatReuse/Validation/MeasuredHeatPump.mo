within HeatReuse.Validation;
model MeasuredHeatPump "A small brine heat pump on a test bench: measured return, brine inlet and switches drive it"
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 7.8e3 "Heat output at 42 degC supply and 7 degC leaving brine";
  inner parameter Real k_source(unit="1/K") = 0.025 "Gain of heat output per kelvin of source leaving temperature";
  inner parameter Real k_sink(unit="1/K") = 0.008 "Loss of heat output per kelvin of sink leaving temperature";
  inner parameter Real COP_nominal(unit="1") = 4 "COP at the nominal temperatures";
  inner parameter Real k_COP_source(unit="1/K") = 0.02 "Gain of COP per kelvin of source leaving temperature";
  inner parameter Real k_COP_sink(unit="1/K") = 0.025 "Loss of COP per kelvin of sink leaving temperature";
  parameter HeatReuse.Types.HeatCapacity C_condenser = 20e3 "Heat capacity of the condenser without water";
  parameter HeatReuse.Types.HeatCapacity C_evaporator = 20e3 "Heat capacity of the evaporator without brine";
  parameter HeatReuse.Types.Volume V_condenser = 1e-3 "Water volume of the condenser";
  parameter HeatReuse.Types.Volume V_evaporator = 1e-3 "Brine volume of the evaporator";
  parameter HeatReuse.Types.Time T_ramp = 30 "Time until the compressor gives its full heat";
  parameter HeatReuse.Types.MassFlowRate m_flow_water = 0.4 "Water flow while the pump is on";
  parameter HeatReuse.Types.MassFlowRate m_flow_brine = 0.55 "Brine flow while the pump is on";
  parameter HeatReuse.Types.Temperature T_supply_start = 300.75 "Initial temperature of the condenser";
  parameter HeatReuse.Types.Temperature T_brine_start = 288.55 "Initial temperature of the evaporator";
  input HeatReuse.Types.Temperature T_return(start=300) "Measured water entering the condenser";
  input HeatReuse.Types.Temperature T_brine_in(start=288) "Measured brine entering the evaporator";
  input Real compressor(unit="1", start=0, min=0, max=1) "Measured switch of the compressor";
  input Real pump_water(unit="1", start=1, min=0, max=1) "Measured switch of the water pump";
  input Real pump_brine(unit="1", start=1, min=0, max=1) "Measured switch of the brine pump";
  output HeatReuse.Types.Temperature T_supply "Water leaving the condenser";
  output HeatReuse.Types.Temperature T_brine_out "Brine leaving the evaporator";
  output HeatReuse.Types.Power P_el "Electric power of the compressor";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_source(start=0, fixed=true) "Energy taken in with the brine";
  output HeatReuse.Types.Energy E_in_sink(start=0, fixed=true) "Energy taken in with the water";
  output HeatReuse.Types.Energy E_in_electric(start=0, fixed=true) "Electricity";
protected
  model LinearMachine "Performance of a small machine: heat output and COP linear in the leaving temperatures"
    extends HeatReuse.HeatPumps.Performance.PartialPerformance;
    outer parameter Real k_source "Gain of heat output per kelvin of source leaving temperature";
    outer parameter Real k_sink "Loss of heat output per kelvin of sink leaving temperature";
    outer parameter Real COP_nominal "COP at the nominal temperatures";
    outer parameter Real k_COP_source "Gain of COP per kelvin of source leaving temperature";
    outer parameter Real k_COP_sink "Loss of COP per kelvin of sink leaving temperature";
  equation
    availability = 0.2 + HeatReuse.Utilities.positivePart(0.8 + k_source*(T_source_out - T_source_nominal) - k_sink*(T_sink_out - T_sink_nominal), 0.02);
    COP = COP_nominal*(0.2 + HeatReuse.Utilities.positivePart(0.8 + k_COP_source*(T_source_out - T_source_nominal) - k_COP_sink*(T_sink_out - T_sink_nominal), 0.02));
    derating = 1;
    drive_loss = 0;
    share_superheat = 0;
    T_discharge = T_sink_out + 30;
  end LinearMachine;
  HeatReuse.HeatPumps.WaterHeatPump machine(redeclare model MachinePerformance = HeatReuse.Validation.MeasuredHeatPump.LinearMachine, redeclare package MediumSource = HeatReuse.Media.PG25,
    Q_flow_nominal=Q_flow_nominal, T_source_nominal=280.15, T_sink_nominal=315.15, T_source_min=253.15, P_standby=0, UA_room=0, capacity_start=0,
    T_ramp_up=T_ramp, T_ramp_down=T_ramp, T_source_start=T_brine_start, T_sink_start=T_supply_start, V_evaporator=V_evaporator, V_condenser=V_condenser,
    C_evaporator=C_evaporator, C_condenser=C_condenser, m_flow_source_nominal=m_flow_brine, m_flow_sink_nominal=m_flow_water) "Heat pump";
  HeatReuse.Boundaries.FlowInlet source_inlet(redeclare package Medium = HeatReuse.Media.PG25) "Brine entering";
  HeatReuse.Boundaries.PressureOutlet source_outlet(redeclare package Medium = HeatReuse.Media.PG25) "Brine leaving";
  HeatReuse.Boundaries.FlowInlet sink_inlet "Water entering";
  HeatReuse.Boundaries.PressureOutlet sink_outlet "Water leaving";
  HeatReuse.Boundaries.Temperature room "Room";
equation
  machine.command = compressor;
  source_inlet.T_in = T_brine_in;
  source_inlet.m_flow_in = m_flow_brine*pump_brine;
  sink_inlet.T_in = T_return;
  sink_inlet.m_flow_in = m_flow_water*pump_water;
  room.T_in = 293.15;
  connect(source_inlet.port, machine.port_source_a);
  connect(machine.port_source_b, source_outlet.port);
  connect(sink_inlet.port, machine.port_sink_a);
  connect(machine.port_sink_b, sink_outlet.port);
  connect(machine.heatPort_room, room.port);
  T_supply = machine.T_sink_out;
  T_brine_out = machine.T_source_out;
  P_el = machine.P_el;
  U = machine.U;
  der(E_in_source) = source_inlet.H_flow + source_outlet.H_flow;
  der(E_in_sink) = sink_inlet.H_flow + sink_outlet.H_flow;
  der(E_in_electric) = machine.P_el;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<p>Compared with a start and run of a heat pump of 1.9 kW of electricity. The flows were not measured: only ratios of heat and heat capacity to the flow can be told from temperatures, so the water flow is
taken and the others are fitted.</p></html>"));
end MeasuredHeatPump;
