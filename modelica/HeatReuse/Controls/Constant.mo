within HeatReuse.Controls;
model Constant "Constant signal"
  parameter Real value = 0 "Value of the signal";
  HeatReuse.Interfaces.RealOutput y "Value of the signal";
equation
  y = value;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>y = value.</p>
<h4>Assumptions</h4>
<p>The parameter can be changed in the FMU before a run.</p>
<h4>Source</h4>
<p>Definition.</p></html>"));
end Constant;
