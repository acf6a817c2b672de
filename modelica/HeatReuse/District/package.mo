within HeatReuse;
package District "District-heating components"
  annotation (Documentation(info="<html><p>Consumers, pipes in pairs and in one casing, the station between plant and network, booster pumps, bypasses at the ends of lines, ground over the year.</p></html>"));
end District;
