// expects: element 't\[1\]' of an array cannot be set alone in a when; set the whole array
model ElementInWhen
  Real x(start = 0, fixed = true);
  discrete Real t[2](each start = 0, each fixed = true);
equation
  der(x) = 1;
  when x > 1 then
    t[1] = time; // here
  end when;
  when x > 2 then
    t[2] = time;
  end when;
end ElementInWhen;
