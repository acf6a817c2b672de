within HeatReuse.Utilities;
function limitedHalfSlope "Half of the limited temperature difference per cell, for the value at the downstream face"
  input Real a(unit="K") "Cell minus its upstream neighbour";
  input Real b(unit="K") "Downstream neighbour minus cell";
  output Real s(unit="K") "Value at the downstream face minus value of the cell";
protected
  Real product "Positive where the profile is monotone";
algorithm
  product := noEvent(max(a*b, 0));
  s := 0.5*product*(2*b + a)/(2*b*b - product + 2*a*a + 1e-8);
  annotation (Inline=true, Documentation(info="<html><p>Third-order upwind-biased reconstruction, s = (a + 2 b)/6 for smooth profiles, limited so that no new extremum can arise:
s = (1/2) a b (a + 2 b)/(2 a<sup>2</sup> - a b + 2 b<sup>2</sup>) when a b &gt; 0 and 0 otherwise.</p>
<p>Source: the rational limiter of Hemker and Koren (third-order member of the van Albada family), which lies inside Sweby's region of total-variation
diminishing schemes. Continuous; the derivative has a corner where the profile turns.</p></html>"));
end limitedHalfSlope;
