// Integers and Booleans in Real expressions: division of Integers, comparison, Integer parameters to powers
model Casts
  parameter Integer i = 7;
  parameter Integer j = 2;
  constant Real c = 1/3;
  output Real y[4];
equation
  y[1] = i/j + time;
  y[2] = i^j + c;
  y[3] = div(i, j)*time + mod(-i, j);
  y[4] = if i > j and i <> 3 then time else -time;
end Casts;
