within HeatReuse.Media;
function polynomial6 "Polynomial of up to sixth degree"
  input Real x(unit="1") "Argument";
  input Real c[7] "Coefficients, from that of x^0 to that of x^6";
  output Real y "Value";
algorithm
  y := c[1] + x*(c[2] + x*(c[3] + x*(c[4] + x*(c[5] + x*(c[6] + x*c[7])))));
  annotation (Inline=true, Documentation(info="<html><p>y = c[1] + c[2] x + ... + c[7] x<sup>6</sup> by Horner's rule; for the properties of liquids.</p></html>"));
end polynomial6;
