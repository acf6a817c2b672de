within HeatReuse.HeatPumps.Performance;
function volumetricHeat "Heat of the condenser per swept volume of the compressor"
  input HeatReuse.Data.Refrigerants.Refrigerant data "Refrigerant";
  input Real x(unit="1") "Evaporating temperature above 273.15 K in units of 100 K";
  input Real y(unit="1") "Condensing temperature above 273.15 K in units of 100 K";
  input Real ratio(unit="1") "Pressure ratio";
  output Real q(unit="J/m3") "Heat per swept volume";
algorithm
  q := exp(HeatReuse.HeatPumps.Performance.quartic(data.ln_rho, x))*(0.97*ratio^(-0.06))
    *(HeatReuse.HeatPumps.Performance.cubic(data.q_evaporator, x, y)
    + HeatReuse.HeatPumps.Performance.cubic(data.w_isentropic, x, y)/HeatReuse.HeatPumps.Performance.isentropicEfficiency(data, ratio));
  annotation (Inline=true, Documentation(info="<html><p>q = rho eta_vol (q_evaporator + w_isentropic/eta) with the volumetric efficiency eta_vol = 0.97 ratio<sup>-0.06</sup> (0.91 at a ratio of 3, 0.86 at 8), usual for
screw compressors.</p></html>"));
end volumetricHeat;
