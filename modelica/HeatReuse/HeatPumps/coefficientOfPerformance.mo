within HeatReuse.HeatPumps;
function coefficientOfPerformance "COP of a large heat pump at full load from the temperature lift"
  input HeatReuse.Types.CorrelationCOP correlation "Which correlation";
  input Real lift(unit="K") "Sink leaving minus source entering temperature";
  output Real COP(unit="1") "Heat delivered over electric power";
algorithm
  COP := if correlation == HeatReuse.Types.CorrelationCOP.Jesper
    then 1.4480e12*(HeatReuse.Utilities.positivePart(lift - 10, 2) + 10 + 177.46)^(-4.946)
    else 52.94*(HeatReuse.Utilities.positivePart(lift - 10, 2) + 10)^(-0.716);
  annotation (Inline=true, Documentation(info="<html><p>Jesper et al. 2021: COP = 1.4480e12 (dT + 177.46)<sup>-4.946</sup>, Arpagaus et al. 2018: COP = 52.94 dT<sup>-0.716</sup>, with
dT = T_sink,out - T_source,in in K. For 45 K these give 3.56 and 3.47. Fitted to large machines with lifts from about 20 to 95 K; below 10 K the lift is kept at 10 K.</p></html>"));
end coefficientOfPerformance;
