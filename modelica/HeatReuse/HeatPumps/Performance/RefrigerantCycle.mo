within HeatReuse.HeatPumps.Performance;
model RefrigerantCycle "Single-stage cycle of a refrigerant with compressor efficiencies and limits"
  extends HeatReuse.HeatPumps.Performance.PartialPerformance;
  parameter HeatReuse.Data.Refrigerants.Refrigerant data = HeatReuse.Data.Refrigerants.R717() "Refrigerant";
  parameter HeatReuse.Types.TemperatureDifference dT_evaporator = 4 "Source leaving minus evaporating temperature at full capacity";
  parameter HeatReuse.Types.TemperatureDifference dT_condenser = 3 "Condensing minus sink leaving temperature at full capacity";
  parameter HeatReuse.Types.Fraction eta_drive = 0.94 "Efficiency of motor and drive; the loss goes to the room";
  parameter HeatReuse.Types.Fraction oil_cooling = 0 "Share of the shaft power that injected oil carries to the sink past the vapour";
  parameter HeatReuse.Types.Fraction part_load_loss = 0.2 "Relative loss of compressor efficiency towards zero capacity";
  HeatReuse.Types.Temperature T_evaporation "Evaporating temperature";
  HeatReuse.Types.Temperature T_condensation "Condensing temperature";
  Real ratio(unit="1") "Pressure ratio";
  Real eta(unit="1") "Isentropic efficiency of the compressor";
  Real q_volumetric(unit="J/m3") "Heat of the condenser per swept volume";
  final parameter Real q_volumetric_nominal(unit="J/m3") = HeatReuse.HeatPumps.Performance.volumetricHeat(data, x_nominal, y_nominal, ratio_nominal) "Heat per swept volume at the nominal temperatures";
protected
  parameter Real x_nominal(unit="1") = (T_source_nominal - dT_evaporator - 273.15)/100 "Nominal evaporation";
  parameter Real y_nominal(unit="1") = (T_sink_nominal + dT_condenser - 273.15)/100 "Nominal condensation";
  parameter Real ratio_nominal(unit="1") = exp(HeatReuse.HeatPumps.Performance.quartic(data.ln_p, y_nominal) - HeatReuse.HeatPumps.Performance.quartic(data.ln_p, x_nominal)) "Nominal pressure ratio";
  Real load(unit="1") "Capacity, not negative";
  Real x(unit="1") "Evaporating temperature for the polynomials";
  Real y(unit="1") "Condensing temperature for the polynomials";
  HeatReuse.Types.SpecificEnthalpy q_e "Heat of the evaporator";
  HeatReuse.Types.SpecificEnthalpy w_s "Isentropic work";
  HeatReuse.Types.SpecificEnthalpy w "Work of the compressor";
equation
  load = noEvent(min(max(capacity, 0), 1));
  T_evaporation = T_source_out - dT_evaporator*load;
  T_condensation = T_sink_out + dT_condenser*load;
  x = HeatReuse.Utilities.clip((T_evaporation - 273.15)/100, -0.15, 0.5);
  y = x + 0.1 + HeatReuse.Utilities.positivePart(HeatReuse.Utilities.clip((T_condensation - 273.15)/100, -0.15, 1.02) - x - 0.1, 0.01);
  ratio = exp(HeatReuse.HeatPumps.Performance.quartic(data.ln_p, y) - HeatReuse.HeatPumps.Performance.quartic(data.ln_p, x));
  eta = HeatReuse.HeatPumps.Performance.isentropicEfficiency(data, ratio)*(1 - part_load_loss*(1 - load)^2);
  q_e = HeatReuse.HeatPumps.Performance.cubic(data.q_evaporator, x, y);
  w_s = HeatReuse.HeatPumps.Performance.cubic(data.w_isentropic, x, y);
  w = w_s/eta;
  COP = eta_drive*(q_e + w)/w;
  q_volumetric = HeatReuse.HeatPumps.Performance.volumetricHeat(data, x, y, ratio);
  availability = q_volumetric/q_volumetric_nominal;
  T_discharge = HeatReuse.HeatPumps.Performance.cubic(data.T_discharge, x, y) + (w - w_s - oil_cooling*w)/data.cp_discharge;
  share_superheat = HeatReuse.Utilities.positivePart((HeatReuse.HeatPumps.Performance.cubic(data.h_superheat, x, y) + w - w_s - oil_cooling*w)/(q_e + w), 1e-3);
  derating = HeatReuse.Utilities.smoothStep((data.T_condensation_max - T_condensation)/dT_envelope)
    *HeatReuse.Utilities.smoothStep((T_evaporation - data.T_evaporation_min)/dT_envelope)
    *HeatReuse.Utilities.smoothStep((data.T_discharge_max - T_discharge)/(2*dT_envelope))
    *HeatReuse.Utilities.smoothStep((data.ratio_max - ratio)/(0.1*data.ratio_max));
  drive_loss = 1 - eta_drive;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T_evaporation = T_source,out - dT_evaporator capacity, T_condensation = T_sink,out + dT_condenser capacity. With the polynomials of the record: w = w_s/eta, COP = eta_drive (q_e + w)/w,
availability = q_vol/q_vol,nominal with q_vol = rho eta_vol (q_e + w) (<a href=\"modelica://HeatReuse.HeatPumps.Performance.volumetricHeat\">volumetricHeat</a>),
T_discharge = T_s + (w - w_s - oil_cooling w)/cp. Heat above condensation: (h_s + w - w_s - oil_cooling w)/(q_e + w). eta is that of
<a href=\"modelica://HeatReuse.HeatPumps.Performance.isentropicEfficiency\">isentropicEfficiency</a> times 1 - part_load_loss (1 - capacity)<sup>2</sup>. The output fades within dT_envelope of the
highest condensing and the lowest evaporating temperature, within 2 dT_envelope of the highest discharge temperature and within 10 % of the highest pressure ratio.</p>
<h4>Assumptions</h4>
<p>One stage, dry expansion behind 5 K of subcooling, 5 K of superheat, no pressure drops. The polynomials are fitted over the range that each record states; they go on to evaporation of -15 and 50 degC and condensation of -15 and 102 degC, are held there, and below 10 K
of lift. Work and heat stay within 1.1 % of the fluid down to condensation at 0 degC; above the range of a record (85 degC for R134a, 90 degC for R717) the output is 0 and the COP says nothing. The pinches are proportional to the capacity. oil_cooling lowers the discharge temperature of screw compressors; the heat of the oil goes to the sink, too.</p>
<h4>Source</h4>
<p>First principles: the cycle in the pressure-enthalpy diagram; properties from CoolProp, see <a href=\"modelica://HeatReuse.Data.Refrigerants.Refrigerant\">Refrigerant</a>.</p></html>"));
end RefrigerantCycle;
