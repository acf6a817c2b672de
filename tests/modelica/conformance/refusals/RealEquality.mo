// expects: '==' compares Real numbers; use < or >
model RealEquality
  Real x(start = 1, fixed = true);
  output Real y;
equation
  der(x) = -x;
  y = if x == 0.5 then 1 else 0; // here
end RealEquality;
