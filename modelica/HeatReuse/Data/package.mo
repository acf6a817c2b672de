within HeatReuse;
package Data "Records of machines and refrigerants"
  annotation (Documentation(info="<html><p>Numbers that belong together, each with its source: <a href=\"modelica://HeatReuse.Data.Refrigerants\">Refrigerants</a>,
<a href=\"modelica://HeatReuse.Data.HeatPumpMaps\">HeatPumpMaps</a>, <a href=\"modelica://HeatReuse.Data.Engines\">Engines</a>. Records of pipes are in <a href=\"modelica://HeatReuse.Pipes.Data\">Pipes.Data</a>.</p></html>"));
end Data;
