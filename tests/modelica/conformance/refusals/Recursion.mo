// expects: 'Recursion\.fac' calls itself.*recursion is not supported, write a loop
model Recursion
  function fac
    input Real n;
    output Real y;
  algorithm
    y := if n <= 1 then 1 else n*fac(n - 1); // here
  end fac;
  output Real y = fac(3 + time);
end Recursion;
