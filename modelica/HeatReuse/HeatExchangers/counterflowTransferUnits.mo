within HeatReuse.HeatExchangers;
function counterflowTransferUnits "Heat flow per kelvin of a counterflow exchanger from its transfer units"
  input Real UA(unit="W/K") "Conductance";
  input Real a(unit="1") "Transfer units UA/C of the smaller capacity flow";
  input Real b(unit="1") "Transfer units UA/C of the larger capacity flow";
  output Real G(unit="W/K") "Heat flow over difference of inlet temperatures";
algorithm
  G := UA/((a - b + 1e-6)/(1 - exp(-(a - b + 1e-6))) + b);
  annotation (Inline=true, Documentation(info="<html><p>Epsilon-NTU relation of counterflow in a form without singularity at equal capacity flows: G = UA/(x/(1 - exp(-x)) + b) with x = a - b. It equals
epsilon C_min with epsilon = (1 - exp(-NTU (1 - Cr)))/(1 - Cr exp(-NTU (1 - Cr))), NTU = a, Cr = b/a. At equal flows x/(1 - exp(-x)) is 1; 1e-6 is added to x to keep the quotient defined.</p></html>"));
end counterflowTransferUnits;
