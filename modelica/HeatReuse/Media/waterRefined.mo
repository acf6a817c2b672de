within HeatReuse.Media;
function waterRefined "One Newton step towards the temperature of water of a given enthalpy"
  input Real x(unit="1") "Temperature above 273.15 K in units of 100 K, about";
  input HeatReuse.Types.SpecificEnthalpy h "Specific enthalpy";
  output Real y(unit="1") "Better value of x";
algorithm
  y := x - (HeatReuse.Media.polynomial6(x, {0, 421604.9, -14944.4, 28353.1, -28269.125, 15599.56, -3373.35}) - h)
    /HeatReuse.Media.polynomial6(x, {421604.9, -29888.8, 85059.3, -113076.5, 77997.8, -20240.1, 0});
  annotation (Inline=true, Documentation(info="<html><p>y = x - (H(x) - h)/H'(x) with the enthalpy H of <a href=\"modelica://HeatReuse.Media.Water\">Water</a>. The error is squared with each step.</p></html>"));
end waterRefined;
