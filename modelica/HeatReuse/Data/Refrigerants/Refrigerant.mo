within HeatReuse.Data.Refrigerants;
record Refrigerant "Limits and single-stage cycle of a refrigerant"
  parameter Real GWP(unit="1") = 0 "Global warming potential over 100 years relative to carbon dioxide";
  parameter HeatReuse.Types.Temperature T_critical = 400 "Critical temperature";
  parameter HeatReuse.Types.Pressure p_critical = 5e6 "Critical pressure";
  parameter HeatReuse.Types.Temperature T_condensation_max = 353.15 "Highest condensing temperature of usual machines";
  parameter HeatReuse.Types.Temperature T_evaporation_min = 263.15 "Lowest evaporating temperature of usual machines";
  parameter Real ratio_max(unit="1") = 8 "Highest pressure ratio of one stage";
  parameter HeatReuse.Types.Temperature T_discharge_max = 393.15 "Highest temperature behind the compressor";
  parameter HeatReuse.Types.Fraction eta_max = 0.75 "Isentropic efficiency of the compressor at its best pressure ratio";
  parameter Real ratio_optimum(unit="1") = 3 "Pressure ratio of the best isentropic efficiency";
  parameter Real k_efficiency(unit="1") = 0.1 "Relative loss of isentropic efficiency per squared logarithm of the pressure ratio over its optimum";
  parameter Real ln_p[5] = {13, 3.6, -1.5, 0.6, -0.1} "Logarithm of the saturation pressure in Pa: polynomial in x";
  parameter Real ln_rho[5] = {2, 3.5, -1.3, 0.7, -0.1} "Logarithm of the density at the suction in kg/m3: polynomial in x of evaporation";
  parameter Real q_evaporator[10] = {2e5, 6e4, -1.5e5, 0, 0, 0, 0, 0, 0, 0} "Heat of evaporation side in J/kg: polynomial in x, y";
  parameter Real w_isentropic[10] = {0, -7e4, 7e4, 0, 0, 0, 0, 0, 0, 0} "Work of isentropic compression in J/kg: polynomial in x, y";
  parameter Real h_superheat[10] = {0, 0, 6e4, 0, 0, 0, 0, 0, 0, 0} "Enthalpy after isentropic compression over saturated vapour in J/kg: polynomial in x, y";
  parameter Real T_discharge[10] = {278, 0, 100, 0, 0, 0, 0, 0, 0, 0} "Temperature after isentropic compression in K: polynomial in x, y";
  parameter HeatReuse.Types.SpecificHeatCapacity cp_discharge = 1300 "Heat capacity of the vapour behind the compressor";
  annotation (Documentation(info="<html>
<p>x = (T_evaporation - 273.15 K)/(100 K), y = (T_condensation - 273.15 K)/(100 K). Polynomials in x have five coefficients from that of x<sup>0</sup>; those in x, y ten, in the order
1, x, y, x<sup>2</sup>, x y, y<sup>2</sup>, x<sup>3</sup>, x<sup>2</sup> y, x y<sup>2</sup>, y<sup>3</sup>. The cycle has 5 K of superheat at the suction and 5 K of subcooling behind the condenser.</p>
<p>Fitted by least squares to CoolProp (script studies/refrigerants.py): pressure and density within 0.3 %, heat and work within 0.3 %, isentropic temperature within 0.2 K, h_superheat within
1.1 % of the heat of the evaporator; a test compares each record with CoolProp. cp_discharge is one mean value: the temperature behind a compressor with an efficiency of 0.7 comes out within 5.5 K for
ammonia, 4.5 K for R1234ze(E) and 2.5 K for R134a.
The efficiency eta_max (1 - k_efficiency ln(ratio/ratio_optimum)<sup>2</sup>) is a round one for industrial screw and reciprocating compressors, the same for all refrigerants, so that differences between
them are those of the fluids.</p></html>"));
end Refrigerant;
