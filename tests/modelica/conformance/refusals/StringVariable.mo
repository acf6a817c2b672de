// expects: 's' is a String that is no parameter; use an enumeration or an Integer
model StringVariable
  String s = if time > 1 then "on" else "off"; // here
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
end StringVariable;
