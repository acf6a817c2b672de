within HeatReuse.HeatPumps.Performance;
model Correlation "COP from the lift alone, heat output linear in the temperatures"
  extends HeatReuse.HeatPumps.Performance.PartialPerformance;
  parameter Real k_source(unit="1/K") = 0.025 "Gain of heat output per kelvin of source leaving temperature";
  parameter Real k_sink(unit="1/K") = 0.005 "Loss of heat output per kelvin of sink leaving temperature";
  parameter HeatReuse.Types.TemperatureDifference dT_source_max = 20 "Largest cooling of the source that counts in the lift";
  parameter HeatReuse.Types.Fraction part_load_loss = 0.2 "Relative loss of COP towards zero capacity";
  parameter HeatReuse.Types.Fraction loss = 0 "Share of the electric power that motor and drive give to the room";
  parameter HeatReuse.Types.Fraction superheat = 0.08 "Share of the heat that comes above the condensing temperature";
  parameter HeatReuse.Types.TemperatureDifference dT_discharge = 25 "Vapour behind the compressor over sink leaving temperature";
protected
  HeatReuse.Types.Temperature T_source_lift "Source temperature of the lift: entering, near the leaving one";
equation
  T_source_lift = T_source_out + HeatReuse.Utilities.clip(T_source_a - T_source_out, 0, dT_source_max);
  availability = 0.3 + HeatReuse.Utilities.positivePart(0.7 + k_source*(T_source_out - T_source_nominal) - k_sink*(T_sink_out - T_sink_nominal), 0.02);
  derating = 1;
  COP = HeatReuse.HeatPumps.coefficientOfPerformance(correlation, T_sink_out - T_source_lift)*(1 - part_load_loss*(1 - capacity)^2);
  drive_loss = loss;
  share_superheat = superheat;
  T_discharge = T_sink_out + dT_discharge;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>availability = 0.3 + (0.7 + k_source (T_source,out - T_source,nominal) - k_sink (T_sink,out - T_sink,nominal))<sub>+</sub>; the positive part is rounded. COP = COP(T_sink,out - T_source,lift)
(1 - part_load_loss (1 - capacity)<sup>2</sup>) with <a href=\"modelica://HeatReuse.HeatPumps.coefficientOfPerformance\">coefficientOfPerformance</a>. T_source,lift is the entering temperature T_source,a, but at least T_source,out and at most
T_source,out + dT_source_max. derating = 1: a correlation
knows no limits, those of the machine are parameters of HeatPump. drive_loss, share_superheat and T_discharge - T_sink,out are parameters.</p>
<h4>Assumptions</h4>
<p>The entering temperature says nothing once the source stands still or flows backwards; without its limits a machine whose source stops would keep the COP of the warm water before it, above that of Carnot. The mass flow of a compressor rises with the suction pressure (2.5 %/K) and falls a little with the pressure ratio; never below 30 % of the nominal output. Lifts from 20 to 95 K, machines above 50 kW;
one curve for all refrigerants and sizes: single plants lie up to 15 % beside it. At 30 % capacity the COP is 10 % lower.</p>
<h4>Source</h4>
<p>COP: Jesper et al. 2021 and Arpagaus et al. 2018, see the function. Gains of the output: pressure curves of ammonia and R134a between 20 and 40 degC, rounded.</p></html>"));
end Correlation;
