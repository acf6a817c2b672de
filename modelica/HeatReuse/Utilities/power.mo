within HeatReuse.Utilities;
function power "|x|^n with a finite value and derivative at zero"
  input Real x "Value";
  input Real n "Exponent";
  input Real delta "Value below which the power levels off";
  output Real y "(x^2 + delta^2)^(n/2)";
algorithm
  y := (x*x + delta*delta)^(n/2);
  annotation (Inline=true, Documentation(info="<html><p>Heat transfer law hA ~ |m|<sup>n</sup>; at zero flow the value delta<sup>n</sup> stands for natural convection and conduction.</p></html>"));
end power;
