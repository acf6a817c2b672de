// final parameters, protected variables, constants, each modification
model FinalProtected
  model Part
    parameter Real k = 1.0;
    final parameter Real twice = 2.0*k;
    output Real y;
  protected
    constant Real c = 3.0;
    Real hidden;
  equation
    hidden = c*twice*time;
    y = hidden + k;
  end Part;
  Part parts[3](each k = 2.0);
  Part others[2](k = {3.0, 4.0});
  output Real s;
equation
  s = sum(parts.y) + sum(others.y);
end FinalProtected;
