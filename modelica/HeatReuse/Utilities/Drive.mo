within HeatReuse.Utilities;
model Drive "Speed of a motor with a minimum speed and a limited rate"
  parameter HeatReuse.Types.Time T_rise = 30 "Time from standstill to full speed";
  parameter HeatReuse.Types.Fraction y_min = 0.25 "Lowest speed while running";
  parameter HeatReuse.Types.Fraction y_off = 0.1 "Commands below this switch off";
  parameter HeatReuse.Types.Fraction y_start = 0.9 "Initial speed";
  parameter HeatReuse.Types.Fraction band = 0.05 "Distance to the command below which the rate falls";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded relative speed; below y_off the motor stops";
  HeatReuse.Interfaces.RealOutput y(unit="1", start=y_start, fixed=true) "Relative speed";
protected
  HeatReuse.Types.Fraction target "Speed that the drive aims at";
equation
  target = noEvent(min(max(command, y_min), 1))*HeatReuse.Utilities.smoothStep((command - y_off)/0.02 + 0.5);
  der(y) = tanh((target - y)/band)/T_rise;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dy/dt = tanh((target - y)/band)/T_rise: the speed follows its target at most at 1/T_rise. The target is the command, at least y_min; within 0.01 around y_off it goes over to zero without a step, so the model has no event.</p>
<h4>Assumptions</h4>
<p>The rate limit of a frequency converter, up and down; no torque balance. A supervisor should command either 0 or more than y_off + 0.01. A motor that loses its power runs down faster:
<a href=\"modelica://HeatReuse.Utilities.FailingDrive\">FailingDrive</a>.</p>
<h4>Source</h4>
<p>First principles: ramp of a converter.</p></html>"));
end Drive;
