within HeatReuse.Sensors;
model FirstOrder "First-order lag of any signal"
  parameter HeatReuse.Types.Time T_lag(min=0.01) = 15 "Time constant";
  parameter Real y_start = 0 "Initial value";
  HeatReuse.Interfaces.RealInput u "Value";
  HeatReuse.Interfaces.RealOutput y(start=y_start, fixed=true) "Value that lags behind";
equation
  T_lag*der(y) = u - y;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T_lag dy/dt = u - y, y = y_start at the start.</p>
<h4>Assumptions</h4>
<p>For values that a component has as a variable, such as the temperature of a tank's layer, when there is no place for a sensor with ports.</p>
<h4>Source</h4>
<p>Definition of the first-order lag.</p></html>"));
end FirstOrder;
