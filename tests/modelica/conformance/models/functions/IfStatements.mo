// if statements in functions with elseif and else, nested, on parameters and on variables
model IfStatements
  function band
    input Real x;
    input Boolean wide = false;
    output Real y;
  protected
    Real w;
  algorithm
    if wide then
      w := 2;
    else
      w := 1;
    end if;
    y := 0;
    if x < -w then
      y := x + w;
    elseif x > w then
      y := x - w;
      if x > 2*w then
        y := 2*y - w;
      end if;
    end if;
  end band;
  Real u = 4*sin(time);
  output Real a = band(u);
  output Real b = band(u, true);
end IfStatements;
