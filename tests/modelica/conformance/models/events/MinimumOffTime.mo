// compressor with a dead band and a minimum off time: timers by the time of the last stop
model MinimumOffTime
  Real T(start = 4.5, fixed = true);
  output Boolean on(start = false, fixed = true);
  discrete Real t_off(start = -100, fixed = true);
equation
  der(T) = 0.5 - (if on then 1.5 else 0);
  when T > 5 and time - pre(t_off) > 4 then
    on = true;
    t_off = pre(t_off);
  elsewhen T < 4 then
    on = false;
    t_off = time;
  end when;
end MinimumOffTime;
