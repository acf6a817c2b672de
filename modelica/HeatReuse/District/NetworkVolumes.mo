within HeatReuse.District;
model NetworkVolumes "Branchings of a network: many small mixed volumes"
  replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Liquid";
  parameter Integer n(min=1) = 1 "Number of volumes";
  parameter HeatReuse.Types.Volume V[n](each min=0) = fill(0.1, n) "Volume, per branching";
  parameter HeatReuse.Types.Temperature T_start = 347.15 "Initial temperature";
  input HeatReuse.Types.HeatFlowRate H_flow[n] "Enthalpy flow into the volume through all its connections, less the heat to the ground, per branching";
  HeatReuse.Types.Temperature T[n](each start=T_start, each fixed=true) "Temperature, per branching";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
protected
  parameter HeatReuse.Types.Density rho = Medium.density(T_start) "Density";
equation
  for i in 1:n loop
    V[i]*rho*Medium.specificHeatCapacity(T[i])*der(T[i]) = H_flow[i];
  end for;
  U = rho*sum({V[i]*Medium.enthalpy(T[i]) for i in 1:n});
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>V &rho; cp(T) dT/dt = sum of the enthalpy flows of the pipes and consumers that meet here, less the heat to the ground at the ends of the pipes (<a href=\"modelica://HeatReuse.District.PipePairs\">PipePairs</a>). Whoever connects them makes sure that their mass flows sum to zero.</p>
<h4>Assumptions</h4>
<p>Perfect mixing, constant mass. The volume is small, that of some metres of pipe; it keeps the temperature defined when nothing flows.</p>
<h4>Source</h4>
<p>First principles: balance of energy of a mixed volume, as in <a href=\"modelica://HeatReuse.Pipes.MixingVolume\">MixingVolume</a>.</p></html>"));
end NetworkVolumes;
