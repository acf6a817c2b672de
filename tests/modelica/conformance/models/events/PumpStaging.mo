// staging of two pumps by the level with a minimum run time of each stage
model PumpStaging
  parameter Real t_min = 3;
  Real level(start = 1, fixed = true);
  output Integer stage(start = 0, fixed = true);
  discrete Real t_last(start = -10, fixed = true);
  Boolean up;
  Boolean down;
equation
  der(level) = 0.6 - 0.5*stage;
  up = level > 2 and time >= pre(t_last) + t_min and pre(stage) < 2;
  down = level < 0.5 and time >= pre(t_last) + t_min and pre(stage) > 0;
  when up then
    stage = pre(stage) + 1;
    t_last = time;
  elsewhen down then
    stage = pre(stage) - 1;
    t_last = time;
  end when;
end PumpStaging;
