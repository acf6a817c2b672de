within HeatReuse.Utilities;
function clip "Limit a value to a range, without an event"
  input Real u "Value";
  input Real lower "Lower limit";
  input Real upper "Upper limit";
  output Real y "Limited value";
algorithm
  y := noEvent(min(max(u, lower), upper));
  annotation (Inline=true, Documentation(info="<html><p>y = min(max(u, lower), upper). Continuous, with corners at the limits.</p></html>"));
end clip;
