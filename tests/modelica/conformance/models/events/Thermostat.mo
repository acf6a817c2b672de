// thermostat with hysteresis: when and elsewhen on a Boolean variable, number of switchings
model Thermostat
  parameter Real T_low = 19;
  parameter Real T_high = 21;
  Real T(start = 15, fixed = true);
  output Boolean on(start = true, fixed = true);
  output Integer switchings(start = 0, fixed = true);
equation
  der(T) = (if on then 2.0 else 0.0) - 0.1*(T - 10);
  when T > T_high then
    on = false;
  elsewhen T < T_low then
    on = true;
  end when;
  when change(on) then
    switchings = pre(switchings) + 1;
  end when;
end Thermostat;
