within HeatReuse.Media;
package Water "Liquid water, constant properties"
  extends HeatReuse.Media.PartialMedium(cp_constant=4186, rho_constant=988);

  redeclare function extends enthalpy "Specific enthalpy from temperature"
  algorithm
    h := cp_constant*(T - T_reference);
    annotation (Inline=true);
  end enthalpy;

  redeclare function extends temperature "Temperature from specific enthalpy"
  algorithm
    T := T_reference + h/cp_constant;
    annotation (Inline=true);
  end temperature;

  redeclare function extends specificHeatCapacity "Specific heat capacity, the derivative of enthalpy"
  algorithm
    cp := cp_constant;
    annotation (Inline=true);
  end specificHeatCapacity;

  redeclare function extends density "Density"
  algorithm
    rho := rho_constant;
    annotation (Inline=true);
  end density;
  annotation (Documentation(info="<html><p>Constant specific heat capacity 4186 J/(kg.K) and density 988 kg/m3 (water at 50 degC). Between 10 and 90 degC the heat capacity of water lies within 0.5 % and the density within 2.4 % of these values.</p></html>"));
end Water;
