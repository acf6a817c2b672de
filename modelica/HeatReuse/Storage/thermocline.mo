within HeatReuse.Storage;
function thermocline "Initial temperatures of a stratified tank, from top to bottom"
  input Integer n "Number of layers";
  input Real T_top(unit="K") "Temperature above the thermocline";
  input Real T_bottom(unit="K") "Temperature below the thermocline";
  input Real share(unit="1") "Share of the height that is hot";
  input Real width(unit="1") "Half width of the thermocline relative to the height";
  output Real T[n](each unit="K") "Temperature, per layer";
algorithm
  for i in 1:n loop
    T[i] := T_bottom + (T_top - T_bottom)*0.5*(1 - tanh(((i - 0.5)/n - share)/width));
  end for;
  annotation (Documentation(info="<html><p>T_i = T_bottom + (T_top - T_bottom)/2 (1 - tanh((x_i - share)/width)), x_i the relative depth of the middle of layer i.</p></html>"));
end thermocline;
