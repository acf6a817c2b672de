within HeatReuse.Controls;
model TakeOver "Starts the standby unit when a unit on duty is not available"
  parameter Integer n(min=2) = 3 "Number of units, those on duty first";
  parameter Integer n_duty(min=1) = 2 "Number of units that shall run";
  parameter HeatReuse.Types.Time T_detect(min=0.01) = 3 "Time constant from the failure to the command of the standby unit";
  parameter HeatReuse.Types.Time T_return(min=0.01) = 120 "Time constant after which a unit that is back is trusted; must be long against its start";
  HeatReuse.Interfaces.RealInput command(unit="1") "Command for every unit on duty";
  HeatReuse.Interfaces.RealInput available[n](each unit="1") "1 when the unit can run, 0 when it has failed, per unit";
  HeatReuse.Interfaces.RealOutput y[n](each unit="1") "Command, per unit";
  HeatReuse.Types.Fraction reported[n](each start=1, each fixed=true) "Availability as the controller knows it, per unit";
protected
  Real before[n](each unit="1") "Available units that come before this one";
equation
  assert(n_duty < n, "TakeOver: n_duty must be below n, or there is no unit in standby");
  before[1] = 0;
  for i in 2:n loop
    before[i] = before[i - 1] + reported[i - 1];
  end for;
  for i in 1:n loop
    der(reported[i]) = (HeatReuse.Utilities.clip(available[i], 0, 1) - reported[i])/noEvent(if available[i] < reported[i] then T_detect else T_return);
    y[i] = command*HeatReuse.Utilities.smoothStep(n_duty - before[i]);
  end for;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>The controller knows the availability of unit i as r<sub>i</sub>, T dr<sub>i</sub>/dt = available<sub>i</sub> - r<sub>i</sub> with T = T_detect while it falls and T =
T_return while it rises. A unit is asked for when fewer than n_duty available units come before it: y<sub>i</sub> = command smoothStep(n_duty
- sum of r<sub>j</sub> over j &lt; i).</p>
<h4>Assumptions</h4>
<p>Fixed order, no rotation by running hours. The decision is a continuous function of the reported availability, without hysteresis and without an event: while a failure becomes known, the command of the standby unit rises from 0 to
the common command, and a drive with a switch-off limit starts when it passes that limit. A failed unit keeps its command; that it does not run is the matter of its drive. When it comes back
it starts at once, and the standby unit goes off over T_return: were that as fast as T_detect, one would fall while the other rises, and the flow would dip as after the failure. A unit that comes and goes stays distrusted, so that
the standby unit keeps running.</p>
<h4>Source</h4>
<p>First principles: priority list of N+1 pumps, as in the control descriptions of pumping stations.</p></html>"));
end TakeOver;
