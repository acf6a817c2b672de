within HeatReuse.Utilities;
function limitedHalfSlope "Half of the limited temperature difference per cell, for the value at the downstream face"
  input Real a(unit="K") "Cell minus its upstream neighbour";
  input Real b(unit="K") "Downstream neighbour minus cell";
  output Real s(unit="K") "Value at the downstream face minus value of the cell";
algorithm
  s := 0.5*noEvent(if a > 0 then max(0, min(min(2*a, 2*b), (a + 2*b)/3)) else min(0, max(max(2*a, 2*b), (a + 2*b)/3)));
  annotation (Inline=true, Documentation(info="<html><p>Third-order upwind-biased reconstruction s = (a + 2 b)/6, limited to at most |a| and |b| and to zero where a and b have different sign, so that
no new extremum can arise.</p>
<p>Source: limiter of Koren (1993), inside Sweby's region of total-variation diminishing schemes. Continuous, with corners where a limit begins to act.</p></html>"));
end limitedHalfSlope;
