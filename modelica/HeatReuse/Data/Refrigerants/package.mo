within HeatReuse.Data;
package Refrigerants "Refrigerants of large heat pumps"
  annotation (Documentation(info="<html><p>Limits of use and the properties that <a href=\"modelica://HeatReuse.HeatPumps.Performance.RefrigerantCycle\">RefrigerantCycle</a> needs, as polynomials.</p></html>"));
end Refrigerants;
