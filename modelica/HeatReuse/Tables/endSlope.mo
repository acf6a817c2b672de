within HeatReuse.Tables;
function endSlope "Slope of a monotone curve at an end of the table"
  input Real h "Width of the last cell";
  input Real h_next "Width of the cell beside it";
  input Real s "Rise over width of the last cell";
  input Real s_next "Rise over width of the cell beside it";
  output Real d "Slope";
algorithm
  d := noEvent(if (s + (s - s_next)*h/(h + h_next))*s <= 0 then 0 elseif abs(s + (s - s_next)*h/(h + h_next)) > 2*abs(s) then 2*s else s + (s - s_next)*h/(h + h_next));
  annotation (Inline=true, Documentation(info="<html><p>Steffen (1990), section 2.2: the slope of the parabola through the last three points, limited to twice the rise of the last cell and to its sign.</p></html>"));
end endSlope;
