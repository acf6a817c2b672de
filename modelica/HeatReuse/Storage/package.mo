within HeatReuse;
package Storage "Heat storage"
  annotation (Documentation(info="<html><p>Stratified hot-water tanks.</p></html>"));
end Storage;
