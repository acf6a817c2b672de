within HeatReuse;
package HeatExchangers "Heat exchangers"
  annotation (Documentation(info="<html><p>Liquid to liquid and liquid to air.</p></html>"));
end HeatExchangers;
