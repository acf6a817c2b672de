within HeatReuse.HeatExchangers;
function counterflow "Heat flow per kelvin of inlet temperature difference of a counterflow exchanger"
  input Real C1(unit="W/K") "Capacity flow of side 1, not negative";
  input Real C2(unit="W/K") "Capacity flow of side 2, not negative";
  input Real UA(unit="W/K") "Conductance";
  input Real C_small(unit="W/K") "Capacity flow below which the heat flow fades out";
  output Real G(unit="W/K") "Heat flow over difference of inlet temperatures";
algorithm
  G := C1*C2/(sqrt(C1*C1 + C_small*C_small)*sqrt(C2*C2 + C_small*C_small))*HeatReuse.HeatExchangers.counterflowTransferUnits(
    UA,
    UA/noEvent(min(sqrt(C1*C1 + C_small*C_small), sqrt(C2*C2 + C_small*C_small))),
    UA/noEvent(max(sqrt(C1*C1 + C_small*C_small), sqrt(C2*C2 + C_small*C_small))));
  annotation (Inline=true, Documentation(info="<html><p>Epsilon-NTU relation of counterflow
(<a href=\"modelica://HeatReuse.HeatExchangers.counterflowTransferUnits\">counterflowTransferUnits</a>) with capacity flows kept from zero: when a flow goes to zero, G goes to zero and never
exceeds the capacity flow. One expression, so that every compiler can put it in place of the call.</p></html>"));
end counterflow;
