within HeatReuse;
package Interfaces "Connectors and partial models"
  annotation (Documentation(info="<html><p>Fluid ports carry pressure, mass flow and, as a stream, specific enthalpy. Heat ports carry temperature and heat flow.</p></html>"));
end Interfaces;
