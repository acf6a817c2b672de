within HeatReuse.Storage;
model StratifiedTank "Hot-water tank in layers with buoyancy, conduction, inlet mixing and loss"
  extends HeatReuse.Interfaces.TwoPort;
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=4) = 30 "Number of layers";
  parameter HeatReuse.Types.Volume V = 2000 "Volume";
  parameter HeatReuse.Types.Length height = 16 "Height";
  parameter HeatReuse.Types.HeatTransferCoefficient U_wall = 0.15 "Heat loss coefficient of the side wall";
  parameter HeatReuse.Types.HeatTransferCoefficient U_top = 0.15 "Heat loss coefficient of the roof";
  parameter HeatReuse.Types.HeatTransferCoefficient U_bottom = 0.2 "Heat loss coefficient of the floor";
  parameter HeatReuse.Types.ThermalConductivity conductivity = 0.9 "Vertical conductivity: water with the share of the wall";
  parameter HeatReuse.Types.Time tau = 1 "Time constant of the buoyancy mixing at an inversion of 1 K";
  parameter HeatReuse.Types.Fraction mixing_inlet = 0.2 "Flow exchanged between the two layers next to the inlet, over the inlet flow";
  parameter HeatReuse.Types.MassFlowRate m_flow_nominal = 100 "Nominal flow, for rounding at zero only";
  parameter HeatReuse.Types.Temperature T_top_start = 348.15 "Initial temperature above the thermocline";
  parameter HeatReuse.Types.Temperature T_bottom_start = 318.15 "Initial temperature below the thermocline";
  parameter HeatReuse.Types.Fraction share_start = 0.5 "Initial share of the height that is hot";
  parameter HeatReuse.Types.Fraction width_start = 0.05 "Initial half width of the thermocline relative to the height";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings";
  HeatReuse.Types.Temperature T[n](start=T_start, each fixed=true) "Water temperature from top to bottom, per layer";
  HeatReuse.Types.HeatFlowRate H_flow_net "Enthalpy flow into the tank through both nozzles";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter HeatReuse.Types.Temperature T_start[n] = {T_bottom_start + (T_top_start - T_bottom_start)*0.5*(1 - tanh(((i - 0.5)/n - share_start)/width_start)) for i in 1:n}
    "Initial temperature: a thermocline at the depth share_start, per layer";
  parameter HeatReuse.Types.Area A = V/height "Cross section";
  parameter HeatReuse.Types.Area A_side = 3.54490770181103*sqrt(A)*height "Side wall: circumference 2 sqrt(pi A) times height";
  parameter Real mass(final unit="kg") = V/n*Medium.density(T_top_start) "Mass of a layer";
  parameter HeatReuse.Types.ThermalConductance G_conduction = conductivity*A/(height/n) "Conductance between layers";
  parameter Real k_buoyancy(final unit="W/K2") = V*Medium.density(T_top_start)*Medium.specificHeatCapacity(T_top_start)/(tau*n) "Heat flow of buoyancy over inversion squared";
  HeatReuse.Types.MassFlowRate m_flow_mixing "Flow exchanged by the inlet jet";
  HeatReuse.Types.ThermalConductance G_top "Conductance of the jet at the upper nozzle";
  HeatReuse.Types.ThermalConductance G_bottom "Conductance of the jet at the lower nozzle";
  HeatReuse.Types.Temperature T_pad[n + 2] "Temperatures with those outside of the two ports, per layer and port";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow downwards, per face";
  HeatReuse.Types.HeatFlowRate Q_flow[n + 1] "Heat flow upwards by buoyancy, conduction and inlet mixing, per face";
  HeatReuse.Types.ThermalConductance G_loss[n] "Conductance to the surroundings, per layer";
  HeatReuse.Types.HeatFlowRate Q_flow_layer[n] "Heat lost to the surroundings, per layer";
  HeatReuse.Types.Energy U_layer[n] "Internal energy, per layer";
equation
  dp = 0;
  port_a.h_outflow = Medium.enthalpy(T[1]);
  port_b.h_outflow = Medium.enthalpy(T[n]);
  T_pad[1] = Medium.temperature(inStream(port_a.h_outflow));
  T_pad[n + 2] = Medium.temperature(inStream(port_b.h_outflow));
  m_flow_mixing = mixing_inlet*(sqrt(m_flow^2 + (0.01*m_flow_nominal)^2) - 0.01*m_flow_nominal);
  G_top = m_flow_mixing*Medium.specificHeatCapacity(T[1])*HeatReuse.Utilities.smoothStep(0.5 + m_flow/(0.1*m_flow_nominal));
  G_bottom = m_flow_mixing*Medium.specificHeatCapacity(T[n])*HeatReuse.Utilities.smoothStep(0.5 - m_flow/(0.1*m_flow_nominal));
  for i in 1:n loop
    T_pad[i + 1] = T[i];
  end for;
  H_flow[1] = noEvent(if m_flow > 0 then m_flow*inStream(port_a.h_outflow) else m_flow*port_a.h_outflow);
  H_flow[n + 1] = noEvent(if m_flow > 0 then m_flow*port_b.h_outflow else m_flow*inStream(port_b.h_outflow));
  Q_flow[1] = 0;
  Q_flow[n + 1] = 0;
  for i in 1:n - 1 loop
    H_flow[i + 1] = m_flow*Medium.enthalpy(noEvent(if m_flow > 0
      then T_pad[i + 1] + HeatReuse.Utilities.limitedHalfSlope(T_pad[i + 1] - T_pad[i], T_pad[i + 2] - T_pad[i + 1])
      else T_pad[i + 2] + HeatReuse.Utilities.limitedHalfSlope(T_pad[i + 2] - T_pad[i + 3], T_pad[i + 1] - T_pad[i + 2])));
    Q_flow[i + 1] = k_buoyancy*noEvent(max(T[i + 1] - T[i], 0))^2
      + (G_conduction + (if i == 1 then G_top else 0) + (if i == n - 1 then G_bottom else 0))*(T[i + 1] - T[i]);
  end for;
  for i in 1:n loop
    G_loss[i] = U_wall*A_side/n + (if i == 1 then U_top*A else 0) + (if i == n then U_bottom*A else 0);
    Q_flow_layer[i] = G_loss[i]*(T[i] - heatPort.T);
    U_layer[i] = mass*Medium.enthalpy(T[i]);
    mass*Medium.specificHeatCapacity(T[i])*der(T[i]) = H_flow[i] - H_flow[i + 1] + Q_flow[i + 1] - Q_flow[i] - Q_flow_layer[i];
  end for;
  H_flow_net = H_flow[1] - H_flow[n + 1];
  Q_flow_loss = sum(Q_flow_layer);
  heatPort.Q_flow = -Q_flow_loss;
  U = sum(U_layer);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Layer 1 is at the top; a positive flow enters at the top (port_a, charging) and leaves at the bottom (port_b). Energy of a layer: M cp(T<sub>i</sub>) dT<sub>i</sub>/dt = H<sub>i</sub> - H<sub>i+1</sub> + Q<sub>i+1</sub> - Q<sub>i</sub> -
G<sub>i</sub> (T<sub>i</sub> - T_ambient) with M = V/n &rho;(T_top_start), the enthalpy flow H<sub>i</sub> downwards and the heat flow Q<sub>i</sub> upwards through the upper face of layer i.</p>
<ul>
<li>Advection: H<sub>i+1</sub> = m_flow h(T_face), T_face third-order upwind-biased with the limiter
<a href=\"modelica://HeatReuse.Utilities.limitedHalfSlope\">limitedHalfSlope</a>; total variation does not grow, no new extrema; valid for both directions. The value of the last layer leaves.</li>
<li>Buoyancy, conduction and inlet jet: Q<sub>i+1</sub> = k max(T<sub>i+1</sub> - T<sub>i</sub>, 0)<sup>2</sup> + (&lambda; A n/height + G_jet) (T<sub>i+1</sub> - T<sub>i</sub>), k = M cp/tau. The first term acts only where a layer is warmer than
the one above; an inversion of 0.1 K dies out in about 10 s.</li>
<li>Jet: G_jet = mixing_inlet |m_flow| cp between the two layers next to the nozzle that takes water in, 0 elsewhere; |m_flow| is rounded at zero as sqrt(m_flow<sup>2</sup> + &epsilon;<sup>2</sup>) - &epsilon; with &epsilon; = 1 % of m_flow_nominal, and the jet
passes from one nozzle to the other within 5 % of m_flow_nominal on either side.</li>
<li>Loss: G<sub>i</sub> = U_wall 2 sqrt(&pi; A) height/n, for the uppermost layer plus U_top A, for the lowest one plus U_bottom A.</li>
</ul>
<h4>Assumptions</h4>
<p>One-dimensional; constant mass; no heat capacity of the wall, no steam cushion; nozzles at top and bottom only and no pressure drop: <a href=\"modelica://HeatReuse.Storage.Tank\">Tank</a> has the wall, diffusers at any height, and jets after their Froude
number. Range: any flow of either sign, liquid water; diffusers that keep the jets in the outermost layers.</p>
<p>Numerical diffusion: after a charge of 4.9 h that moves the thermocline over 85 % of the default height of 16 m, 80 % of the step lies within 2.1 m (4 layers) for n = 30, 3.1 m for n = 20,
1.3 m for n = 60 and 0.9 m for n = 100. Conduction alone would give about 0.2 m.</p>
<h4>Source</h4>
<p>First principles: energy balances of layers. Limiter: Koren (1993). Buoyancy as heat flow with the square of the inversion: usual in multi-node tanks, for instance in the Modelica Buildings library (Wetter and others, Journal of Building Performance
Simulation 7, 2014).</p></html>"));
end StratifiedTank;
