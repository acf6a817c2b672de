within HeatReuse.Validation;
model Actuators "Ideal motor, motor with play and motor with stiction side by side"
  parameter HeatReuse.Types.Fraction backlash = 0.05 "Play of the second motor";
  parameter HeatReuse.Types.Fraction S = 0.05 "Stick band of the third motor";
  parameter HeatReuse.Types.Fraction J = 0.02 "Slip jump of the third motor";
  parameter HeatReuse.Types.Time T_stroke = 20 "Time for the full stroke";
  parameter HeatReuse.Types.Fraction amplitude = 0.1 "Amplitude of the command";
  parameter HeatReuse.Types.Time period(min=1) = 1000 "Period of the command";
  parameter Real slope(unit="1/s") = 0 "Rise of the command";
  output Real command(unit="1") "Commanded lift";
  output Real y_motor(unit="1") "Position of the motors";
  output Real y_ideal(unit="1") "Lift of the ideal motor";
  output Real y_backlash(unit="1") "Lift behind the play";
  output Real y_sticking(unit="1") "Lift with stiction";
protected
  HeatReuse.Utilities.Actuator ideal(T_stroke=T_stroke) "Ideal motor";
  HeatReuse.Utilities.BacklashActuator loose(T_stroke=T_stroke, backlash=backlash) "Motor with play";
  HeatReuse.Utilities.StickingActuator sticking(T_stroke=T_stroke, S=S, J=J) "Motor with stiction";
equation
  command = 0.5 + amplitude*sin(6.283185307179586*time/period) + slope*time;
  ideal.command = command;
  loose.command = command;
  sticking.command = command;
  y_motor = sticking.y_motor;
  y_ideal = ideal.y;
  y_backlash = loose.y;
  y_sticking = sticking.y;
  annotation (experiment(StopTime=3000, Interval=1, Tolerance=1e-6), Documentation(info="<html><p>A slow sine goes through three motors. Plotted over the position of the motor, the play gives a parallelogram of its own width, the stiction
one whose sides are stairs: the stem rests until the motor has gone on by the stick band S, jumps by J, and then sticks and jumps in turn.</p></html>"));
end Actuators;
