// when clauses in components of an array, and one that sets a whole discrete array
model WhenLoop
  model Trip
    parameter Real limit = 1;
    input Real u;
    discrete Real t(start = 0, fixed = true);
  equation
    when u > limit then
      t = time;
    end when;
  end Trip;
  Real x(start = 0, fixed = true);
  Trip trips[3](limit = {1, 2, 3}, each u = x);
  output Real t[3] = trips.t;
  discrete output Real all[2](each start = 0, each fixed = true);
equation
  der(x) = 2;
  when x > 2.5 then
    all = {time, x};
  end when;
end WhenLoop;
