// stratified tank: buoyancy mixes layers where a lower one is warmer (smooth, noEvent), loading flow
model BuoyantTank
  parameter Integer n = 8;
  parameter Real M = 100;
  parameter Real cp = 4186;
  parameter Real tau = 30;
  Real T[n](start = {320, 318, 325, 310, 312, 300, 305, 301}, each fixed = true);
  Real Q[n - 1];
equation
  for i in 1:n - 1 loop
    Q[i] = M/n*cp/tau*noEvent(max(T[i + 1] - T[i], 0));
  end for;
  M/n*cp*der(T[1]) = 0.2*cp*(340 - T[1]) + Q[1];
  for i in 2:n - 1 loop
    M/n*cp*der(T[i]) = 0.2*cp*(T[i - 1] - T[i]) + Q[i] - Q[i - 1];
  end for;
  M/n*cp*der(T[n]) = 0.2*cp*(T[n - 1] - T[n]) - Q[n - 1];
end BuoyantTank;
