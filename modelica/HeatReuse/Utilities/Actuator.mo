within HeatReuse.Utilities;
model Actuator "Motor that follows a command with a limited rate"
  extends HeatReuse.Interfaces.PartialActuator;
equation
  der(y) = tanh((HeatReuse.Utilities.clip(command, 0, 1) - y)/band)/T_stroke;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>dy/dt = tanh((command - y)/band)/T_stroke with the command limited to 0..1: full speed while the command is further away than the band, first order with time constant band T_stroke close to it.</p>
<h4>Assumptions</h4>
<p>Motor and stem are rigidly joined: no dead band, no backlash, no stiction (<a href=\"modelica://HeatReuse.Utilities.BacklashActuator\">BacklashActuator</a>,
<a href=\"modelica://HeatReuse.Utilities.StickingActuator\">StickingActuator</a>). The slow end of the way is a rounding for integrators; three-point motors stop at once.</p>
<h4>Source</h4>
<p>First principles: a motor of constant speed.</p></html>"));
end Actuator;
