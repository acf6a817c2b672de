within HeatReuse.Sensors;
model FirstOrder "First-order lag of any signal"
  parameter HeatReuse.Types.Time T_lag(min=0.01) = 15 "Time constant";
  HeatReuse.Interfaces.RealInput u "Value";
  HeatReuse.Interfaces.RealOutput y "Value that lags behind; equal at the start";
initial equation
  y = u;
equation
  T_lag*der(y) = u - y;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T_lag dy/dt = u - y, y = u at the start.</p>
<h4>Assumptions</h4>
<p>For values that a component has as a variable, such as the temperature of a tank's layer, when there is no place for a sensor with ports.</p>
<h4>Source</h4>
<p>Definition of the first-order lag.</p></html>"));
end FirstOrder;
