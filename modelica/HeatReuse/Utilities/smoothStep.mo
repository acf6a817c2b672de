within HeatReuse.Utilities;
function smoothStep "Rise from 0 at x = 0 to 1 at x = 1"
  input Real x "Position in the transition";
  output Real y "0 below, 1 above";
protected
  Real s "Position limited to 0..1";
algorithm
  s := noEvent(min(max(x, 0), 1));
  y := s*s*(3 - 2*s);
  annotation (Inline=true, Documentation(info="<html><p>y = 3 s<sup>2</sup> - 2 s<sup>3</sup> with s = x limited to 0..1; once continuously differentiable.</p></html>"));
end smoothStep;
