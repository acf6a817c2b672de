// counterflow exchanger in cells, both sides with water, wall capacity between them
model CounterflowExchanger
  parameter Integer n = 6;
  parameter Real UA = 3000;
  parameter Real mh = 0.3;
  parameter Real mc = 0.5;
  parameter Real cp = 4186;
  parameter Real M = 2;
  Real Th[n](each start = 320, each fixed = true);
  Real Tc[n](each start = 300, each fixed = true);
  Real Tw[n](each start = 310, each fixed = true);
  output Real Q;
equation
  for i in 1:n loop
    M/n*cp*der(Th[i]) = mh*cp*((if i == 1 then 350 else Th[max(i - 1, 1)]) - Th[i]) - 2*UA/n*(Th[i] - Tw[i]);
    M/n*cp*der(Tc[i]) = mc*cp*((if i == n then 290 else Tc[min(i + 1, n)]) - Tc[i]) + 2*UA/n*(Tw[i] - Tc[i]);
    2000/n*der(Tw[i]) = 2*UA/n*(Th[i] - Tw[i]) - 2*UA/n*(Tw[i] - Tc[i]);
  end for;
  Q = mc*cp*(Tc[1] - 290);
end CounterflowExchanger;
