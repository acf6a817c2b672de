within HeatReuse.Utilities;
model FailingDrive "Speed of a motor that can lose its power"
  parameter HeatReuse.Types.Time T_rise = 30 "Time from standstill to full speed";
  parameter HeatReuse.Types.Time T_coast = 3 "Time constant with which the pump runs down without power";
  parameter HeatReuse.Types.Fraction y_min = 0.25 "Lowest speed while running";
  parameter HeatReuse.Types.Fraction y_off = 0.1 "Commands below this switch off";
  parameter HeatReuse.Types.Fraction y_start = 0.9 "Initial speed";
  parameter HeatReuse.Types.Fraction band = 0.05 "Distance to the command below which the rate falls";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded relative speed; below y_off the motor stops";
  HeatReuse.Interfaces.RealInput available(unit="1") "1 with power, 0 without";
  HeatReuse.Interfaces.RealOutput y(unit="1", start=y_start, fixed=true) "Relative speed";
protected
  HeatReuse.Types.Fraction target "Speed that the drive aims at";
  HeatReuse.Types.Fraction power "Availability, limited to 0..1";
equation
  power = HeatReuse.Utilities.clip(available, 0, 1);
  target = HeatReuse.Utilities.clip(command, y_min, 1)*HeatReuse.Utilities.smoothStep((command - y_off)/0.02 + 0.5);
  der(y) = power*tanh((target - y)/band)/T_rise - (1 - power)*y/T_coast;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dy/dt = a tanh((target - y)/band)/T_rise - (1 - a) y/T_coast with the availability a. The target is the command, at least y_min, and goes over to zero within 0.01 around y_off, as in
<a href=\"modelica://HeatReuse.Utilities.Drive\">Drive</a>.</p>
<h4>Assumptions</h4>
<p>Without power the speed falls exponentially: the torque of the liquid acts like a linear brake on the inertia of the rotor. Pumps of some 10 kW stand still within about three time constants of 1 to 5 s. When power comes back the drive
starts by itself if it is still asked to run. An availability between 0 and 1 is a change that lasts, not a partial failure.</p>
<h4>Source</h4>
<p>First principles: rate limit of a converter, run-down of a rotor.</p></html>"));
end FailingDrive;
