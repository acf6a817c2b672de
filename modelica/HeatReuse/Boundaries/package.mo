within HeatReuse;
package Boundaries "Where water enters and leaves a plant"
  annotation (Documentation(info="<html><p>A boundary turns the signals of a plant (flow, temperature) into a fluid port and reports the enthalpy flow that crosses it. The sum of these flows is what the energy meters of the plants integrate.</p></html>"));
end Boundaries;
