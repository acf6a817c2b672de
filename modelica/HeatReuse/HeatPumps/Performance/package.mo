within HeatReuse.HeatPumps;
package Performance "Heat output, COP and envelope of a heat pump"
  annotation (Documentation(info="<html><p>What a machine can do at given temperatures, to be put into <a href=\"modelica://HeatReuse.HeatPumps.HeatPump\">HeatPump</a>:
<a href=\"modelica://HeatReuse.HeatPumps.Performance.Correlation\">Correlation</a>, <a href=\"modelica://HeatReuse.HeatPumps.Performance.Map\">Map</a> or
<a href=\"modelica://HeatReuse.HeatPumps.Performance.RefrigerantCycle\">RefrigerantCycle</a>.</p></html>"));
end Performance;
