within HeatReuse.Generation;
model StartSequence "Start of a boiler or engine: purge and preparation before the first heat"
  parameter HeatReuse.Types.Time T_start_up = 120 "Time from the command until the machine is released";
  parameter HeatReuse.Types.Time T_reset = 10 "Time after which a stop is forgotten: the next start takes the whole time again";
  parameter HeatReuse.Types.Fraction y_off = 0.05 "Commands below this are no start";
  parameter HeatReuse.Types.Fraction progress_start = 0 "Initial progress, 1 for a machine in operation";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded load";
  HeatReuse.Interfaces.RealOutput released(unit="1") "1 when the machine may give heat";
  HeatReuse.Types.Fraction progress(start=progress_start, fixed=true) "Progress of the start, 1 at its end";
protected
  HeatReuse.Types.Fraction asked "1 when the command asks for operation";
equation
  asked = HeatReuse.Utilities.smoothStep((command - y_off)/0.02 + 0.5);
  der(progress) = noEvent(if asked > progress then 1/T_start_up else 1/T_reset)*tanh((asked - progress)/0.02);
  released = HeatReuse.Utilities.smoothStep((progress - 0.94)/0.04);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>d progress/dt = tanh((asked - progress)/0.02)/T_start_up while the start goes on and .../T_reset after a stop; asked rises from 0 to 1 within 0.02 around y_off. The machine is released between 94 and 98 % of
progress, which is the same share of T_start_up.</p>
<h4>Assumptions</h4>
<p>Continuous and without events: the sequence of ventilating, igniting and warming up is one time. A command that falls away before the end starts the sequence anew.</p>
<h4>Source</h4>
<p>EN 746-2 and EN 676 ask for a purge with several volumes of air before ignition: 1 to 3 minutes for large burners. Engines: about 3 minutes from standstill to the grid.</p></html>"));
end StartSequence;
