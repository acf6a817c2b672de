// pipe with upwind advection in either direction, heat loss, flow and inlet temperature as inputs
model PipeAdvection
  parameter Integer n = 20;
  parameter Real M = 5.0;
  parameter Real cp = 4186;
  parameter Real UA = 40;
  input Real m_flow(start = 0.5);
  input Real T_in(start = 330);
  input Real T_back(start = 310);
  Real T[n](each start = 300, each fixed = true);
  output Real T_out;
protected
  Real H[n + 1];
equation
  H[1] = cp*m_flow*noEvent(if m_flow > 0 then T_in else T[1]);
  for i in 2:n loop
    H[i] = cp*m_flow*noEvent(if m_flow > 0 then T[i - 1] else T[i]);
  end for;
  H[n + 1] = cp*m_flow*noEvent(if m_flow > 0 then T[n] else T_back);
  for i in 1:n loop
    M/n*cp*der(T[i]) = H[i] - H[i + 1] - UA/n*(T[i] - 290);
  end for;
  T_out = noEvent(if m_flow > 0 then T[n] else T[1]);
end PipeAdvection;
