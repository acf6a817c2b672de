within HeatReuse.DataCenter;
model RackBranches "Racks in parallel between a supply and a return manifold, with imbalance of load and resistance"
  replaceable package Medium = HeatReuse.Media.PG25 constrainedby HeatReuse.Media.PartialMedium "Coolant";
  parameter Integer n(min=1) = 4 "Number of racks";
  parameter HeatReuse.Types.Power P_nominal[n] = fill(1e5, n) "Electric power of each rack at full load";
  parameter Real resistance_factor[n](each unit="1") = ones(n) "Hydraulic resistance of each rack relative to dp_nominal";
  parameter HeatReuse.Types.Power P_device = 1e3 "Electric power of one processor at full load";
  parameter Real flow_nominal(unit="l/min") = 1.5 "Coolant flow of one processor at nominal operation";
  parameter HeatReuse.Types.PressureDifference dp_nominal = 1.2e5 "Pressure drop of a rack at nominal flow";
  parameter HeatReuse.Types.Time T_residence = 20 "Residence time of the coolant in both manifolds and their pipes together, at nominal flow";
  parameter HeatReuse.Types.Length L = 20 "Length of the pipe of a rack, for the inertia of its flow";
  parameter HeatReuse.Types.Temperature T_throttle = 368.15 "Die temperature at which processors begin to throttle";
  parameter HeatReuse.Types.Temperature T_trip = 383.15 "Die temperature at which processors switch off";
  parameter HeatReuse.Types.Temperature T_restart = 0 "Die temperature below which tripped processors start again, 0 to stay off";
  parameter HeatReuse.Types.Temperature T_supply_start = 307.15 "Initial temperature of the coolant to the racks";
  parameter HeatReuse.Types.TemperatureDifference dT_start = 10 "Initial rise of the coolant over the racks";
  parameter HeatReuse.Types.Fraction load_start = 1 "Initial load, for the initial temperatures of the chips";
  parameter HeatReuse.Types.Fraction flow_start = 1 "Initial flow relative to nominal flow";
  HeatReuse.Interfaces.FluidPort_a port_a "Coolant supply";
  HeatReuse.Interfaces.FluidPort_b port_b "Coolant return";
  HeatReuse.Interfaces.RealInput P[n](each unit="W") "Electric power that the load of each rack asks for";
  HeatReuse.Types.Power P_drawn "Electric power that all racks draw after throttling and trip";
  HeatReuse.Types.Temperature T_chip[n] "Case temperature of the processors, per rack";
  HeatReuse.Types.Temperature T_die[n] "Die temperature of the processors, per rack";
  HeatReuse.Types.MassFlowRate m_flow[n] "Coolant flow, per rack";
  HeatReuse.Types.PressureDifference dp "Pressure difference between the manifolds";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m_flow_nominal[n] = flow_nominal/60000*Medium.rho_nominal/P_device*P_nominal "Nominal flow of each rack";
  HeatReuse.Pipes.MixingVolume supply(redeclare package Medium = Medium, nPorts=n + 1, V=sum(m_flow_nominal)/Medium.rho_nominal*T_residence/2, T_start=T_supply_start) "Supply manifold";
  HeatReuse.Pipes.MixingVolume returns(redeclare package Medium = Medium, nPorts=n + 1, V=sum(m_flow_nominal)/Medium.rho_nominal*T_residence/2, T_start=T_supply_start + dT_start) "Return manifold";
  HeatReuse.DataCenter.Rack rack[n](
    redeclare each package Medium = Medium,
    P_nominal=P_nominal,
    resistance_factor=resistance_factor,
    each P_device=P_device, each flow_nominal=flow_nominal, each dp_nominal=dp_nominal,
    each T_throttle=T_throttle, each T_trip=T_trip, each T_restart=T_restart,
    each T_coolant_start=T_supply_start + dT_start/2, each load_start=load_start) "Racks";
protected
  parameter HeatReuse.Types.Area A[n] = 5e-4*m_flow_nominal "Cross section of the pipe of each rack";
  parameter HeatReuse.Types.MassFlowRate m_flow_start[n] = flow_start*m_flow_nominal "Initial flow of each rack";
  HeatReuse.Pipes.Inertia inertia[n](each L=L, A=A, m_flow_start=m_flow_start) "Inertia of the coolant of each rack";
equation
  connect(port_a, supply.ports[1]);
  for i in 1:n loop
    connect(supply.ports[i + 1], inertia[i].port_a);
    connect(inertia[i].port_b, rack[i].port_a);
    connect(rack[i].port_b, returns.ports[i + 1]);
    rack[i].P = P[i];
    T_chip[i] = rack[i].chip.T_case;
    T_die[i] = rack[i].chip.T_die;
    m_flow[i] = inertia[i].m_flow;
  end for;
  connect(returns.ports[1], port_b);
  dp = supply.p - returns.p;
  P_drawn = sum(rack.P_drawn);
  U = supply.U + returns.U + sum(rack.U);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>n <a href=\"modelica://HeatReuse.DataCenter.Rack\">racks</a> between two mixed manifolds. The flow of each rack is a state, L/A dm_flow/dt = p_supply - p_return - dp, with
dp = resistance_factor dp_nominal (m_flow/m_flow_nominal)<sup>2</sup>, so that at equal pressure difference the flow of a rack goes with 1/sqrt(resistance_factor). A = 5e-4 m2 for each kg/s of nominal flow
(2 m/s). The total flow is the sum: the circuit outside must have no inertia of its own in series.</p>
<h4>Assumptions</h4>
<p>Pressure drop along the manifolds is put into resistance_factor; the volume of both manifolds and their pipes is two mixed halves of T_residence. Range: any load of a rack, zero and reversed
flow.</p>
<h4>Source</h4>
<p>First principles: momentum balance of a liquid column, energy balance of mixed volumes.</p></html>"));
end RackBranches;
