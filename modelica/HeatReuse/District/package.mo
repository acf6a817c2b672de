within HeatReuse;
package District "District-heating components"
  annotation (Documentation(info="<html><p>Consumer substations and network bypass.</p></html>"));
end District;
