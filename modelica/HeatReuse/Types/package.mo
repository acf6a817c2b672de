within HeatReuse;
package Types "Physical quantities with unit and nominal value, enumerations"
  type Temperature = Real(final quantity="ThermodynamicTemperature", final unit="K", min=0, displayUnit="degC", nominal=300) "Absolute temperature";
  type TemperatureDifference = Real(final quantity="ThermodynamicTemperature", final unit="K", nominal=10) "Temperature difference";
  type MassFlowRate = Real(final quantity="MassFlowRate", final unit="kg/s", nominal=100) "Mass flow";
  type Pressure = Real(final quantity="Pressure", final unit="Pa", displayUnit="bar", nominal=1e5) "Absolute pressure";
  type PressureDifference = Real(final quantity="Pressure", final unit="Pa", displayUnit="bar", nominal=1e5) "Pressure difference";
  type HeatFlowRate = Real(final quantity="Power", final unit="W", nominal=1e6) "Heat flow";
  type Power = Real(final quantity="Power", final unit="W", nominal=1e6) "Power";
  type Energy = Real(final quantity="Energy", final unit="J", nominal=1e9) "Energy";
  type SpecificEnthalpy = Real(final quantity="SpecificEnergy", final unit="J/kg", nominal=1e5) "Specific enthalpy";
  type SpecificHeatCapacity = Real(final quantity="SpecificHeatCapacity", final unit="J/(kg.K)", min=0, nominal=4000) "Specific heat capacity";
  type Density = Real(final quantity="Density", final unit="kg/m3", min=0, nominal=1000) "Density";
  type HeatCapacity = Real(final quantity="HeatCapacity", final unit="J/K", min=0, nominal=1e6) "Heat capacity";
  type ThermalConductance = Real(final quantity="ThermalConductance", final unit="W/K", min=0, nominal=1e5) "Thermal conductance";
  type ThermalResistance = Real(final quantity="ThermalResistance", final unit="K/W", min=0, nominal=0.02) "Thermal resistance";
  type ThermalConductivity = Real(final quantity="ThermalConductivity", final unit="W/(m.K)", min=0) "Thermal conductivity, or heat loss coefficient per metre of pipe";
  type DynamicViscosity = Real(final quantity="DynamicViscosity", final unit="Pa.s", min=0, nominal=5e-4) "Dynamic viscosity";
  type HeatTransferCoefficient = Real(final quantity="CoefficientOfHeatTransfer", final unit="W/(m2.K)", min=0) "Heat transfer coefficient";
  type Length = Real(final quantity="Length", final unit="m", min=0) "Length";
  type Area = Real(final quantity="Area", final unit="m2", min=0) "Area";
  type Volume = Real(final quantity="Volume", final unit="m3", min=0) "Volume";
  type VolumeFlowRate = Real(final quantity="VolumeFlowRate", final unit="m3/s") "Volume flow";
  type Time = Real(final quantity="Time", final unit="s", min=0) "Time";
  type Fraction = Real(final unit="1", nominal=1) "Share or relative position";
  type CorrelationCOP = enumeration(
      Jesper "Jesper et al. 2021",
      Arpagaus "Arpagaus et al. 2018") "Correlation of the coefficient of performance of large heat pumps";
  annotation (Documentation(info="<html><p>Types of the library. Nominal values are magnitudes for solvers, not limits.</p></html>"));
end Types;
