within HeatReuse;
package Sensors "Sensors with lag, sampling as a delay, and the energy meter"
  annotation (Documentation(info="<html><p>Sensors stand in a pipe or between two points and do not disturb the flow. Their outputs lag behind the true value, which stays visible as a variable of its own. There is no noise.</p></html>"));
end Sensors;
