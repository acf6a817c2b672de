within HeatReuse.District;
model GroundTemperature "Temperature of undisturbed ground over the year"
  parameter HeatReuse.Types.Temperature T_mean = 282.65 "Mean temperature of the surface over the year";
  parameter HeatReuse.Types.TemperatureDifference amplitude = 9 "Amplitude of the surface over the year";
  parameter HeatReuse.Types.Length depth = 1.2 "Depth";
  parameter Real diffusivity(unit="m2/s") = 7e-7 "Thermal diffusivity of the ground";
  parameter HeatReuse.Types.Time t_coldest = 35*86400 "Time of the year at which the surface is coldest";
  parameter HeatReuse.Types.Time t_start = 0 "Time of the year at time 0";
  HeatReuse.Interfaces.RealOutput T(unit="K") "Temperature at the depth";
protected
  parameter Real omega(final unit="1/s") = 2*3.14159265358979/(365.25*86400) "Angular frequency of the year";
  parameter Real damping(final unit="1/m") = sqrt(omega/(2*diffusivity)) "Inverse of the depth at which the wave has fallen to 1/e";
equation
  T = T_mean - amplitude*exp(-damping*depth)*cos(omega*(time + t_start - t_coldest) - damping*depth);
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>T = T_mean - amplitude exp(-z/&delta;) cos(&omega; (t - t_coldest) - z/&delta;) with &delta; = sqrt(2 a/&omega;): the annual wave of the surface runs down, damped and late. With a = 7e-7 m<sup>2</sup>/s &delta; is 2.65 m, so at 1.2 m the
amplitude is 64 % of that of the surface and 26 days late.</p>
<h4>Assumptions</h4>
<p>Half space of constant diffusivity, sinusoidal surface; no freezing, no ground water, no daily wave (which fades within 0.3 m). Take the mean temperature of the air plus 1 K for T_mean where no measurement is at hand.</p>
<h4>Source</h4>
<p>Heat conduction in a half space: Carslaw and Jaeger, Conduction of Heat in Solids (1959), section 2.6; for the ground: Kusuda and Achenbach, ASHRAE Transactions 71 (1965).</p></html>"));
end GroundTemperature;
