within HeatReuse.HeatPumps.Performance;
function cubic "Polynomial of third degree in two variables"
  input Real c[10] "Coefficients of 1, x, y, x^2, x y, y^2, x^3, x^2 y, x y^2, y^3";
  input Real x(unit="1") "First argument";
  input Real y(unit="1") "Second argument";
  output Real z "Value";
algorithm
  z := c[1] + x*(c[2] + x*(c[4] + x*c[7] + y*c[8]) + y*(c[5] + y*c[9])) + y*(c[3] + y*(c[6] + y*c[10]));
  annotation (Inline=true, Documentation(info="<html><p>z = c[1] + c[2] x + c[3] y + c[4] x<sup>2</sup> + c[5] x y + c[6] y<sup>2</sup> + c[7] x<sup>3</sup> + c[8] x<sup>2</sup> y + c[9] x y<sup>2</sup> +
c[10] y<sup>3</sup>.</p></html>"));
end cubic;
