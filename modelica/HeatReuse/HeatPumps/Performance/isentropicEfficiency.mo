within HeatReuse.HeatPumps.Performance;
function isentropicEfficiency "Isentropic efficiency of a compressor from its pressure ratio"
  input HeatReuse.Data.Refrigerants.Refrigerant data "Refrigerant";
  input Real ratio(unit="1") "Pressure ratio, above 1";
  output Real eta(unit="1") "Isentropic efficiency";
algorithm
  eta := data.eta_max*(0.3 + 0.7/(1 + data.k_efficiency/0.7*log(ratio/data.ratio_optimum)^2));
  annotation (Inline=true, Documentation(info="<html><p>eta = eta_max (0.3 + 0.7/(1 + (k/0.7) ln(ratio/ratio_optimum)<sup>2</sup>)): near the optimum eta_max (1 - k ln(ratio/ratio_optimum)<sup>2</sup>), far away never below 0.3 eta_max.</p></html>"));
end isentropicEfficiency;
