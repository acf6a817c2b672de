within HeatReuse.Plants;
model ElectricPeakPlant "Electrode boilers in series on the supply"
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 14e6 "Heat output at full load";
  parameter HeatReuse.Types.Fraction eta = 0.99 "Heat over electricity";
  parameter HeatReuse.Types.Time T_ramp = 60 "Time from zero to full load";
  parameter Boolean use_start_up = true "Starting takes T_start_up before the first heat";
  parameter HeatReuse.Types.Time T_start_up = 30 "Time of a start";
  parameter HeatReuse.Types.Fraction load_min = 0.02 "Lowest load";
  parameter HeatReuse.Types.Power P_standby = 10e3*Q_flow_nominal/14e6 "Circulation and controls";
  parameter HeatReuse.Types.Volume V = 6*Q_flow_nominal/14e6 "Water volume";
  parameter HeatReuse.Types.ThermalConductance UA_loss = 200*Q_flow_nominal/14e6 "Conductance to the boiler room";
  parameter HeatReuse.Types.Temperature T_room = 293.15 "Temperature of the boiler room";
  parameter HeatReuse.Types.Temperature T_start = 348.15 "Initial temperature";

  input Real command(unit="1", start=0, min=0, max=1) "Command of the boilers, 0 off";
  input HeatReuse.Types.Temperature T_in(start=348.15, min=273.15, max=373.15) "Water entering";
  input HeatReuse.Types.MassFlowRate m_flow(start=80, min=-500, max=500) "Water flow";

  output HeatReuse.Types.Temperature T_out "Water leaving";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat of the boilers into the water";
  output HeatReuse.Types.Power P_fuel "Fuel power: none";
  output HeatReuse.Types.Power P_el "Electric power with standby";
  output Real load(unit="1") "Load";
  output HeatReuse.Types.Energy E_fuel(start=0, fixed=true) "Fuel used: none";
  output HeatReuse.Types.Energy E_el(start=0, fixed=true) "Electricity used";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_burner(start=0, fixed=true) "Energy taken in as electricity; the name is that of PeakPlant";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ambient(start=0, fixed=true) "Energy taken in from the boiler room, negative for a loss";
protected
  HeatReuse.Generation.ElectricBoiler boiler(Q_flow_nominal=Q_flow_nominal, eta=eta, T_ramp=T_ramp, use_start_up=use_start_up, T_start_up=T_start_up, load_min=load_min,
    P_standby=P_standby, V=V, UA_loss=UA_loss, T_start=T_start) "Boilers";
  HeatReuse.Boundaries.FlowInlet inlet "Water entering";
  HeatReuse.Boundaries.PressureOutlet outlet "Water leaving";
  HeatReuse.Boundaries.Temperature room "Boiler room";
equation
  boiler.command = command;
  inlet.T_in = T_in;
  inlet.m_flow_in = m_flow;
  room.T_in = T_room;
  connect(inlet.port, boiler.port_a);
  connect(boiler.port_b, outlet.port);
  connect(boiler.heatPort, room.port);
  T_out = outlet.T;
  Q_flow = boiler.Q_flow;
  P_fuel = 0;
  P_el = boiler.P_el;
  load = boiler.load;
  U = boiler.U;
  der(E_fuel) = 0;
  der(E_el) = boiler.P_el;
  der(E_in_burner) = boiler.P_el;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  der(E_in_ambient) = room.Q_flow;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<h4>Equations</h4>
<p>Boilers of <a href=\"modelica://HeatReuse.Generation.ElectricBoiler\">ElectricBoiler</a> through which the whole supply flows. U(t) - U(0) = E_in_burner + E_in_water + E_in_ambient, where E_in_burner is the
electricity with standby and E_in_ambient includes what transformer and standby give to the room.</p>
<h4>Assumptions</h4>
<p>All boilers act as one. Inputs and outputs are those of <a href=\"modelica://HeatReuse.Plants.PeakPlant\">PeakPlant</a>, and P_el, E_el: this plant can take its place. P_fuel and E_fuel are zero.</p>
<h4>Source</h4>
<p>First principles, see ElectricBoiler.</p></html>"));
end ElectricPeakPlant;
