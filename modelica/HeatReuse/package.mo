within ;
package HeatReuse "Data-center heat reuse: data-center loop, heat pumps, storage, district grid"
  annotation (
    version="0.1.0",
    Documentation(info="<html>
<p>Plants of a data center whose heat goes to a district-heating network. The classes of
<a href=\"modelica://HeatReuse.Plants\">Plants</a> are made to become FMUs: inputs and outputs are signals, and the rest of the library
is what they are built from.</p>
<h4>Conventions</h4>
<ul>
<li>SI units throughout. Names: T temperature, m_flow mass flow, Q_flow heat flow, dp pressure difference, U internal energy.</li>
<li>Energy and enthalpy count from 273.15 K. Liquids keep their mass, so internal energy is mass times specific enthalpy.</li>
<li>Models are free of events: relations on continuous variables stand inside <code>noEvent</code>, roots and powers are regularised.</li>
<li>Models are explicit: flows of branches and temperatures are states, and nothing has to be solved iteratively.</li>
<li>Zero and reversed flow are valid operating points of every component.</li>
</ul></html>"));
end HeatReuse;
