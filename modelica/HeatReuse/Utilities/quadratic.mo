within HeatReuse.Utilities;
function quadratic "x|x| with a linear part near zero"
  input Real x "Value";
  input Real delta "Value below which the function is linear";
  output Real y "x*sqrt(x^2 + delta^2)";
algorithm
  y := x*sqrt(x*x + delta*delta);
  annotation (Inline=true, Documentation(info="<html><p>Pressure drop of turbulent flow with a laminar part near zero flow. The derivative at zero is delta, so a flow without a driving
pressure dies out exponentially.</p></html>"));
end quadratic;
