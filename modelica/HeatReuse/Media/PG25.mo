within HeatReuse.Media;
package PG25 "Water with 25 % propylene glycol by volume, constant properties"
  extends HeatReuse.Media.PartialMedium(cp_constant=3950, rho_constant=1012);

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
  annotation (Documentation(info="<html><p>Coolant of technology loops. Constant specific heat capacity 3950 J/(kg.K) and density 1012 kg/m3, between the tabulated values of 20 % and 30 % propylene glycol at 40 degC. Within 2 % from 20 to 60 degC.</p></html>"));
end PG25;
