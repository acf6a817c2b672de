within HeatReuse.Plants;
model CHPPlant "Engine and gas boilers in series on the supply"
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 14e6 "Heat output of engine and boilers at full load";
  parameter HeatReuse.Types.Power P_el_nominal = 4e6 "Electric power of the engine at full load";
  parameter HeatReuse.Data.Engines.Engine engine_data = HeatReuse.Data.Engines.GasEngine2MW() "Efficiencies of the engine";
  parameter HeatReuse.Types.Fraction heat_to_power = 1 "Heat over electricity of the engine at full load, for sharing the command";
  parameter HeatReuse.Types.Fraction eta_nominal = 0.92 "Efficiency of the boilers at full load with entering water of 70 degC, on the lower heating value";
  parameter HeatReuse.Types.Time T_ramp = 300 "Time of boilers and engine from zero to full load";
  parameter Boolean use_start_up = true "Starts take time before the first heat";
  parameter HeatReuse.Types.Time T_start_up = 120 "Time of purge and ignition of the boilers";
  parameter HeatReuse.Types.Time T_start_up_engine = 180 "Time from command to grid of the engine";
  parameter HeatReuse.Types.Fraction turndown = 0.1 "Lowest burner load";
  parameter HeatReuse.Types.Temperature T_room = 293.15 "Temperature of the boiler room";
  parameter HeatReuse.Types.Temperature T_start = 343.15 "Initial temperature";

  input Real command(unit="1", start=0, min=0, max=1) "Command of the plant, share of Q_flow_nominal: engine first, boilers behind";
  input HeatReuse.Types.Temperature T_in(start=343.15, min=273.15, max=373.15) "Water entering";
  input HeatReuse.Types.MassFlowRate m_flow(start=80, min=-500, max=500) "Water flow";

  output HeatReuse.Types.Temperature T_out "Water leaving";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat of engine and burners into the water";
  output HeatReuse.Types.Power P_fuel "Fuel power, lower heating value";
  output HeatReuse.Types.Power P_el "Electric power made, less that of the preheater";
  output Real load(unit="1") "Heat over Q_flow_nominal";
  output Real load_engine(unit="1") "Electric load of the engine";
  output Real load_boiler(unit="1") "Burner load of the boilers";
  output HeatReuse.Types.Energy E_fuel(start=0, fixed=true) "Fuel used, lower heating value";
  output HeatReuse.Types.Energy E_el(start=0, fixed=true) "Electricity made, less that of the preheater";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_burner(start=0, fixed=true) "Energy taken in from burners, engine and preheater";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ambient(start=0, fixed=true) "Energy taken in from the rooms, negative for a loss";
protected
  parameter HeatReuse.Types.HeatFlowRate Q_flow_engine = heat_to_power*P_el_nominal "Heat of the engine at full load";
  HeatReuse.Generation.CHP engine(data=engine_data, P_el_nominal=P_el_nominal, T_ramp=T_ramp, use_start_up=use_start_up, T_start_up=T_start_up_engine, T_start=T_start) "Engine";
  HeatReuse.Generation.GasBoiler boiler(Q_flow_nominal=Q_flow_nominal - Q_flow_engine, eta_nominal=eta_nominal, T_ramp=T_ramp, use_start_up=use_start_up,
    T_start_up=T_start_up, turndown=turndown, V=8*(Q_flow_nominal - Q_flow_engine)/14e6, C_wall=10e6*(Q_flow_nominal - Q_flow_engine)/14e6,
    UA_loss=700*(Q_flow_nominal - Q_flow_engine)/14e6, T_start=T_start) "Boilers";
  HeatReuse.Boundaries.FlowInlet inlet "Water entering";
  HeatReuse.Boundaries.PressureOutlet outlet "Water leaving";
  HeatReuse.Boundaries.Temperature room "Boiler room";
equation
  assert(noEvent(Q_flow_nominal > Q_flow_engine), "CHPPlant: Q_flow_nominal must exceed heat_to_power*P_el_nominal, or nothing is left for the boilers");
  engine.command = HeatReuse.Utilities.clip(command*Q_flow_nominal/Q_flow_engine, 0, 1);
  boiler.command = HeatReuse.Utilities.clip((command*Q_flow_nominal - Q_flow_engine)/(Q_flow_nominal - Q_flow_engine), 0, 1);
  inlet.T_in = T_in;
  inlet.m_flow_in = m_flow;
  room.T_in = T_room;
  connect(inlet.port, engine.port_a);
  connect(engine.port_b, boiler.port_a);
  connect(boiler.port_b, outlet.port);
  connect(engine.heatPort, room.port);
  connect(boiler.heatPort, room.port);
  T_out = outlet.T;
  Q_flow = engine.Q_flow + boiler.Q_flow;
  P_fuel = engine.P_fuel + boiler.P_fuel;
  P_el = engine.P_el - engine.P_el_used;
  load = Q_flow/Q_flow_nominal;
  load_engine = engine.load;
  load_boiler = boiler.load;
  U = engine.U + boiler.U;
  der(E_fuel) = engine.P_fuel + boiler.P_fuel;
  der(E_el) = engine.P_el - engine.P_el_used;
  der(E_in_burner) = engine.Q_flow_engine + engine.P_el_used + boiler.Q_flow;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  der(E_in_ambient) = room.Q_flow;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<h4>Equations</h4>
<p>The supply passes an engine (<a href=\"modelica://HeatReuse.Generation.CHP\">CHP</a>), then boilers (<a href=\"modelica://HeatReuse.Generation.GasBoiler\">GasBoiler</a>). The engine takes the command first:
its load is command Q_flow_nominal/(heat_to_power P_el_nominal), limited to 1; the boilers take the rest. U(t) - U(0) = E_in_burner + E_in_water + E_in_ambient; fuel and electricity are counted apart in E_fuel
and E_el.</p>
<h4>Assumptions</h4>
<p>Inputs and outputs are those of <a href=\"modelica://HeatReuse.Plants.PeakPlant\">PeakPlant</a>, and P_el, E_el: this plant can take its place. Commands below half of the engine's lowest load are no start.
The engine stops when the water behind it is above 95 degC.</p>
<h4>Source</h4>
<p>First principles, see the two components.</p></html>"));
end CHPPlant;
