within HeatReuse;
package HeatPumps "Heat pumps"
  annotation (Documentation(info="<html><p>Compression heat pumps of some megawatts: one machine with signals or with fluid ports, with a desuperheater, several in parallel or in series. What a machine can do is chosen in
<a href=\"modelica://HeatReuse.HeatPumps.Performance\">Performance</a>.</p></html>"));
end HeatPumps;
