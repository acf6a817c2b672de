// for statements in functions: nested, steps, over arrays of unknown size, polynomial by Horner's rule
model ForStatements
  function horner
    input Real c[:];
    input Real x;
    output Real y;
  algorithm
    y := 0;
    for i in size(c, 1):-1:1 loop
      y := y*x + c[i];
    end for;
  end horner;
  function table
    input Integer n;
    input Real x;
    output Real m[n, n];
  algorithm
    for i in 1:n loop
      for j in 1:n loop
        m[i, j] := if i == j then x else i + 10*j;
      end for;
    end for;
  end table;
  output Real y = horner({1, -2, 0.5, 3}, time);
  output Real m[2, 2] = table(2, time);
end ForStatements;
