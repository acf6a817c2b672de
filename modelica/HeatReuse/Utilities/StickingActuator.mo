within HeatReuse.Utilities;
model StickingActuator "Motor that pulls the stem of a valve through a spring, with stiction in the packing"
  extends HeatReuse.Interfaces.PartialActuator;
  parameter HeatReuse.Types.Fraction S(min=0) = 0.05 "Stick band: change of the motor's position after a reversal until the stem moves";
  parameter HeatReuse.Types.Fraction J(min=0) = 0.02 "Slip jump of the stem when it breaks loose, at most S";
  parameter HeatReuse.Types.Time T_slip = 0.05 "Time constant of the stem with its spring and viscous friction";
  parameter HeatReuse.Types.Time T_memory = 0.2 "Time constant with which friction follows the speed of the stem";
  HeatReuse.Types.Fraction y_motor(start=y_start, fixed=true) "Position of the motor";
  HeatReuse.Types.Fraction friction(start=(S + J)/2, fixed=true) "Largest friction at the present state, as a way of the spring";
protected
  parameter Real v_Stribeck(unit="1/s") = noEvent(max(J, 1e-4))/(300*(T_slip + T_memory)) "Speed at which half of the static surplus is gone";
  HeatReuse.Types.Fraction pull "Way by which the spring is stretched";
  Real v(unit="1/s") "Speed of the stem";
equation
  assert(noEvent(J >= 0 and S >= J), "the slip jump J must lie between 0 and the stick band S");
  der(y_motor) = tanh((HeatReuse.Utilities.clip(command, 0, 1) - y_motor)/band)/T_stroke;
  pull = y_motor - y;
  v = (pull - HeatReuse.Utilities.clip(pull, -friction, friction))/T_slip;
  der(y) = v;
  T_memory*der(friction) = (S - J)/2 + J*v_Stribeck/(v_Stribeck + noEvent(abs(v))) - friction;
  annotation (Documentation(info="<html>
<h4>Equations</h4>
<p>Motor as in <a href=\"modelica://HeatReuse.Utilities.Actuator\">Actuator</a>; it stretches a spring by pull = y_motor - y. All forces are given as ways of that spring. The stem rests exactly while |pull| is at most the
friction f, and otherwise moves with T_slip v = pull - clip(pull, -f, f). The friction has a memory: T_memory df/dt = f_d + (f_s - f_d)/(1 + |v|/v_S) - f, with the static value f_s = (S + J)/2, the moving value
f_d = (S - J)/2 and a Stribeck speed v_S = J/(300 (T_slip + T_memory)).</p>
<p>What follows: after a reversal the motor goes f_d + f_s = S before the stem moves; the stem then jumps by f_s - f_d = J (the validation model finds 0.93 to 0.98 J); in the same direction it sticks again until the motor has gone on by J:
a slow ramp becomes stairs of height J, a slow sine a parallelogram with the width S.</p>
<h4>Assumptions</h4>
<p>The stem has no mass, so a jump does not overshoot. Faster than about 16 v_S = 16 J/(300 (T_slip + T_memory)) the stem slides without sticking, as stems do; with the defaults that is a stroke in some 230 s. S counts the whole width, dead band and jump, as the
literature does; with J = 0 what is left is a play of the width S. J below 1e-4 counts as no jump. The stem needs pull to move at all, so it reaches f_d to 1 - f_d: a valve with stiction does not close tightly.</p>
<h4>Source</h4>
<p>Stick band and slip jump: Choudhury, Thornhill and Shah, Control Eng. Practice 13 (2005); forces from them: He, Wang, Pottmann and Qin, Ind. Eng. Chem. Res. 46 (2007). Stribeck curve with frictional memory:
Armstrong-H&eacute;louvry, Dupont and Canudas de Wit, Automatica 30 (1994).</p></html>"));
end StickingActuator;
