// replaceable model with a default, redeclared where the component is used
package ReplaceableModel
  partial model Resistance
    Real dT;
    Real Q;
  end Resistance;
  model Linear
    extends Resistance;
    parameter Real G = 2.0;
  equation
    Q = G*dT;
  end Linear;
  model Quadratic
    extends Resistance;
    parameter Real k = 0.5;
  equation
    Q = k*dT*dT;
  end Quadratic;
  model Cooler
    replaceable model R = Linear constrainedby Resistance;
    R r;
    Real T(start = 10.0, fixed = true);
  equation
    r.dT = T;
    der(T) = -r.Q;
  end Cooler;
  model Main
    Cooler plain;
    Cooler other(redeclare model R = Quadratic);
  end Main;
end ReplaceableModel;
