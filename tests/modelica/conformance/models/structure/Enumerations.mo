// enumerations: parameter, comparison, array indexed by an enumeration, Integer(), if-equation on a parameter
package Enumerations
  type Fluid = enumeration(water "Water", oil "Oil", air "Air");
  model Main
    parameter Fluid fluid = Fluid.oil;
    parameter Real cp[Fluid] = {4200.0, 2000.0, 1000.0};
    final parameter Real factor = if fluid == Fluid.water then 1.0 else 10.0;
    Real x(start = 0.0, fixed = true);
    output Real y;
    output Real z;
  equation
    if fluid == Fluid.air then
      der(x) = 1.0;
    else
      der(x) = 2.0;
    end if;
    y = cp[fluid]*factor + Integer(fluid);
    z = cp[Fluid.water] + cp[Fluid.oil] + cp[Fluid.air] + (if fluid < Fluid.air then 1.0 else 0.0);
  end Main;
end Enumerations;
