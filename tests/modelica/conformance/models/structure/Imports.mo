// import statements: qualified, renamed, unqualified, several names at once
package Imports
  package Lib
    constant Real two = 2.0;
    constant Real three = 3.0;
    function square
      input Real x;
      output Real y;
    algorithm
      y := x*x;
    end square;
    function cube
      input Real x;
      output Real y;
    algorithm
      y := x*x*x;
    end cube;
    package Inner
      constant Real seven = 7.0;
      model Decay
        parameter Real k = 1.0;
        Real x(start = 1.0, fixed = true);
      equation
        der(x) = -k*x;
      end Decay;
    end Inner;
  end Lib;
  model Main
    import Imports.Lib.square;
    import L = Imports.Lib;
    import Imports.Lib.Inner.*;
    import Imports.Lib.{cube, three};
    Decay d(k = L.two);
    output Real y;
    output Real z;
  equation
    y = square(d.x) + seven;
    z = cube(d.x) + three;
  end Main;
end Imports;
