within HeatReuse.Utilities;
model BacklashActuator "Motor with play between gear and stem"
  extends HeatReuse.Interfaces.PartialActuator;
  parameter HeatReuse.Types.Fraction backlash(min=0) = 0.02 "Play: way of the motor after a reversal until the stem moves";
  parameter HeatReuse.Types.Time T_contact = 0.2 "Time constant with which the stem follows the motor in contact";
  HeatReuse.Types.Fraction y_motor(start=y_start, fixed=true) "Position of the motor";
protected
  HeatReuse.Types.Fraction gap "Position of the motor relative to the stem; inside of the play when at most backlash/2";
equation
  assert(noEvent(backlash >= 0), "backlash must be 0 or more");
  der(y_motor) = tanh((HeatReuse.Utilities.clip(command, 0, 1) - y_motor)/band)/T_stroke;
  gap = y_motor - y;
  der(y) = (gap - HeatReuse.Utilities.clip(gap, -backlash/2, backlash/2))/T_contact;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Motor as in <a href=\"modelica://HeatReuse.Utilities.Actuator\">Actuator</a>. With gap = y_motor - y the stem follows T_contact dy/dt = gap - clip(gap, -backlash/2, backlash/2): it rests exactly while the motor is inside
of the play, and is carried along at either end of it.</p>
<h4>Assumptions</h4>
<p>The stem has no mass and stays where it is left. In contact it lags behind an ideal play by T_contact times the speed of the motor: 0.3 % of the stroke for 0.2 s and 60 s. At rest there is no creep. The motor starts in the
middle of the play. The ends of the stroke are shifted by half of the play, as in a valve that was not adjusted: the stem reaches backlash/2 to 1 - backlash/2.</p>
<h4>Source</h4>
<p>Play operator (Krasnosel'skii and Pokrovskii), regularised by a first-order lag.</p></html>"));
end BacklashActuator;
