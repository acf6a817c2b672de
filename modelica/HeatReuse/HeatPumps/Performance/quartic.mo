within HeatReuse.HeatPumps.Performance;
function quartic "Polynomial of fourth degree"
  input Real c[5] "Coefficients, from that of x^0 to that of x^4";
  input Real x(unit="1") "Argument";
  output Real y "Value";
algorithm
  y := c[1] + x*(c[2] + x*(c[3] + x*(c[4] + x*c[5])));
  annotation (Inline=true, Documentation(info="<html><p>y = c[1] + c[2] x + ... + c[5] x<sup>4</sup> by Horner's rule.</p></html>"));
end quartic;
