within HeatReuse.Pipes;
function frictionFactor "Darcy friction factor of fully developed turbulent flow"
  input HeatReuse.Types.MassFlowRate m_flow "Mass flow";
  input HeatReuse.Types.Length D "Inner diameter";
  input HeatReuse.Types.Length roughness "Roughness of the wall";
  input Real mu(unit="Pa.s") "Dynamic viscosity";
  output Real f(unit="1") "Darcy friction factor";
protected
  Real Re(unit="1") "Reynolds number";
algorithm
  Re := 4*m_flow/(3.14159265358979*D*mu);
  f := 0.25/(log10(roughness/(3.7*D) + 5.74/Re^0.9))^2;
  annotation (Documentation(info="<html><p>Explicit approximation of Colebrook's equation by Swamee and Jain (1976), within 3 % for Re above 5000.</p></html>"));
end frictionFactor;
