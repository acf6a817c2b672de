within HeatReuse.Generation;
model ElectricBoiler "Electrode boiler in the supply"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter HeatReuse.Types.HeatFlowRate Q_flow_nominal = 14e6 "Heat output at full load";
  parameter HeatReuse.Types.Fraction eta = 0.99 "Heat over electricity; transformer and switchgear heat the room";
  parameter HeatReuse.Types.Fraction load_min = 0.02 "Lowest load";
  parameter HeatReuse.Types.Time T_ramp = 60 "Time from zero to full load";
  parameter Boolean use_start_up = true "Starting takes T_start_up before the first heat";
  parameter HeatReuse.Types.Time T_start_up = 30 "Time from the command until the electrodes are in the water";
  parameter HeatReuse.Types.Power P_standby = 10e3*Q_flow_nominal/14e6 "Circulation and controls, always: heats the room";
  parameter HeatReuse.Types.Temperature T_max = 393.15 "Water temperature at which the boiler is off";
  parameter HeatReuse.Types.TemperatureDifference dT_max = 10 "Range below T_max over which the load fades out";
  parameter HeatReuse.Types.Volume V = 6*Q_flow_nominal/14e6 "Water volume";
  parameter HeatReuse.Types.HeatCapacity C_wall = 4e6*Q_flow_nominal/14e6 "Heat capacity of vessel and electrodes";
  parameter HeatReuse.Types.ThermalConductance UA_loss = 200*Q_flow_nominal/14e6 "Conductance to the boiler room: standby loss";
  parameter HeatReuse.Types.Fraction load_start = 0 "Initial load";
  parameter HeatReuse.Types.Temperature T_start = 348.15 "Initial temperature";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded load, 0 off";
  HeatReuse.Interfaces.HeatPort heatPort "Boiler room";
  HeatReuse.Types.Temperature T(start=T_start, fixed=true) "Temperature of the water";
  HeatReuse.Types.Fraction load "Load";
  HeatReuse.Types.HeatFlowRate Q_flow "Heat into the water";
  HeatReuse.Types.Power P_el "Electric power with standby";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  HeatReuse.Utilities.Drive control(T_rise=T_ramp, y_min=load_min, y_off=load_min/2, y_start=load_start, band=0.02) "Load control";
  HeatReuse.Generation.StartSequence sequence(T_start_up=T_start_up, y_off=load_min/2, progress_start=HeatReuse.Utilities.smoothStep(load_start/0.01)) "Start";
  parameter Real mass(final unit="kg") = V*Medium.density(T_start) "Mass of the water";
equation
  sequence.command = command;
  control.command = if use_start_up then command*sequence.released else command;
  load = control.y;
  dp = 0;
  port_a.h_outflow = Medium.enthalpy(T);
  port_b.h_outflow = Medium.enthalpy(T);
  Q_flow = Q_flow_nominal*load*HeatReuse.Utilities.smoothStep((T_max - T)/dT_max);
  P_el = Q_flow/eta + P_standby;
  heatPort.Q_flow = UA_loss*(heatPort.T - T) - (P_el - Q_flow);
  (mass*Medium.specificHeatCapacity(T) + C_wall)*der(T) = noEvent(
    if m_flow > 0 then m_flow*(inStream(port_a.h_outflow) - port_b.h_outflow) else m_flow*(port_a.h_outflow - inStream(port_b.h_outflow)))
    + Q_flow - UA_loss*(T - heatPort.T);
  U = mass*Medium.enthalpy(T) + C_wall*(T - Medium.T_reference);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Mixed volume of water and metal: (M cp + C_wall) dT/dt = m_flow (h_in - h) + Q_flow - UA_loss (T - T_room). Q_flow = Q_flow_nominal load f((T_max - T)/dT_max) with a smooth step f, P_el = Q_flow/eta + P_standby.
The room gets UA_loss (T - T_room) + P_el - Q_flow. The load follows its command within T_ramp (<a href=\"modelica://HeatReuse.Utilities.Drive\">Drive</a>) after the
<a href=\"modelica://HeatReuse.Generation.StartSequence\">start</a>.</p>
<h4>Assumptions</h4>
<p>The own circuit of an electrode boiler and its exchanger are part of the volume. Load from load_min to 1; from cold standby minutes longer, which is not covered.</p>
<h4>Source</h4>
<p>First principles. Technology data of the Danish Energy Agency for electric boilers above 10 MW: efficiency 99 %, start within a minute from warm standby, smallest load about 2 %.</p></html>"));
end ElectricBoiler;
