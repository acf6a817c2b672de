within HeatReuse.HeatExchangers;
function wetBulbTemperature "Wet-bulb temperature of air at sea level"
  input Real T(unit="K") "Temperature of the air";
  input Real phi(unit="1") "Relative humidity, 0.05 to 0.99";
  output Real T_wet(unit="K") "Wet-bulb temperature";
algorithm
  T_wet := 273.15 + (T - 273.15)*atan(0.151977*sqrt(100*phi + 8.313659)) + atan(T - 273.15 + 100*phi) - atan(100*phi - 1.676331)
    + 0.00391838*(100*phi)*sqrt(100*phi)*atan(0.023101*100*phi) - 4.686035;
  annotation (Inline=true, Documentation(info="<html><p>With t in degC and r in %: t_wet = t atan(0.151977 (r + 8.313659)<sup>0.5</sup>) + atan(t + r) - atan(r - 1.676331) + 0.00391838 r<sup>1.5</sup> atan(0.023101 r) - 4.686035.
Fit at 1013 hPa for 5 to 99 % humidity. Against psychrometrics of real moist air its error is -1.2 to 0.9 K from 10 to 40 degC and at most 1.4 K from 0 to 50 degC: Stull, Wet-bulb temperature from relative humidity and air temperature, J. Appl. Meteorol. Climatol. 50 (2011) 2267.</p></html>"));
end wetBulbTemperature;
