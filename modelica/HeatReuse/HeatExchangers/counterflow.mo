within HeatReuse.HeatExchangers;
function counterflow "Heat flow per kelvin of inlet temperature difference of a counterflow exchanger"
  input Real C1(unit="W/K") "Capacity flow of side 1, not negative";
  input Real C2(unit="W/K") "Capacity flow of side 2, not negative";
  input Real UA(unit="W/K") "Conductance";
  input Real C_small(unit="W/K") "Capacity flow below which the heat flow fades out";
  output Real G(unit="W/K") "Heat flow over difference of inlet temperatures";
protected
  Real C1_regular(unit="W/K") "Capacity flow of side 1, kept from zero";
  Real C2_regular(unit="W/K") "Capacity flow of side 2, kept from zero";
  Real a(unit="1") "Transfer units of the smaller capacity flow";
  Real b(unit="1") "Transfer units of the larger capacity flow";
  Real x(unit="1") "Difference of the transfer units";
  Real phi(unit="1") "(1 - exp(-x))/x";
algorithm
  C1_regular := sqrt(C1*C1 + C_small*C_small);
  C2_regular := sqrt(C2*C2 + C_small*C_small);
  a := UA/noEvent(min(C1_regular, C2_regular));
  b := UA/noEvent(max(C1_regular, C2_regular));
  x := a - b + 1e-6;
  phi := (1 - exp(-x))/x;
  G := UA*phi/(1 + b*phi)*(C1/C1_regular)*(C2/C2_regular);
  annotation (Documentation(info="<html><p>Epsilon-NTU relation of counterflow in a form without singularity at equal capacity flows:
G = UA phi/(1 + b phi), phi = (1 - exp(-x))/x, x = UA/C_min - UA/C_max, b = UA/C_max. It equals epsilon C_min with
epsilon = (1 - exp(-NTU (1 - Cr)))/(1 - Cr exp(-NTU (1 - Cr))). When a flow goes to zero, G goes to zero and never exceeds the capacity flow.</p></html>"));
end counterflow;
