// arrays of components inside arrays of components, modifications handed down to them
package NestedComponents
  model Leaf
    parameter Real k = 1;
    Real x(start = k, fixed = true);
  equation
    der(x) = -k*x;
  end Leaf;
  model Branch
    parameter Real s = 1;
    Leaf leaves[3](k = {s, 2*s, 3*s});
    Leaf others[2];
  end Branch;
  model Main
    Branch a[2](s = {1, 2}, others(k = {{0.5, 0.25}, {0.1, 0.2}}));
  end Main;
end NestedComponents;
