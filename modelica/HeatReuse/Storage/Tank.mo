within HeatReuse.Storage;
model Tank "Hot-water tank in layers with diffusers at any height"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=4) = 30 "Number of layers";
  parameter Integer nPorts(min=2) = 2 "Number of diffusers";
  parameter HeatReuse.Storage.Data.TankSize data "Size, shape and insulation";
  parameter HeatReuse.Types.Fraction z[nPorts] = {1 - (k - 1)/(nPorts - 1) for k in 1:nPorts} "Height over that of the tank: 1 at the top, 0 at the bottom; per diffuser";
  parameter HeatReuse.Types.Length D_diffuser = 0.8*sqrt(data.V/data.height) "Diameter of the diffusers, whose rim the water passes";
  parameter HeatReuse.Types.Length h_diffuser = 0.25 "Height of the slot around a diffuser";
  parameter HeatReuse.Types.ThermalConductivity conductivity = 0.65 "Vertical conductivity of the water";
  parameter HeatReuse.Types.ThermalConductivity conductivity_wall = 50 "Vertical conductivity of the steel wall; 0 leaves conduction in the wall out";
  parameter Real c_wall(unit="J/(m3.K)") = 7850*480 "Volumetric heat capacity of the steel wall; 0 leaves its heat capacity out";
  parameter HeatReuse.Types.ThermalConductance UA_bridges = 0 "Conductance of nozzles, feet and manholes to the surroundings, spread over the layers";
  parameter HeatReuse.Types.Time tau = 1 "Time constant of the buoyancy mixing at an inversion of 1 K";
  parameter Real mixing_jet(unit="1") = 1 "Flow exchanged with the layers that a jet reaches, over its own flow; 0 leaves the jets out";
  parameter HeatReuse.Types.Temperature T_top_start = 348.15 "Initial temperature above the thermocline";
  parameter HeatReuse.Types.Temperature T_bottom_start = 318.15 "Initial temperature below the thermocline";
  parameter HeatReuse.Types.Fraction share_start = 0.5 "Initial share of the height that is hot";
  parameter HeatReuse.Types.Fraction width_start = 0.05 "Initial half width of the thermocline relative to the height";
  HeatReuse.Interfaces.FluidPort_a ports[nPorts] "Diffusers";
  HeatReuse.Interfaces.HeatPort heatPort "Surroundings";
  HeatReuse.Types.Temperature T[n](start=T_start, each fixed=true) "Water temperature from top to bottom, per layer";
  HeatReuse.Types.MassFlowRate m_flow_down[n - 1] "Flow from one layer to the next one down, per face";
  HeatReuse.Types.HeatFlowRate H_flow_net "Enthalpy flow into the tank through all diffusers";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the surroundings";
  HeatReuse.Types.Pressure p "Pressure";
  HeatReuse.Types.Energy U "Internal energy of water and wall relative to 273.15 K";
protected
  parameter HeatReuse.Types.Temperature T_start[n] = {T_bottom_start + (T_top_start - T_bottom_start)*0.5*(1 - tanh(((i - 0.5)/n - share_start)/width_start)) for i in 1:n}
    "Initial temperature: a thermocline at the depth share_start, per layer";
  parameter HeatReuse.Types.Area A = data.V/data.height "Cross section";
  parameter HeatReuse.Types.Length circumference = 3.54490770181103*sqrt(A) "Circumference 2 sqrt(pi A)";
  parameter HeatReuse.Types.Length dz = data.height/n "Height of a layer";
  parameter HeatReuse.Types.Density rho = Medium.density(T_top_start) "Density that the mass is taken with";
  parameter Real mass(final unit="kg") = data.V/n*rho "Mass of a layer";
  parameter HeatReuse.Types.HeatCapacity C_wall = c_wall*circumference*data.s_steel*dz "Heat capacity of the wall of a layer";
  parameter HeatReuse.Types.ThermalConductance G_conduction = (conductivity*A + conductivity_wall*circumference*data.s_steel)/dz "Conductance between layers";
  parameter Real k_buoyancy(final unit="W/K2") = mass*Medium.specificHeatCapacity(T_top_start)/tau "Heat flow of buoyancy over inversion squared";
  parameter Real share[n, nPorts](each final unit="1") = {{(if noEvent(max(z[k], 1e-9)*n > n - i and max(z[k], 1e-9)*n <= n - i + 1) then 1 else 0) for k in 1:nPorts} for i in 1:n} "1 for the layer of the diffuser, per layer and diffuser";
  HeatReuse.Types.MassFlowRate m_flow_port[nPorts] "Flow into the tank, per diffuser";
  HeatReuse.Types.MassFlowRate m_flow_layer[n] "Flow into the layer through diffusers, per layer";
  HeatReuse.Types.HeatFlowRate H_flow_layer[n] "Enthalpy flow into the layer through diffusers, per layer";
  HeatReuse.Types.SpecificEnthalpy h_port[nPorts] "Enthalpy of the water that leaves, per diffuser";
  HeatReuse.Types.SpecificEnthalpy h_layer[n] "Enthalpy, per layer";
  HeatReuse.Types.MassFlowRate m_flow_jet[n - 1, nPorts] "Flow that a jet exchanges, per face and diffuser";
  HeatReuse.Types.MassFlowRate m_flow_in[nPorts] "Flow into the tank, 0 when it leaves, per diffuser";
  HeatReuse.Types.HeatFlowRate H_flow_port[nPorts] "Enthalpy flow into the tank, per diffuser";
  HeatReuse.Types.Density rho_port[nPorts] "Density of the water that comes, per diffuser";
  HeatReuse.Types.Density rho_layer[n] "Density, per layer";
  Real Fr2[n - 1, nPorts](each unit="1") "Square of the Froude number against the layer beyond, per face and diffuser";
  HeatReuse.Types.ThermalConductance G_jet[n - 1] "Conductance of the jets, per face";
  HeatReuse.Types.HeatFlowRate H_flow[n + 1] "Enthalpy flow downwards, per face";
  HeatReuse.Types.HeatFlowRate Q_flow[n + 1] "Heat flow upwards by buoyancy, conduction and jets, per face";
  HeatReuse.Types.ThermalConductance G_loss[n] "Conductance to the surroundings, per layer";
  HeatReuse.Types.HeatFlowRate Q_flow_layer[n] "Heat lost to the surroundings, per layer";
  HeatReuse.Types.Energy U_layer[n] "Internal energy, per layer";
equation
  sum(ports.m_flow) = 0;
  for k in 1:nPorts loop
    ports[k].p = p;
    m_flow_port[k] = ports[k].m_flow;
    ports[k].h_outflow = h_port[k];
    H_flow_port[k] = noEvent(if ports[k].m_flow > 0 then ports[k].m_flow*inStream(ports[k].h_outflow) else ports[k].m_flow*ports[k].h_outflow);
    m_flow_in[k] = noEvent(max(ports[k].m_flow, 0));
    rho_port[k] = Medium.density(Medium.temperature(inStream(ports[k].h_outflow)));
  end for;
  for i in 1:n loop
    h_layer[i] = Medium.enthalpy(T[i]);
    rho_layer[i] = Medium.density(T[i]);
  end for;
  h_port = transpose(share)*h_layer;
  m_flow_layer = share*m_flow_port;
  H_flow_layer = share*H_flow_port;
  m_flow_down[1] = m_flow_layer[1];
  for i in 2:n - 1 loop
    m_flow_down[i] = m_flow_down[i - 1] + m_flow_layer[i];
  end for;
  for i in 1:n - 1 loop
    for k in 1:nPorts loop
      Fr2[i, k] = (m_flow_in[k]/(rho*3.14159265358979*D_diffuser*h_diffuser))^2/(9.80665*h_diffuser)
        /sqrt(((rho_port[k] - (if noEvent(z[k] > 1 - i/n) then rho_layer[i + 1] else rho_layer[i]))/rho)^2 + 1e-10);
      m_flow_jet[i, k] = mixing_jet*m_flow_in[k]*HeatReuse.Utilities.smoothStep(0.5 + (h_diffuser*(sqrt(1 + 8*Fr2[i, k]) - 1)/2 - noEvent(abs(z[k] - 1 + i/n))*data.height)/dz);
    end for;
    G_jet[i] = Medium.cp_nominal*sum(m_flow_jet[i, :]);
  end for;
  H_flow[1] = 0;
  H_flow[2] = m_flow_down[1]*Medium.enthalpy(noEvent(if m_flow_down[1] > 0 then T[1]
    else T[2] + HeatReuse.Utilities.limitedHalfSlope(T[2] - T[3], T[1] - T[2])));
  for i in 2:n - 2 loop
    H_flow[i + 1] = m_flow_down[i]*Medium.enthalpy(noEvent(if m_flow_down[i] > 0
      then T[i] + HeatReuse.Utilities.limitedHalfSlope(T[i] - T[i - 1], T[i + 1] - T[i])
      else T[i + 1] + HeatReuse.Utilities.limitedHalfSlope(T[i + 1] - T[i + 2], T[i] - T[i + 1])));
  end for;
  H_flow[n] = m_flow_down[n - 1]*Medium.enthalpy(noEvent(if m_flow_down[n - 1] > 0
    then T[n - 1] + HeatReuse.Utilities.limitedHalfSlope(T[n - 1] - T[n - 2], T[n] - T[n - 1]) else T[n]));
  H_flow[n + 1] = 0;
  Q_flow[1] = 0;
  Q_flow[n + 1] = 0;
  for i in 1:n - 1 loop
    Q_flow[i + 1] = k_buoyancy*noEvent(max(T[i + 1] - T[i], 0))^2 + (G_conduction + G_jet[i])*(T[i + 1] - T[i]);
  end for;
  for i in 1:n loop
    G_loss[i] = data.U_wall*circumference*dz + UA_bridges/n + (if i == 1 then data.U_top*A else 0) + (if i == n then data.U_bottom*A else 0);
    Q_flow_layer[i] = G_loss[i]*(T[i] - heatPort.T);
    U_layer[i] = mass*h_layer[i] + C_wall*(T[i] - Medium.T_reference);
    (mass*Medium.specificHeatCapacity(T[i]) + C_wall)*der(T[i]) = H_flow[i] - H_flow[i + 1] + Q_flow[i + 1] - Q_flow[i] - Q_flow_layer[i]
      + H_flow_layer[i];
  end for;
  H_flow_net = sum(H_flow_port);
  Q_flow_loss = sum(Q_flow_layer);
  heatPort.Q_flow = -Q_flow_loss;
  U = sum(U_layer);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Layer 1 is at the top. The flow between two layers is the sum of what enters above it, with sign. Energy of a layer: (M cp(T) + C_wall) dT/dt = enthalpy flows at both faces and through its diffusers + buoyancy + conduction + jets - loss.</p>
<ul>
<li>Advection: third-order upwind-biased face values with the limiter <a href=\"modelica://HeatReuse.Utilities.limitedHalfSlope\">limitedHalfSlope</a>, of first order at the two outermost faces; no new extrema, in either direction.</li>
<li>Buoyancy: Q = M cp/tau dT<sup>2</sup> upwards wherever a layer is warmer than the one above.</li>
<li>Jets: water enters through the rim of a diffuser with w = m_flow/(&rho; &pi; D h). It runs out as a layer of the height h (sqrt(1 + 8 Fr<sup>2</sup>) - 1)/2 after the internal hydraulic jump, with Fr<sup>2</sup> = w<sup>2</sup>/(g h
&Delta;&rho;/&rho;). Every face that lies within this height gets the conductance mixing_jet m_flow cp; &Delta;&rho; is that between the jet and the layer beyond the face, so that a jet as warm as the upper layers mixes those, and
stops at the thermocline when Fr is small.</li>
<li>Conduction in water and steel wall; loss through wall, roof, floor and thermal bridges.</li>
</ul>
<h4>Assumptions</h4>
<p>One-dimensional; wall and water of a layer share one temperature; constant mass. All diffusers have one pressure: hydrostatic differences and the resistance of the diffusers belong to the pipes. With Fr below 1, what diffusers are designed for,
only numerical diffusion and conduction widen the thermocline: see <a href=\"modelica://HeatReuse.Storage.StratifiedTank\">StratifiedTank</a>. A diffuser acts on the layer in which it lies. The bypass of a tank is the header in front of it,
as in <a href=\"modelica://HeatReuse.Plants.ThermalStorage\">ThermalStorage</a>.</p>
<h4>Source</h4>
<p>Jump of a layer under deep water: Yih and Guha, Tellus 7 (1955), which is B&eacute;langer's equation with reduced gravity; design of diffusers with Fr of 1 and less: Yoo, Wildin and Truman, ASHRAE Transactions 92 (1986). Limiter: Koren (1993).</p></html>"));
end Tank;
