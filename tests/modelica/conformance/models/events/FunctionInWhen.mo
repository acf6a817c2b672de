// functions in a when clause with pre of their results as arguments
model FunctionInWhen
  function step
    input Real a;
    input Integer k = 1;
    output Real c;
  algorithm
    c := 0;
    for i in 1:2 loop
      c := c + k*a + i;
    end for;
  end step;
  discrete output Real a(start = 1, fixed = true);
  discrete output Real b(start = 2, fixed = true);
equation
  when sample(0.5, 1) then
    a = step(pre(b)) - 2;
    b = step(pre(a), k = 2) - 2*pre(a);
  end when;
end FunctionInWhen;
