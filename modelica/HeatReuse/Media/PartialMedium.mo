within HeatReuse.Media;
partial package PartialMedium "What every liquid must provide"
  constant HeatReuse.Types.Temperature T_reference = 273.15 "Temperature at which enthalpy is zero";
  constant HeatReuse.Types.SpecificHeatCapacity cp_nominal = 4186 "Representative specific heat capacity, for sizing";
  constant HeatReuse.Types.Density rho_nominal = 988 "Representative density, for sizing";

  replaceable partial function enthalpy "Specific enthalpy from temperature"
    input HeatReuse.Types.Temperature T "Temperature";
    output HeatReuse.Types.SpecificEnthalpy h "Specific enthalpy";
  end enthalpy;

  replaceable partial function temperature "Temperature from specific enthalpy"
    input HeatReuse.Types.SpecificEnthalpy h "Specific enthalpy";
    output HeatReuse.Types.Temperature T "Temperature";
  end temperature;

  replaceable partial function specificHeatCapacity "Specific heat capacity, the derivative of enthalpy"
    input HeatReuse.Types.Temperature T "Temperature";
    output HeatReuse.Types.SpecificHeatCapacity cp "Specific heat capacity";
  end specificHeatCapacity;

  replaceable partial function density "Density"
    input HeatReuse.Types.Temperature T "Temperature";
    output HeatReuse.Types.Density rho "Density";
  end density;

  replaceable partial function dynamicViscosity "Dynamic viscosity"
    input HeatReuse.Types.Temperature T "Temperature";
    output HeatReuse.Types.DynamicViscosity mu "Dynamic viscosity";
  end dynamicViscosity;

  replaceable partial function thermalConductivity "Thermal conductivity"
    input HeatReuse.Types.Temperature T "Temperature";
    output HeatReuse.Types.ThermalConductivity lambda "Thermal conductivity";
  end thermalConductivity;
  annotation (Documentation(info="<html><p>Interface of a liquid. <code>enthalpy</code> and <code>temperature</code> must be inverse to each other
and <code>specificHeatCapacity</code> the exact derivative of <code>enthalpy</code>: volumes store enthalpy but have temperature as state, so
their energy balance closes only then. The mass in a volume is constant: it is taken from <code>density</code> at the start temperature.</p></html>"));
end PartialMedium;
