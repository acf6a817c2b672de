within HeatReuse.DataCenter;
function plateConductance "Conductance from the case of a 1 kW processor to the coolant of its plate"
  input Real v_flow(unit="l/min") "Coolant flow through the plate";
  output Real UA(unit="W/K") "Conductance to three mixed coolant cells together";
algorithm
  UA := 66.12*(1 + 4.7513*exp(-sqrt(v_flow*v_flow + 0.0025)/0.27148));
  annotation (Inline=true, Documentation(info="<html><p>UA = 66.12 (1 + 4.7513 exp(-v_flow/0.27148)) W/K. With three mixed cells and PG25 of 3950 J/(kg.K) and 1012 kg/m3 the resistance from case to coolant inlet is
1/(m cp (1 - (1 + UA/(3 m cp))<sup>-3</sup>)).</p>
<p>Least squares on the relative error of the OCP OAI table (0.4, 0.6, 0.8, 1.0, 1.4, 1.8, 2.4 l/min: 0.0389, 0.0300, 0.0265, 0.0245, 0.0220, 0.0209, 0.0197 K/W); largest error 1.8 %.
The conductance stays finite at zero flow.</p></html>"));
end plateConductance;
