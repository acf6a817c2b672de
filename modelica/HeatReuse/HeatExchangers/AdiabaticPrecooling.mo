within HeatReuse.HeatExchangers;
model AdiabaticPrecooling "Wetted pads before a dry cooler: air comes close to its wet-bulb temperature"
  parameter HeatReuse.Types.Fraction effectiveness = 0.8 "Approach to the wet-bulb temperature with wet pads";
  parameter HeatReuse.Types.Time T_wetting = 120 "Time constant of wetting and drying of the pads";
  parameter Real h_evaporation(unit="J/kg") = 2.45e6 "Heat of evaporation of water";
  HeatReuse.Interfaces.RealInput command(unit="1") "Commanded wetting, 0 dry";
  HeatReuse.Interfaces.RealInput T_outdoor(unit="K") "Temperature of the outdoor air";
  HeatReuse.Interfaces.RealInput humidity(unit="1") "Relative humidity of the outdoor air";
  HeatReuse.Interfaces.RealInput C_air(unit="W/K") "Capacity flow of the air";
  HeatReuse.Interfaces.RealOutput T_air(unit="K") "Air behind the pads";
  HeatReuse.Types.Temperature T_wet "Wet-bulb temperature of the outdoor air";
  HeatReuse.Types.Fraction wetness(start=0, fixed=true) "Wetness of the pads";
  HeatReuse.Types.MassFlowRate m_flow_water "Water that evaporates";
equation
  T_wetting*der(wetness) = HeatReuse.Utilities.clip(command, 0, 1) - wetness;
  T_wet = HeatReuse.HeatExchangers.wetBulbTemperature(T_outdoor, humidity);
  T_air = T_outdoor - effectiveness*wetness*noEvent(max(T_outdoor - T_wet, 0));
  m_flow_water = C_air*(T_outdoor - T_air)/h_evaporation;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T_air = T_outdoor - effectiveness wetness max(T_outdoor - T_wet, 0) with <a href=\"modelica://HeatReuse.HeatExchangers.wetBulbTemperature\">wetBulbTemperature</a>; the wetness follows the command as first order;
evaporated water C_air (T_outdoor - T_air)/h_evaporation. Connect T_air to T_outdoor of a <a href=\"modelica://HeatReuse.HeatExchangers.DryCooler\">DryCooler</a> and its C_air to C_air.</p>
<h4>Assumptions</h4>
<p>Evaporation at constant enthalpy of the air, sea level; constant effectiveness, no pressure drop of the pads, no blow-down. Not below freezing: command 0 there. Range: 0 to 50 degC, 5 to 99 % humidity.</p>
<h4>Source</h4>
<p>First principles: adiabatic saturation with an effectiveness, ASHRAE Handbook, HVAC Systems and Equipment, evaporative air cooling (0.7 to 0.9 for pads).</p></html>"));
end AdiabaticPrecooling;
