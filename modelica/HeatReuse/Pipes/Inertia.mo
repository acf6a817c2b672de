within HeatReuse.Pipes;
model Inertia "Inertia of the liquid in a branch: its flow is a state"
  extends HeatReuse.Interfaces.PassThrough(m_flow(start=m_flow_start, fixed=true));
  parameter HeatReuse.Types.Length L = 100 "Length of the liquid column";
  parameter HeatReuse.Types.Area A = 0.1 "Cross section";
  parameter HeatReuse.Types.MassFlowRate m_flow_start = 100 "Initial mass flow";
equation
  L/A*der(m_flow) = dp;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>L/A dm_flow/dt = dp; the flow is a state.</p>
<h4>Assumptions</h4>
<p>Incompressible column, rigid pipe: no pressure waves. Exactly one inertia in each branch makes all pressures of a circuit explicit; two in series without a branching volume
between them are not allowed (high index). L/A stands for the sum over all pipes of the branch; its time constant against the resistance is some seconds, so that its value hardly matters for temperatures.</p>
<h4>Source</h4>
<p>Momentum balance of a liquid column.</p></html>"));
end Inertia;
