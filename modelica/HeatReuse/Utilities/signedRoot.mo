within HeatReuse.Utilities;
function signedRoot "Root of |x| with the sign of x, with a finite slope at zero"
  input Real x "Value";
  input Real delta "Value below which the function is linear";
  output Real y "x/(x^2 + delta^2)^(1/4)";
algorithm
  y := x/(x*x + delta*delta)^0.25;
  annotation (Inline=true, Documentation(info="<html><p>Flow from a pressure difference, the inverse of <a href=\"modelica://HeatReuse.Utilities.quadratic\">quadratic</a>. The slope at zero is delta<sup>-1/2</sup>; within 0.25 % of the root for |x| above 10
delta.</p></html>"));
end signedRoot;
