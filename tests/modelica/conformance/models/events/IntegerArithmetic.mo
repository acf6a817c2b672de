// Integer variables: mod, div, abs, min, max, sum of an Integer array, at sample instants
model IntegerArithmetic
  output Integer n(start = 0, fixed = true);
  output Integer a;
  output Integer b;
  output Integer c[3];
  output Integer s;
equation
  when sample(1, 1) then
    n = pre(n) + 3;
  end when;
  a = mod(n, 4);
  b = div(n, 4) - abs(2 - n);
  c = {n, min(n, 5), max(n, 5)};
  s = sum(c);
end IntegerArithmetic;
