// expects: several results of a function cannot be set in a 'when'; call a function of one result for each
model SeveralResultsInWhen
  function swap
    input Real a;
    input Real b;
    output Real c;
    output Real d;
  algorithm
    c := b + 1;
    d := 2*a;
  end swap;
  discrete Real a(start = 1, fixed = true);
  discrete Real b(start = 2, fixed = true);
equation
  when sample(0.5, 1) then // here
    (a, b) = swap(pre(a), pre(b));
  end when;
end SeveralResultsInWhen;
