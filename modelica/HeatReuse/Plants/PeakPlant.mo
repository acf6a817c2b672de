within HeatReuse.Plants;
model PeakPlant "Gas boilers in series on the supply"
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 14e6 "Heat output at full load";
  parameter HeatReuse.Types.Fraction eta_nominal = 0.92 "Efficiency at full load with entering water of 70 degC, on the lower heating value";
  parameter HeatReuse.Types.Time T_ramp = 300 "Time of the burners from zero to full load";
  parameter Boolean use_start_up = false "Purge and ignition take T_start_up before the first heat";
  parameter HeatReuse.Types.Time T_start_up = 120 "Time of purge and ignition";
  parameter HeatReuse.Types.Fraction turndown = 0.1 "Lowest burner load";
  parameter HeatReuse.Types.Volume V = 8*Q_flow_nominal/14e6 "Water volume";
  parameter HeatReuse.Types.ThermalConductance UA_loss = 700*Q_flow_nominal/14e6 "Conductance to the boiler room";
  parameter HeatReuse.Types.Temperature T_room = 293.15 "Temperature of the boiler room";
  parameter HeatReuse.Types.Temperature T_start = 348.15 "Initial temperature";

  input Real command(unit="1", start=0, min=0, max=1) "Command of the burners, 0 off";
  input HeatReuse.Types.Temperature T_in(start=348.15, min=273.15, max=373.15) "Water entering";
  input HeatReuse.Types.MassFlowRate m_flow(start=80, min=-500, max=500) "Water flow";

  output HeatReuse.Types.Temperature T_out "Water leaving";
  output HeatReuse.Types.HeatFlowRate Q_flow "Heat of the burners into the water";
  output HeatReuse.Types.Power P_fuel "Fuel power, lower heating value";
  output Real load(unit="1") "Burner load";
  output HeatReuse.Types.Energy E_fuel(start=0, fixed=true) "Fuel used, lower heating value";
  output HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  output HeatReuse.Types.Energy E_in_burner(start=0, fixed=true) "Energy taken in from the burners";
  output HeatReuse.Types.Energy E_in_water(start=0, fixed=true) "Energy taken in with the water, negative when heat is given";
  output HeatReuse.Types.Energy E_in_ambient(start=0, fixed=true) "Energy taken in from the boiler room, negative for a loss";
protected
  HeatReuse.Generation.GasBoiler boiler(Q_flow_nominal=Q_flow_nominal, eta_nominal=eta_nominal, T_ramp=T_ramp, use_start_up=use_start_up, T_start_up=T_start_up, turndown=turndown, V=V, C_wall=10e6*Q_flow_nominal/14e6,
    UA_loss=UA_loss, T_start=T_start) "Boilers";
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
  P_fuel = boiler.P_fuel;
  load = boiler.load;
  U = boiler.U;
  der(E_fuel) = boiler.P_fuel;
  der(E_in_burner) = boiler.Q_flow;
  der(E_in_water) = inlet.H_flow + outlet.H_flow;
  der(E_in_ambient) = room.Q_flow;
  annotation (experiment(StopTime=3600, Tolerance=1e-6), Documentation(info="<html>
<h4>Equations</h4>
<p>Boilers of <a href=\"modelica://HeatReuse.Generation.GasBoiler\">GasBoiler</a> through which the whole supply flows. U(t) - U(0) = E_in_burner + E_in_water + E_in_ambient; fuel is counted apart in
E_fuel.</p>
<h4>Assumptions</h4>
<p>All boilers act as one. The time of a start is off by default (use_start_up). Electric boilers and engines have the same inputs and outputs:
<a href=\"modelica://HeatReuse.Plants.ElectricPeakPlant\">ElectricPeakPlant</a>, <a href=\"modelica://HeatReuse.Plants.CHPPlant\">CHPPlant</a>.</p>
<h4>Source</h4>
<p>First principles, see GasBoiler.</p></html>"));
end PeakPlant;
