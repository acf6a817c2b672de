within HeatReuse.Data;
package Engines "Engines of combined heat and power"
  annotation (Documentation(info="<html><p>Efficiencies over load for <a href=\"modelica://HeatReuse.Generation.CHP\">CHP</a>.</p></html>"));
end Engines;
