within HeatReuse.District;
model PipePairs "Supply and return pipes of a network: many pairs with equal numbers of cells"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer np(min=1) = 1 "Number of pairs";
  parameter Integer n(min=3) = 3 "Number of cells of each pipe";
  parameter HeatReuse.Types.Length L[np](each min=0) = fill(100, np) "Length, per pair";
  parameter HeatReuse.Types.Length D[np](each min=0) = fill(0.1071, np) "Inner diameter, per pair";
  parameter HeatReuse.Types.Length s_wall[np](each min=0) = fill(0.0036, np) "Wall thickness, per pair";
  parameter HeatReuse.Types.ThermalConductivity U_ground[np](each min=0) = fill(0.254, np) "Heat loss of one pipe per metre and kelvin above the ground, per pair";
  parameter HeatReuse.Types.ThermalConductivity U_between[np](each min=0) = zeros(np) "Heat from supply to return per metre and kelvin, per pair; above 0 for twin pipes";
  parameter HeatReuse.Types.Length L_end[np](each min=0) = zeros(np) "Length at each end of a pipe that loses its heat from the water outside of the end, per pair; below L/2";
  parameter HeatReuse.Types.Length roughness = 5e-5 "Roughness of the inner walls";
  parameter HeatReuse.Types.Fraction zeta = 0.2 "Fittings: additional pressure drop, share of the straight pipe";
  parameter Real c_wall(unit="J/(m3.K)") = 7850*480 "Volumetric heat capacity of the walls";
  parameter HeatReuse.Types.Temperature T_supply_start = 347.15 "Initial temperature of the supply pipes";
  parameter HeatReuse.Types.Temperature T_return_start = 317.15 "Initial temperature of the return pipes";
  input HeatReuse.Types.MassFlowRate m_flow_supply[np] "Flow of the supply pipe from end a to end b, per pair";
  input HeatReuse.Types.MassFlowRate m_flow_return[np] "Flow of the return pipe from end b to end a, per pair";
  input HeatReuse.Types.Temperature T_supply_a[np] "Supply water outside of end a, per pair";
  input HeatReuse.Types.Temperature T_supply_b[np] "Supply water outside of end b, per pair";
  input HeatReuse.Types.Temperature T_return_a[np] "Return water outside of end a, per pair";
  input HeatReuse.Types.Temperature T_return_b[np] "Return water outside of end b, per pair";
  input HeatReuse.Types.Temperature T_ground "Temperature of the undisturbed ground";
  HeatReuse.Types.Temperature T_supply[np, n](each start=T_supply_start, each fixed=true) "Temperature of the supply from a to b, per pair and cell";
  HeatReuse.Types.Temperature T_return[np, n](each start=T_return_start, each fixed=true) "Temperature of the return from b to a, per pair and cell";
  HeatReuse.Types.HeatFlowRate H_supply[np, n + 1] "Enthalpy flow of the supply from a to b, per pair and face";
  HeatReuse.Types.HeatFlowRate H_return[np, n + 1] "Enthalpy flow of the return from b to a, per pair and face";
  HeatReuse.Types.PressureDifference dp_supply[np] "Pressure drop of the supply from a to b, per pair";
  HeatReuse.Types.PressureDifference dp_return[np] "Pressure drop of the return from b to a, per pair";
  HeatReuse.Types.HeatFlowRate Q_flow_pair[np] "Heat lost to the ground, per pair";
  HeatReuse.Types.HeatFlowRate Q_flow_loss "Heat lost to the ground by all pipes";
  HeatReuse.Types.Energy E_loss[np](each start=0, each fixed=true) "Heat lost to the ground since the start, per pair";
  HeatReuse.Types.Energy U "Internal energy of liquid and walls relative to 273.15 K";
  parameter HeatReuse.Types.ThermalConductance G_end[np] = {L_end[k]*U_ground[k] for k in 1:np} "Conductance to the ground of one end of one pipe, per pair";
protected
  parameter HeatReuse.Types.Area A[np] = {3.14159265358979/4*D[k]^2 for k in 1:np} "Cross section, per pair";
  parameter Real mass_supply[np](each final unit="kg") = {L[k]*A[k]*rho_supply/n for k in 1:np} "Mass of the liquid in a cell of the supply, per pair";
  parameter Real mass_return[np](each final unit="kg") = {L[k]*A[k]*rho_return/n for k in 1:np} "Mass of the liquid in a cell of the return, per pair";
  parameter HeatReuse.Types.HeatCapacity C_wall[np] = {L[k]*c_wall*3.14159265358979*(D[k] + s_wall[k])*s_wall[k]/n for k in 1:np} "Heat capacity of the wall of a cell, per pair";
  parameter HeatReuse.Types.ThermalConductance G_ground[np] = {(L[k] - 2*L_end[k])/n*U_ground[k] for k in 1:np} "Conductance of a cell to the ground, per pair";
  parameter HeatReuse.Types.ThermalConductance G_between[np] = {L[k]/n*U_between[k] for k in 1:np} "Conductance between the cells of supply and return, per pair";
  parameter HeatReuse.Types.Density rho_supply = Medium.density(T_supply_start) "Density that friction in the supply is taken with";
  parameter HeatReuse.Types.Density rho_return = Medium.density(T_return_start) "Density that friction in the return is taken with";
  parameter HeatReuse.Types.DynamicViscosity mu_supply = Medium.dynamicViscosity(T_supply_start) "Viscosity that friction in the supply is taken with";
  parameter HeatReuse.Types.DynamicViscosity mu_return = Medium.dynamicViscosity(T_return_start) "Viscosity that friction in the return is taken with";
equation
  for k in 1:np loop
    dp_supply[k] = (1 + zeta)*HeatReuse.Pipes.pressureDrop(m_flow_supply[k], L[k], D[k], roughness, rho_supply, mu_supply);
    dp_return[k] = (1 + zeta)*HeatReuse.Pipes.pressureDrop(m_flow_return[k], L[k], D[k], roughness, rho_return, mu_return);
    H_supply[k, 1] = m_flow_supply[k]*Medium.enthalpy(noEvent(if m_flow_supply[k] > 0 then T_supply_a[k] else T_supply[k, 1]));
    H_supply[k, 2] = m_flow_supply[k]*Medium.enthalpy(noEvent(if m_flow_supply[k] > 0
      then T_supply[k, 1] + HeatReuse.Utilities.limitedHalfSlope(T_supply[k, 1] - T_supply_a[k], T_supply[k, 2] - T_supply[k, 1])
      else T_supply[k, 2] + HeatReuse.Utilities.limitedHalfSlope(T_supply[k, 2] - T_supply[k, 3], T_supply[k, 1] - T_supply[k, 2])));
    H_supply[k, n] = m_flow_supply[k]*Medium.enthalpy(noEvent(if m_flow_supply[k] > 0
      then T_supply[k, n - 1] + HeatReuse.Utilities.limitedHalfSlope(T_supply[k, n - 1] - T_supply[k, n - 2], T_supply[k, n] - T_supply[k, n - 1])
      else T_supply[k, n] + HeatReuse.Utilities.limitedHalfSlope(T_supply[k, n] - T_supply_b[k], T_supply[k, n - 1] - T_supply[k, n])));
    H_supply[k, n + 1] = m_flow_supply[k]*Medium.enthalpy(noEvent(if m_flow_supply[k] > 0 then T_supply[k, n] else T_supply_b[k]));
    H_return[k, 1] = m_flow_return[k]*Medium.enthalpy(noEvent(if m_flow_return[k] > 0 then T_return_b[k] else T_return[k, 1]));
    H_return[k, 2] = m_flow_return[k]*Medium.enthalpy(noEvent(if m_flow_return[k] > 0
      then T_return[k, 1] + HeatReuse.Utilities.limitedHalfSlope(T_return[k, 1] - T_return_b[k], T_return[k, 2] - T_return[k, 1])
      else T_return[k, 2] + HeatReuse.Utilities.limitedHalfSlope(T_return[k, 2] - T_return[k, 3], T_return[k, 1] - T_return[k, 2])));
    H_return[k, n] = m_flow_return[k]*Medium.enthalpy(noEvent(if m_flow_return[k] > 0
      then T_return[k, n - 1] + HeatReuse.Utilities.limitedHalfSlope(T_return[k, n - 1] - T_return[k, n - 2], T_return[k, n] - T_return[k, n - 1])
      else T_return[k, n] + HeatReuse.Utilities.limitedHalfSlope(T_return[k, n] - T_return_a[k], T_return[k, n - 1] - T_return[k, n])));
    H_return[k, n + 1] = m_flow_return[k]*Medium.enthalpy(noEvent(if m_flow_return[k] > 0 then T_return[k, n] else T_return_a[k]));
    Q_flow_pair[k] = G_ground[k]*(sum(T_supply[k, :]) + sum(T_return[k, :]) - 2*n*T_ground)
      + G_end[k]*(T_supply_a[k] + T_supply_b[k] + T_return_a[k] + T_return_b[k] - 4*T_ground);
    der(E_loss[k]) = Q_flow_pair[k];
    for i in 2:n - 2 loop
      H_supply[k, i + 1] = m_flow_supply[k]*Medium.enthalpy(noEvent(if m_flow_supply[k] > 0
        then T_supply[k, i] + HeatReuse.Utilities.limitedHalfSlope(T_supply[k, i] - T_supply[k, i - 1], T_supply[k, i + 1] - T_supply[k, i])
        else T_supply[k, i + 1] + HeatReuse.Utilities.limitedHalfSlope(T_supply[k, i + 1] - T_supply[k, i + 2], T_supply[k, i] - T_supply[k, i + 1])));
      H_return[k, i + 1] = m_flow_return[k]*Medium.enthalpy(noEvent(if m_flow_return[k] > 0
        then T_return[k, i] + HeatReuse.Utilities.limitedHalfSlope(T_return[k, i] - T_return[k, i - 1], T_return[k, i + 1] - T_return[k, i])
        else T_return[k, i + 1] + HeatReuse.Utilities.limitedHalfSlope(T_return[k, i + 1] - T_return[k, i + 2], T_return[k, i] - T_return[k, i + 1])));
    end for;
    for i in 1:n loop
      (mass_supply[k]*Medium.specificHeatCapacity(T_supply[k, i]) + C_wall[k])*der(T_supply[k, i]) = H_supply[k, i] - H_supply[k, i + 1]
        - G_ground[k]*(T_supply[k, i] - T_ground) - G_between[k]*(T_supply[k, i] - T_return[k, n + 1 - i]);
      (mass_return[k]*Medium.specificHeatCapacity(T_return[k, i]) + C_wall[k])*der(T_return[k, i]) = H_return[k, i] - H_return[k, i + 1]
        - G_ground[k]*(T_return[k, i] - T_ground) + G_between[k]*(T_supply[k, n + 1 - i] - T_return[k, i]);
    end for;
  end for;
  Q_flow_loss = sum(Q_flow_pair);
  U = sum({sum({mass_supply[k]*Medium.enthalpy(T_supply[k, i]) + mass_return[k]*Medium.enthalpy(T_return[k, i]) + C_wall[k]*(T_supply[k, i] + T_return[k, i] - 2*Medium.T_reference) for i in 1:n}) for k in 1:np});
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Per cell of a supply pipe: (M cp(T) + C_wall) dT/dt = H_in - H_out - (L - 2 L_end)/n U_ground (T - T_ground) - (L/n) U_between (T - T_opposite); of a return pipe likewise, with the opposite sign of the last term. The heat
G_end (T - T_ground), G_end = L_end U_ground, of each end counts in Q_flow_pair and E_loss with the temperature T outside of the end; whoever gives that temperature takes it out of the water there. So a branching without flow
cools down like the pipes around it.
The enthalpy flow at an inner face is the flow times the enthalpy of a third-order upwind-biased temperature with the limiter
<a href=\"modelica://HeatReuse.Utilities.limitedHalfSlope\">limitedHalfSlope</a>, at the outlet that of the last cell. Pressure: dp = (1 + zeta) f L/D &rho; v<sup>2</sup>/2 by
<a href=\"modelica://HeatReuse.Pipes.pressureDrop\">pressureDrop</a>. Flows and the temperatures outside come from the network around; every equation holds for both directions. E_loss counts the heat
lost by each pair; one meter for all pipes would make a dense row in the Jacobian and cost more than the network.</p>
<h4>Assumptions</h4>
<p>The pipes of <a href=\"modelica://HeatReuse.Interfaces.PartialPipe\">PartialPipe</a> as arrays, so that a network of hundreds of pipes stays small for a compiler. Liquid and steel of a cell share one temperature; insulation and
ground have no heat capacity. Friction takes density and viscosity at the initial temperatures: 20 K off change it by some 6 %. Incompressible, no elevation.</p>
<p>Numerical diffusion, as the 10 to 90 % rise of the outlet after a step at the inlet over the delay: 0.38 for n = 10, 0.21 for 20, 0.15 for 30; with n = 3 it is about 0.8, so few cells belong to pipes whose delay is short.</p>
<h4>Source</h4>
<p>First principles: balances of mass and energy. Limiter: Koren (1993). Friction: see pressureDrop. Two pipes in one casing with two conductances: Wallent&eacute;n (1991).</p></html>"));
end PipePairs;
