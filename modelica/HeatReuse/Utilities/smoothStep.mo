within HeatReuse.Utilities;
function smoothStep "Rise from 0 at x = 0 to 1 at x = 1"
  input Real x "Position in the transition";
  output Real y "0 below, 1 above";
algorithm
  y := noEvent(if x <= 0 then 0 elseif x >= 1 then 1 else x*x*(3 - 2*x));
  annotation (Inline=true, Documentation(info="<html><p>y = 3 x<sup>2</sup> - 2 x<sup>3</sup> between 0 and 1; once continuously differentiable.</p></html>"));
end smoothStep;
