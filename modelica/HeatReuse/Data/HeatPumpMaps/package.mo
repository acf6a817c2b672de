within HeatReuse.Data;
package HeatPumpMaps "Maps of heat output and COP"
  annotation (Documentation(info="<html><p>Tables for <a href=\"modelica://HeatReuse.HeatPumps.Performance.Map\">Performance.Map</a>, over source and sink leaving temperature.</p></html>"));
end HeatPumpMaps;
