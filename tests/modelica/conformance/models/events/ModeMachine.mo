// enumeration as the state of a mode machine: idle, heating, cooling
package ModeMachine
  type Mode = enumeration(idle, heating, cooling);
  model Main
    Real T(start = 18, fixed = true);
    output Mode mode(start = Mode.idle, fixed = true);
    output Integer n(start = 0, fixed = true);
    Real outside = 20 + 12*sin(time/10);
  equation
    der(T) = (outside - T)/5 + (if mode == Mode.heating then 3 elseif mode == Mode.cooling then -3 else 0);
    when T < 15 then
      mode = Mode.heating;
    elsewhen T > 25 then
      mode = Mode.cooling;
    elsewhen T > 18 and pre(mode) == Mode.heating then
      mode = Mode.idle;
    elsewhen T < 22 and pre(mode) == Mode.cooling then
      mode = Mode.idle;
    end when;
    when change(mode) then
      n = pre(n) + 1;
    end when;
  end Main;
end ModeMachine;
