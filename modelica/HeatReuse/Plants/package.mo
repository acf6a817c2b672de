within HeatReuse;
package Plants "Plants that become FMUs"
  annotation (Documentation(info="<html><p>Causal plants: flow and temperature go in, temperature comes out. Each plant has an internal energy U and meters E_in_x of the energy that flowed in over each boundary, with U(t) - U(0) equal to the sum of the meters by construction. No plant contains a control loop except the thermostat that belongs to a consumer's substation.</p></html>"));
end Plants;
