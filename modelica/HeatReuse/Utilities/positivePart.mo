within HeatReuse.Utilities;
function positivePart "Rounded max(x, 0) that is never negative"
  input Real x "Value";
  input Real delta "Width of the rounding, in units of x";
  output Real y "About x when positive, about 0 when negative";
algorithm
  y := 0.5*(x + sqrt(x*x + delta*delta));
  annotation (Inline=true, Documentation(info="<html><p>y = (x + sqrt(x<sup>2</sup> + delta<sup>2</sup>))/2; at x = 0 it is delta/2 too high, far away it is exact.</p></html>"));
end positivePart;
