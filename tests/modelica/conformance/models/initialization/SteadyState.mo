// initial equation der(x) = 0 of linear states: the run starts in the steady state
model SteadyState
  parameter Real Q = 100;
  parameter Real G = 5;
  Real T1;
  Real T2;
  output Real q;
initial equation
  der(T1) = 0;
  der(T2) = 0;
equation
  q = G*(T1 - T2);
  10*der(T1) = Q*(if noEvent(time < 1) then 1 else 2) - q;
  20*der(T2) = q - 2*(T2 - 280);
end SteadyState;
