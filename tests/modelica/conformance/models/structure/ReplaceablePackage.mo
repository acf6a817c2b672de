// replaceable package of constants and functions (a medium), redeclared in a model and passed down to its parts
package ReplaceablePackage
  partial package Medium
    constant Real cp = 1000.0;
    replaceable partial function density
      input Real T;
      output Real rho;
    end density;
  end Medium;
  package Water
    extends Medium(cp = 4000.0);
    redeclare function extends density
    algorithm
      rho := 1000.0 - 0.5*(T - 300.0);
    end density;
  end Water;
  package Oil
    extends Medium(cp = 2000.0);
    redeclare function extends density
    algorithm
      rho := 850.0 - 0.7*(T - 300.0);
    end density;
  end Oil;
  model Volume
    replaceable package M = Water constrainedby Medium;
    parameter Real V = 0.001;
    parameter Real Q = 100.0;
    Real T(start = 300.0, fixed = true);
  equation
    V*M.density(T)*M.cp*der(T) = Q;
  end Volume;
  model Plant
    replaceable package M = Water constrainedby Medium;
    Volume volume(redeclare package M = M);
  end Plant;
  model Main
    Plant water;
    Plant oil(redeclare package M = Oil);
  end Main;
end ReplaceablePackage;
