within HeatReuse.DataCenter;
model ParallelCDUs "Several CDUs with their racks on one facility header"
  replaceable package Medium1 = HeatReuse.Media.PG25 constrainedby HeatReuse.Media.PartialMedium "Coolant of the racks";
  replaceable package Medium2 = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium "Facility water";
  parameter Integer n(min=1) = 4 "Number of CDUs";
  parameter Integer n_cells(min=2) = 5 "Number of cells of each exchanger";
  parameter HeatReuse.Types.Power P_nominal[n] = fill(1e6, n) "Electric power of the racks of each CDU at full load";
  parameter HeatReuse.Types.Power P_device = 1e3 "Electric power of one processor at full load";
  parameter Real coolant_flow(unit="l/min") = 1.5 "Coolant flow of one processor at nominal operation";
  parameter HeatReuse.Types.TemperatureDifference dT_cdu_nominal = 4 "Nominal mean temperature difference in the exchangers";
  parameter HeatReuse.Types.TemperatureDifference dT_fws_nominal = 10 "Rise of the facility water at nominal operation";
  parameter HeatReuse.Types.PressureDifference dp_branch_nominal = 1e5 "Pressure difference across each CDU at nominal operation";
  parameter HeatReuse.Types.PressureDifference dp_header_nominal = 5e4 "Pressure drop of the common header, supply and return together, at nominal flow of all CDUs";
  parameter HeatReuse.Types.Fraction authority = 0.5 "Authority of the valves within a CDU";
  parameter HeatReuse.Types.Fraction oversizing_valve = 1.25 "Flow through a CDU with open valve at dp_branch_nominal, over nominal flow";
  parameter HeatReuse.Types.Time T_residence_tcs = 20 "Residence time of the coolant in the pipes of the racks, at nominal flow";
  parameter HeatReuse.Types.Time T_residence_header = 10 "Residence time of the facility water in each header, at nominal flow";
  parameter HeatReuse.Types.Time T_stroke = 60 "Stroke time of the valves";
  parameter HeatReuse.Types.Time T_rise = 30 "Time of the pumps from standstill to full speed";
  parameter HeatReuse.Types.Fraction opening_start = 0.9 "Initial lift of the valves";
  parameter HeatReuse.Types.Temperature T_supply_start = 303.15 "Initial temperature of the facility water to the CDUs";
  parameter HeatReuse.Types.Fraction load_start = 1 "Initial load, for initial temperatures";
  HeatReuse.Interfaces.FluidPort_a port_a "Facility water supply";
  HeatReuse.Interfaces.FluidPort_b port_b "Facility water return";
  HeatReuse.Interfaces.RealInput P[n](each unit="W") "Electric power that the load of each CDU asks for";
  HeatReuse.Interfaces.RealInput speed_pump[n](each unit="1") "Commands of the pumps";
  HeatReuse.Interfaces.RealInput opening_valve[n](each unit="1") "Commands of the valves";
  HeatReuse.Types.Temperature T_chip[n] "Case temperature of the processors, per CDU";
  HeatReuse.Types.Temperature T_supply[n] "Coolant to the racks, per CDU";
  HeatReuse.Types.Temperature T_return[n] "Coolant from the racks, per CDU";
  HeatReuse.Types.MassFlowRate m1_flow[n] "Coolant flow, per CDU";
  HeatReuse.Types.MassFlowRate m2_flow[n] "Facility water flow, per CDU";
  HeatReuse.Types.PressureDifference dp_racks[n] "Pressure difference across the racks, per CDU";
  HeatReuse.Types.PressureDifference dp "Pressure difference between the headers at the CDUs";
  HeatReuse.Types.Temperature T_fws_out "Facility water in the return header";
  HeatReuse.Types.Power P_drawn "Electric power that all racks draw after throttling and trip";
  HeatReuse.Types.Power P_shaft "Shaft power of the pumps";
  HeatReuse.Types.Power P_el "Electric power of the pumps";
  HeatReuse.Types.Energy U "Internal energy relative to 273.15 K";
  final parameter HeatReuse.Types.MassFlowRate m1_flow_nominal[n] = coolant_flow/60000*Medium1.rho_nominal/P_device*P_nominal "Nominal coolant flow of each CDU";
  final parameter HeatReuse.Types.MassFlowRate m2_flow_nominal[n] = P_nominal/(Medium2.cp_nominal*dT_fws_nominal) "Nominal facility water flow of each CDU";
  HeatReuse.DataCenter.CDU cdu[n](
    redeclare each package Medium1 = Medium1, redeclare each package Medium2 = Medium2,
    Q_flow_nominal=P_nominal, m1_flow_nominal=m1_flow_nominal, m2_flow_nominal=m2_flow_nominal,
    each n=n_cells, each dT_nominal=dT_cdu_nominal, each dp2_nominal=dp_branch_nominal, each authority=authority, each oversizing_valve=oversizing_valve, each T_stroke=T_stroke, each T_rise=T_rise, each opening_start=opening_start,
    each T1_start=T_supply_start + load_start*(dT_cdu_nominal + dT_fws_nominal/2), each T2_start=T_supply_start + load_start*dT_fws_nominal/2,
    each dT1_start=load_start*dT_fws_nominal) "CDUs";
  HeatReuse.DataCenter.RackBranches racks[n](
    redeclare each package Medium = Medium1, each n=1, P_nominal={{P_nominal[i]} for i in 1:n},
    each P_device=P_device, each flow_nominal=coolant_flow, each T_residence=T_residence_tcs, each L=60,
    each T_supply_start=T_supply_start + load_start*dT_cdu_nominal, each dT_start=load_start*dT_fws_nominal, each load_start=load_start) "Racks of each CDU";
protected
  HeatReuse.Pipes.Resistance resistance(m_flow_nominal=sum(m2_flow_nominal), dp_nominal=dp_header_nominal) "Common header";
  HeatReuse.Pipes.MixingVolume header_supply(redeclare package Medium = Medium2, nPorts=n + 1, V=sum(m2_flow_nominal)/Medium2.rho_nominal*T_residence_header, T_start=T_supply_start) "Supply header";
  HeatReuse.Pipes.MixingVolume header_return(redeclare package Medium = Medium2, nPorts=n + 1, V=sum(m2_flow_nominal)/Medium2.rho_nominal*T_residence_header, T_start=T_supply_start + load_start*dT_fws_nominal) "Return header";
equation
  connect(port_a, resistance.port_a);
  connect(resistance.port_b, header_supply.ports[1]);
  for i in 1:n loop
    connect(header_supply.ports[i + 1], cdu[i].port_a2);
    connect(cdu[i].port_b2, header_return.ports[i + 1]);
    connect(cdu[i].port_b1, racks[i].port_a);
    connect(racks[i].port_b, cdu[i].port_a1);
    racks[i].P[1] = P[i];
    cdu[i].speed_pump = speed_pump[i];
    cdu[i].opening_valve = opening_valve[i];
    T_chip[i] = racks[i].T_chip[1];
    T_supply[i] = cdu[i].T_supply;
    T_return[i] = cdu[i].T_return;
    m1_flow[i] = cdu[i].m1_flow;
    m2_flow[i] = cdu[i].m2_flow;
    dp_racks[i] = racks[i].dp;
  end for;
  connect(header_return.ports[1], port_b);
  dp = header_supply.p - header_return.p;
  T_fws_out = header_return.T;
  P_drawn = sum(racks.P_drawn);
  P_shaft = sum(cdu.P_shaft);
  P_el = sum(cdu.P_el);
  U = header_supply.U + header_return.U + sum(cdu.U) + sum(racks.U);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>n <a href=\"modelica://HeatReuse.DataCenter.CDU\">CDUs</a>, each with its <a href=\"modelica://HeatReuse.DataCenter.RackBranches\">racks</a>, between a supply and a return header. The common resistance
dp = dp_header_nominal (m_flow/sum of m2_flow_nominal)<sup>2</sup> lies before the supply header. Each facility flow is a state; their sum flows through the header. So a valve that opens lowers the pressure
difference for all others.</p>
<h4>Assumptions</h4>
<p>Pressure drop along the headers is lumped, all CDUs see the same pressure difference; the headers are mixed. The racks of a CDU are one branch. The circuit outside must have no inertia in series. Range: zero
and reversed facility flow.</p>
<h4>Source</h4>
<p>First principles: mass balance at the headers, composition of its parts.</p></html>"));
end ParallelCDUs;
