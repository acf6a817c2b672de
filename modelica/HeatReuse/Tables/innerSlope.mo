within HeatReuse.Tables;
function innerSlope "Slope of a monotone curve at a point inside the table"
  input Real h_left "Width of the cell below";
  input Real h_right "Width of the cell above";
  input Real s_left "Rise over width of the cell below";
  input Real s_right "Rise over width of the cell above";
  output Real d "Slope";
algorithm
  d := noEvent((sign(s_left) + sign(s_right))*min(min(abs(s_left), abs(s_right)), 0.5*abs((s_left*h_right + s_right*h_left)/(h_left + h_right))));
  annotation (Inline=true, Documentation(info="<html><p>M. Steffen, A simple method for monotonic interpolation in one dimension, Astronomy and Astrophysics 239 (1990) 443-450, equation 11:
the slope of the parabola through the three points, limited to twice the smaller rise and zero where the rise changes its sign.</p></html>"));
end innerSlope;
