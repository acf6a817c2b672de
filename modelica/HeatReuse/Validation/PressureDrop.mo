within HeatReuse.Validation;
model PressureDrop "Pressure drop of a pipe while the flow grows over seven decades"
  parameter HeatReuse.Types.Length L = 100 "Length";
  parameter HeatReuse.Types.Length D_inner = 0.1603 "Inner diameter";
  parameter HeatReuse.Types.Length roughness = 5e-5 "Roughness of the inner wall";
  parameter HeatReuse.Types.Temperature T = 333.15 "Temperature of water and surroundings";
  parameter Real Re_begin(unit="1") = 10 "Reynolds number at time 0";
  output Real Re(unit="1") "Reynolds number";
  output Real f(unit="1") "Darcy friction factor, from the pressure drop of the pipe";
  output HeatReuse.Types.MassFlowRate m_flow "Flow";
  output HeatReuse.Types.PressureDifference dp "Pressure drop of the pipe";
  output HeatReuse.Types.Density rho "Density";
  output HeatReuse.Types.DynamicViscosity mu "Dynamic viscosity";
protected
  parameter HeatReuse.Pipes.Data.SteelPipe data(D_inner=D_inner, s_wall=0.004, U=0.3) "Pipe size";
  HeatReuse.Pipes.Pipe pipe(n=3, L=L, data=data, roughness=roughness, zeta=0, T_start=T, properties_follow=true) "Pipe";
  HeatReuse.Boundaries.FlowInlet inlet "Water entering";
  HeatReuse.Boundaries.PressureOutlet outlet "Water leaving";
  HeatReuse.Boundaries.Temperature surroundings "Surroundings";
equation
  Re = Re_begin*10^(7*time/700);
  m_flow = Re*3.14159265358979*D_inner*mu/4;
  inlet.m_flow_in = m_flow;
  inlet.T_in = T;
  surroundings.T_in = T;
  connect(inlet.port, pipe.port_a);
  connect(pipe.port_b, outlet.port);
  connect(pipe.heatPort, surroundings.port);
  rho = HeatReuse.Media.Water.density(T);
  mu = HeatReuse.Media.Water.dynamicViscosity(T);
  dp = pipe.dp;
  f = dp*D_inner/L*2*rho*(3.14159265358979/4*D_inner^2)^2/m_flow^2;
  annotation (experiment(StopTime=700, Interval=1, Tolerance=1e-6), Documentation(info="<html><p>A decade of the Reynolds number every 100 s. Water, pipe and surroundings have one temperature, so that only friction counts. Compared with 64/Re and
with the solution of Colebrook's equation.</p></html>"));
end PressureDrop;
