within HeatReuse.HeatPumps;
function coefficientOfPerformance "COP of a large heat pump at full load from the temperature lift"
  input HeatReuse.Types.CorrelationCOP correlation "Which correlation";
  input Real lift(unit="K") "Sink leaving minus source entering temperature";
  output Real COP(unit="1") "Heat delivered over electric power";
algorithm
  COP := if correlation == HeatReuse.Types.CorrelationCOP.Jesper
    then 1.4480e12*(HeatReuse.Utilities.positivePart(lift - 10, 2) + 10 + 177.46)^(-4.946)
    else 52.94*(HeatReuse.Utilities.positivePart(lift - 10, 2) + 10)^(-0.716);
  annotation (Inline=true, Documentation(info="<html>
<h4>Equations</h4>
<p>Jesper: COP = 1.4480e12 (dT + 177.46)<sup>-4.946</sup>. Arpagaus: COP = 52.94 dT<sup>-0.716</sup>. dT = T_sink,out - T_source,in in K. For 45 K these give 3.56 and 3.47.</p>
<h4>Assumptions</h4>
<p>Large electric machines at full load, lifts from 20 to 95 K. Below 10 K the lift is held at 10 K, with a transition of 2 K.</p>
<h4>Source</h4>
<p>M. Jesper, F. Schlosser, F. Pag, T. G. Walmsley, B. Schmitt, K. Vajen: Large-scale heat pumps: uptake and performance modelling of market-available devices, Renewable and Sustainable Energy Reviews 137
(2021). C. Arpagaus, F. Bless, M. Uhlmann, J. Schiffmann, S. Bertsch: High temperature heat pumps: market overview, state of the art, research status, refrigerants, and application potentials,
Energy 152 (2018).</p></html>"));
end coefficientOfPerformance;
