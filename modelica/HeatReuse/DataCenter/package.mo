within HeatReuse;
package DataCenter "The hall: chips, cold plates, air"
  annotation (Documentation(info="<html><p>What turns electricity into heat in a data center.</p></html>"));
end DataCenter;
