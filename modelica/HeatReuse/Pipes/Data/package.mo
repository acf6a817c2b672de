within HeatReuse.Pipes;
package Data "Pre-insulated steel pipes, standard insulation series"
  annotation (Documentation(info="<html><p>Inner diameter, wall and heat loss coefficient per metre of single pipe.</p></html>"));
end Data;
