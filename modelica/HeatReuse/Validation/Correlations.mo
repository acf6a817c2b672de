within HeatReuse.Validation;
model Correlations "Coefficients of performance of the correlations at a given lift"
  input HeatReuse.Types.TemperatureDifference lift(start=45) "Sink leaving minus source entering temperature";
  output Real COP_Jesper(unit="1") "Jesper et al. 2021";
  output Real COP_Arpagaus(unit="1") "Arpagaus et al. 2018";
  Real x(unit="s", start=0, fixed=true) "Time since the start";
equation
  der(x) = 1;
  COP_Jesper = HeatReuse.HeatPumps.coefficientOfPerformance(HeatReuse.Types.CorrelationCOP.Jesper, lift);
  COP_Arpagaus = HeatReuse.HeatPumps.coefficientOfPerformance(HeatReuse.Types.CorrelationCOP.Arpagaus, lift);
  annotation (experiment(StopTime=1), Documentation(info="<html><p>Compared with the published correlations.</p></html>"));
end Correlations;
