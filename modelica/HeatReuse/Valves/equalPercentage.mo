within HeatReuse.Valves;
function equalPercentage "Flow coefficient of an equal-percentage valve relative to the open valve"
  input Real lift(unit="1") "Relative lift, 0..1";
  input Real R(unit="1") "Rangeability";
  input Real leakage(unit="1") "Value at lift 0";
  output Real phi(unit="1") "Relative flow coefficient";
algorithm
  phi := leakage + (R^(HeatReuse.Utilities.clip(lift, 0, 1) - 1) - leakage)*tanh(HeatReuse.Utilities.clip(lift, 0, 1)/0.02);
  annotation (Inline=true, Documentation(info="<html><p>phi = R<sup>l - 1</sup> above a lift of about 0.05; below, the seat closes and phi goes smoothly to the leakage.</p></html>"));
end equalPercentage;
